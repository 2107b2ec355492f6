"""One change to many vulnerabilities, each by the rules for one: every item says what became of it.

Items are changed a hundred at a time, more where that is quick, so that others get a turn in between. What was changed
stays changed when a later part cannot be stored; the items of that part say so.
"""

import asyncio
from enum import StrEnum
from typing import Any

from msgspec import UNSET, Struct, structs

from cyberai.app.context import App
from cyberai.app.requests import BulkFilterRequest, BulkRequest, VulnerabilityPatch
from cyberai.app.times import parse_time
from cyberai.app.vulnerabilities import (
    patched,
    require_patch,
    require_vulnerability,
    store_change,
)
from cyberai.domain.errors import CyberAIError, InvalidRequest, require_readable
from cyberai.domain.finding import Tier
from cyberai.domain.history import Actor
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Detection, Vulnerability, VulnerabilityStatus
from cyberai.ports.repositories import Page, VulnerabilityFilter
from cyberai.ports.store import Tx

MESSAGE = "Invalid bulk update"
MOST_ITEMS = 10_000
"""Vulnerabilities of one request."""
MOST_WORDS = 200
"""Characters of `filter.q`."""
_PART, _LARGEST_PART = 100, 1_000
_TURN_SECONDS = 0.25
"""A part that took less than half of this is followed by one of twice as many items, one that took more by fewer: rows of one
transaction share pages, and its flush."""
_READ = 500


class BulkError(Struct, kw_only=True):
    """Why an item was not changed: code, message and details as a PATCH of it would answer."""

    code: str
    message: str
    details: dict[str, Any]


class BulkItem(Struct, kw_only=True):
    """What became of one vulnerability: `updated`, `unchanged` (it is so already) or `failed`. `status` is its status
    now; null where it is not known."""

    id: str
    result: str
    status: str | None
    error: BulkError | None


class BulkResource(Struct, kw_only=True):
    """How many were to be changed, what became of them in numbers, and each of them in the order asked for (of a filter:
    newest first)."""

    matched: int
    updated: int
    unchanged: int
    failed: int
    results: list[BulkItem]


async def update_vulnerabilities(
    app: App, workspace: WorkspaceId, request: BulkRequest, *, by: Actor
) -> BulkResource:
    """Apply a merge patch of somebody's to each; raise InvalidRequest where the request itself is wrong, and change nothing then."""
    _require_request(request)
    if request.ids is not UNSET:
        ids = list(dict.fromkeys(request.ids))
    else:
        assert request.filter is not UNSET
        ids = await _matching(app, workspace, wanted_of(request.filter))
    items: list[BulkItem] = []
    size = _PART
    while len(items) < len(ids):
        started = app.clock.monotonic()
        part = ids[len(items) : len(items) + size]
        items += await _changed(app, workspace, part, request.patch, by)
        size = _next_size(size, app.clock.monotonic() - started)
        await asyncio.sleep(0)
    numbers = {result: sum(item.result == result for item in items) for result in _RESULTS}
    return BulkResource(matched=len(items), results=items, **numbers)


_RESULTS = ("updated", "unchanged", "failed")


def _require_request(request: BulkRequest) -> None:
    require_readable(
        MESSAGE,
        lambda: _require_choice(request),
        lambda: wanted_of(request.filter) if request.filter is not UNSET else None,
        lambda: require_patch(request.patch, MESSAGE, "patch."),
    )


def _require_choice(request: BulkRequest) -> None:
    if (request.ids is UNSET) == (request.filter is UNSET):
        raise InvalidRequest(MESSAGE, field="ids", reason="Give either ids or filter")
    if request.ids is not UNSET and not 1 <= len(request.ids) <= MOST_ITEMS:
        raise InvalidRequest(MESSAGE, field="ids", reason=f"Must hold 1 to {MOST_ITEMS:,} ids")
    if request.filter is not UNSET and not any(structs.astuple(request.filter)):
        reason = "Name at least one filter: an empty one would match everything"
        raise InvalidRequest(MESSAGE, field="filter", reason=reason)
    if all(value is UNSET for value in structs.astuple(request.patch)):
        raise InvalidRequest(MESSAGE, field="patch", reason="Name at least one member to change")


def wanted_of(request: BulkFilterRequest) -> VulnerabilityFilter:
    """The filter asked for; raise InvalidRequest."""
    return VulnerabilityFilter(
        severity=_known("severity", request.severity, Severity),
        status=_known("status", request.status, VulnerabilityStatus),
        detection=_known("detection", request.detection, Detection),
        scan_id=tuple(request.scan_id),
        target=tuple(request.target),
        type=tuple(request.type),
        cwe=tuple(request.cwe),
        check_id=tuple(request.check_id),
        tier=_known("tier", request.tier, Tier),
        created_after=_time("created_after", request.created_after),
        created_before=_time("created_before", request.created_before),
        q=_words(request.q),
    )


def _known(name: str, values: list[str], kind: type[StrEnum]) -> tuple[str, ...]:
    known = [member.value for member in kind]
    if not set(known).issuperset(values):
        reason = f"Must be one or more of: {', '.join(known)}"
        raise InvalidRequest(MESSAGE, field=f"filter.{name}", reason=reason)
    return tuple(values)


def _time(name: str, value: str | None) -> int | None:
    if value is None:
        return None
    try:
        return parse_time(value)
    except (ValueError, OverflowError) as error:
        reason = "Must be an RFC 3339 time such as 2024-01-20T10:00:00Z"
        raise InvalidRequest(MESSAGE, field=f"filter.{name}", reason=reason) from error


def _words(text: str | None) -> str | None:
    if text is None:
        return None
    words = [word for word in text.split() if any(c.isalnum() for c in word)]
    if len(text) > MOST_WORDS or not words:
        reason = f"Give words with letters or digits, at most {MOST_WORDS} characters"
        raise InvalidRequest(MESSAGE, field="filter.q", reason=reason)
    return " ".join(words)


async def _matching(app: App, workspace: WorkspaceId, where: VulnerabilityFilter) -> list[str]:
    """The ids of all that match, newest first; raise InvalidRequest where they are too many."""
    found: list[str] = []
    before = None
    while True:
        page = Page(_READ, before)
        part = await app.store.read(workspace, lambda tx, page=page: tx.vulnerabilities.slice(where, page))  # type: ignore[misc]
        found += [row.vulnerability.id for row in part.rows]
        if len(found) > MOST_ITEMS:
            reason = f"It matches more than {MOST_ITEMS:,} vulnerabilities: narrow it, and ask several times"
            raise InvalidRequest(MESSAGE, field="filter", reason=reason)
        before = part.resume if part.resume is not None else part.rows[-1].rank if part.rows else None
        if part.resume is None and len(part.rows) < _READ:
            return found
        await asyncio.sleep(0)


def _next_size(size: int, seconds: float) -> int:
    """How many items the next part has, when one of `size` took so long."""
    if seconds < _TURN_SECONDS / 2:
        return min(2 * size, _LARGEST_PART)
    return max(size // 2, _PART) if seconds > _TURN_SECONDS else size


async def _changed(
    app: App, workspace: WorkspaceId, ids: list[str], patch: VulnerabilityPatch, by: Actor
) -> list[BulkItem]:
    at = app.clock.now()
    try:
        return await app.store.write(workspace, lambda tx: [_item(app, tx, id, patch, at, by) for id in ids])
    except CyberAIError as error:
        # Nothing of this part was stored, such as on a full disk.
        return [_failed(id, None, error) for id in ids]


def _item(app: App, tx: Tx, id: str, patch: VulnerabilityPatch, at: int, by: Actor) -> BulkItem:
    known = None
    try:
        known = require_vulnerability(tx, id)
        changed = patched(known, patch, at)
        if _same(known, changed):
            return BulkItem(id=id, result="unchanged", status=known.status.value, error=None)
        store_change(app, tx, known, changed, at, by)
    except CyberAIError as error:
        # Judged before anything of it was written.
        return _failed(id, known, error)
    return BulkItem(id=id, result="updated", status=changed.status.value, error=None)


def _same(known: Vulnerability, patched: Vulnerability) -> bool:
    return patched.replace(updated_at=known.updated_at) == known


def _failed(id: str, known: Vulnerability | None, error: CyberAIError) -> BulkItem:
    return BulkItem(
        id=id,
        result="failed",
        status=known.status.value if known is not None else None,
        error=BulkError(code=error.code.value, message=error.message, details=error.details),
    )
