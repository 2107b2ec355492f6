"""What an event is about, as the typed resource it carries."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from cyberai_sdk.errors import InvalidResponse
from cyberai_sdk.models import Event, Report, Scan, Vulnerability

T = TypeVar("T")


def resource_in(event: Event) -> Scan | Vulnerability | Report | None:
    """The scan, vulnerability or report of an event; None for kinds that this SDK does not know.

    Raise InvalidResponse where it is not what its type says.
    """
    family = event.type.partition(".")[0]
    if family == "scan":
        return scan_in(event)
    if family == "vulnerability":
        return _converted(event, Vulnerability)
    if family == "report":
        return _converted(event, Report)
    return None


def scan_in(event: Event) -> Scan | None:
    """The scan of a `scan.*` event."""
    return _converted(event, Scan) if event.type.startswith("scan.") else None


def concerns(event: Event, scan_id: str) -> bool:
    """Whether an event is about this scan, its vulnerabilities or a report on it. A gap concerns everyone."""
    data: Any = event.data
    if event.type.startswith("scan."):
        return bool(data.get("id") == scan_id)
    scans = data.get("scan_ids")
    return (
        event.type == "resync"
        or data.get("scan_id") == scan_id
        or (isinstance(scans, list) and scan_id in scans)
    )


def _converted(event: Event, kind: type[T]) -> T:
    try:
        return msgspec.convert(event.data, kind)
    except msgspec.ValidationError as error:
        raise InvalidResponse(
            f"Event {event.seq} ({event.type}) carries an unexpected body: {error}"
        ) from error
