"""Vulnerabilities as clients see them: look, list, and what people decide about them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import UNSET

from cyberai.app.context import App
from cyberai.app.events import vulnerability_event
from cyberai.app.evidence_view import evidence_resource
from cyberai.app.listing import (
    NEWEST_FIRST,
    Asked,
    Found,
    ListPage,
    Sort,
    behind,
    listed,
)
from cyberai.app.requests import VulnerabilityPatch
from cyberai.app.resources import VulnerabilityResource, listed_vulnerability, vulnerability_resource
from cyberai.app.times import parse_time
from cyberai.domain.errors import InvalidRequest, NotFound, require_readable
from cyberai.domain.history import Actor
from cyberai.domain.ids import VulnerabilityId, WorkspaceId
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Vulnerability, VulnerabilityStatus
from cyberai.domain.vulnerability_moves import event_of, move
from cyberai.ports.repositories import Count, Page, VulnerabilityFilter
from cyberai.ports.store import Tx

_MESSAGE = "Invalid vulnerability update"
MAX_TEXT = 2000
_MAX_TAGS = 50


def require_vulnerability(tx: Tx, vulnerability_id: str) -> Vulnerability:
    """The row; raise NotFound for unknown, malformed and foreign ids alike."""
    row = tx.vulnerabilities.get(VulnerabilityId(vulnerability_id))
    if row is None:
        raise NotFound(
            "No such vulnerability", field="id", reason="Use an id that GET /v1/vulnerabilities lists"
        )
    return row


def whole_resource(tx: Tx, row: Vulnerability) -> VulnerabilityResource:
    """The resource with its evidence."""
    evidence = tuple(evidence_resource(piece) for piece in tx.vulnerabilities.evidence(row.id))
    return vulnerability_resource(row, evidence)


async def get_vulnerability(app: App, workspace: WorkspaceId, vulnerability_id: str) -> VulnerabilityResource:
    """One vulnerability with its evidence; raise NotFound."""
    return await app.store.read(
        workspace, lambda tx: whole_resource(tx, require_vulnerability(tx, vulnerability_id))
    )


async def list_vulnerabilities(
    app: App,
    workspace: WorkspaceId,
    where: VulnerabilityFilter,
    *,
    limit: int,
    cursor: str | None,
    sort: Sort = NEWEST_FIRST,
    total: bool = False,
) -> ListPage[VulnerabilityResource]:
    """A page, without evidence."""
    asked = Asked(limit=limit, cursor=cursor, sort=sort, total=total)

    def read(tx: Tx, page: Page) -> Found[VulnerabilityResource]:
        part = tx.vulnerabilities.slice(where, page)
        return Found(
            data=listed_vulnerability.each([row.vulnerability for row in part.rows]),
            behind=part.resume if part.resume is not None else behind(part.rows, limit),
        )

    def count(tx: Tx, most: int) -> Count:
        return tx.vulnerabilities.count(where, most)

    return await listed(app, "vulnerabilities", workspace, where, asked, read, count)


def _unconditional(_resource: VulnerabilityResource) -> None:
    """Whatever the resource is now, it may be changed."""


async def update_vulnerability(
    app: App,
    workspace: WorkspaceId,
    vulnerability_id: str,
    patch: VulnerabilityPatch,
    allow: Callable[[VulnerabilityResource], None] = _unconditional,
    *,
    by: Actor,
) -> VulnerabilityResource:
    """Apply a merge patch of somebody's; raise InvalidRequest, NotFound, or Conflict `invalid_transition`. `allow`
    looks at the resource inside the transaction and raises when it may not be changed as it is now."""
    at = app.clock.now()

    def update(tx: Tx) -> VulnerabilityResource:
        known = require_vulnerability(tx, vulnerability_id)
        if allow is not _unconditional:
            allow(whole_resource(tx, known))
        return whole_resource(tx, change_vulnerability(app, tx, known, patch, at, by))

    return await app.store.write(workspace, update)


def change_vulnerability(
    app: App, tx: Tx, known: Vulnerability, patch: VulnerabilityPatch, at: int, by: Actor
) -> Vulnerability:
    """Store the row after a merge patch with its history and its event; raise as `apply_patch` does."""
    changed = apply_patch(known, patch, at)
    if changed is not known:
        store_change(app, tx, known, changed, at, by)
    return changed


def store_change(app: App, tx: Tx, known: Vulnerability, changed: Vulnerability, at: int, by: Actor) -> None:
    """Store a changed row with its history and its event."""
    tx.vulnerabilities.update(changed, by)
    tx.events.append(vulnerability_event(app, event_of(known, changed), changed, at))


def apply_patch(known: Vulnerability, patch: VulnerabilityPatch, at: int) -> Vulnerability:
    """The row after a merge patch: absent keys stay, null clears. Pure."""
    require_patch(patch)
    return patched(known, patch, at)


def patched(known: Vulnerability, patch: VulnerabilityPatch, at: int) -> Vulnerability:
    """The same, of a patch that was looked at already."""
    changes: dict[str, object] = {}
    if patch.assignee is not UNSET:
        changes["assignee"] = _text(patch.assignee, "assignee")
    if patch.comment is not UNSET:
        notes = changes["notes"] = _text(patch.comment, "comment")
        changes["comments"] = known.comments + (notes is not None)
    if patch.due_at is not UNSET:
        changes["due_at"] = _time(patch.due_at, "due_at")
    if patch.severity_override is not UNSET:
        changes["severity_override"] = _severity(patch.severity_override)
    if patch.tags is not UNSET:
        changes["tags"] = _tags(patch.tags)
    row = known.replace(**changes, updated_at=at) if changes else known
    reason = None if patch.reason is UNSET else _text(patch.reason, "reason")
    until = None if patch.accept_until is UNSET else _time(patch.accept_until, "accept_until")
    if patch.status is not UNSET:
        return move(row, _status(patch.status), at=at, reason=reason, accept_until=until)
    if patch.reason is not UNSET or patch.accept_until is not UNSET:
        return move(row, row.status, at=at, reason=reason, accept_until=until)
    return row


def require_patch(patch: VulnerabilityPatch, message: str = _MESSAGE, within: str = "") -> None:
    """Raise InvalidRequest with every value that cannot be read; their names begin with `within`."""
    readers: dict[str, Callable[[Any], object]] = {
        "assignee": partial(_text, field="assignee"),
        "comment": partial(_text, field="comment"),
        "due_at": partial(_time, field="due_at"),
        "severity_override": _severity,
        "tags": _tags,
        "reason": partial(_text, field="reason"),
        "accept_until": partial(_time, field="accept_until"),
        "status": _status,
    }
    given = {name: getattr(patch, name) for name in readers}
    require_readable(
        message,
        *(
            partial(_read, partial(readers[name], value), within)
            for name, value in given.items()
            if value is not UNSET
        ),
    )


def _read(read: Callable[[], object], within: str) -> None:
    try:
        read()
    except InvalidRequest as error:
        raise InvalidRequest(error.message, field=f"{within}{error.field}", reason=error.reason) from error


def _text(value: str | None, field: str) -> str | None:
    if value is None:
        return None
    if not 1 <= len(value.strip()) <= MAX_TEXT:
        raise InvalidRequest(
            _MESSAGE, field=field, reason=f"Must have 1 to {MAX_TEXT} characters, or be null to clear it"
        )
    return value.strip()


def _time(value: str | None, field: str) -> int | None:
    if value is None:
        return None
    try:
        return parse_time(value)
    except ValueError as error:
        raise InvalidRequest(_MESSAGE, field=field, reason=str(error)) from error


def _severity(value: str | None) -> Severity | None:
    if value is None:
        return None
    try:
        return Severity(value)
    except ValueError as error:
        choices = ", ".join(band.value for band in Severity)
        raise InvalidRequest(
            _MESSAGE, field="severity_override", reason=f"Must be one of: {choices}; or null"
        ) from error


def _status(value: str) -> VulnerabilityStatus:
    try:
        return VulnerabilityStatus(value)
    except ValueError as error:
        choices = ", ".join(status.value for status in VulnerabilityStatus)
        raise InvalidRequest(_MESSAGE, field="status", reason=f"Must be one of: {choices}") from error


def _tags(tags: list[str]) -> tuple[str, ...]:
    if len(tags) > _MAX_TAGS or not all(1 <= len(tag) <= 200 for tag in tags):
        raise InvalidRequest(
            _MESSAGE, field="tags", reason=f"Must hold at most {_MAX_TAGS} tags of 1 to 200 characters"
        )
    return tuple(dict.fromkeys(tags))
