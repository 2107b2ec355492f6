"""What a scan says of a vulnerability that it did not see: nothing is closed unless its check ran at that place."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from cyberai.domain.check import CheckMeta, Scope, SkipReason
from cyberai.domain.ids import ScanId
from cyberai.domain.report import CoverageRow
from cyberai.domain.vulnerability import Detection, Vulnerability, VulnerabilityStatus

CLOSED = "A later scan tested this place again and found nothing"
"""The `status_reason` of what a scan closes."""

_WHOLE = frozenset({Scope.ORIGIN, Scope.TLS, Scope.SERVICE})
"""Scopes of checks that look at a whole origin or port at once: their clean run is about all that they know."""

_OPEN = frozenset({VulnerabilityStatus.OPEN, VulnerabilityStatus.IN_PROGRESS})
_NOT_TESTED = frozenset(reason.value for reason in SkipReason if not reason.leaves_coverage)


class Looked(StrEnum):
    """How a check has looked at a place in a scan."""

    CLEAN = "clean"
    """It ran there, to its end, and found nothing."""
    PARTLY = "partly"
    """It did not run everywhere it should have."""
    ELSEWHERE = "elsewhere"
    """It ran wherever it could; this place was not among what was found."""
    NEVER = "never"
    """The scan was not about it: another choice of checks."""


_DETECTIONS: Mapping[Looked, Detection] = {
    Looked.CLEAN: Detection.FIXED_CONFIRMED,
    Looked.PARTLY: Detection.INCONCLUSIVE,
    Looked.ELSEWHERE: Detection.NOT_OBSERVED,
}


def looked(
    row: Vulnerability, scan_id: ScanId, meta: CheckMeta | None, ledger: Iterable[CoverageRow]
) -> Looked:
    """How this scan has looked at a vulnerability that it did not see; `meta` is its check where this version and
    this scan have it, `ledger` all counters of the scan."""
    if row.cleared_by == scan_id:
        return Looked.CLEAN
    mine = [line for line in ledger if line.check_id == row.check_id and _is_of(line.host, row)]
    if meta is None or not mine:
        return Looked.NEVER
    if any(line.errored or _NOT_TESTED & line.skipped.keys() for line in mine):
        return Looked.PARTLY
    ran = any(line.clean or line.found for line in mine)
    return Looked.CLEAN if ran and meta.scope in _WHOLE else Looked.ELSEWHERE


def _is_of(label: str, row: Vulnerability) -> bool:
    """Whether a ledger's host, which may have a port, is where the vulnerability is."""
    host = f"[{row.host}]" if ":" in row.host else row.host
    return label in (row.host, host, f"{host}:{row.location.port}")


def absent(row: Vulnerability, how: Looked, at: int) -> Vulnerability:
    """The vulnerability after a scan that looked so and did not see it; the same object when that says nothing new.

    What is open is closed only where the check ran at that place and found nothing; what people decided stays.
    """
    if how is Looked.NEVER:
        return row
    detection = _DETECTIONS[how]
    closes = how is Looked.CLEAN and row.status in _OPEN
    if not closes and detection is row.detection:
        return row
    if not closes:
        return row.replace(detection=detection, updated_at=at)
    return row.replace(
        detection=detection, status=VulnerabilityStatus.FIXED, status_reason=CLOSED, updated_at=at
    )
