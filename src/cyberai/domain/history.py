"""The history of a vulnerability: who changed what, when, and why. Times are UTC microseconds."""

from enum import StrEnum

from msgspec import Struct

from cyberai.domain.ids import KeyId, ScanId, VulnerabilityId
from cyberai.domain.vulnerability import Location, Vulnerability

COMMENT = "comment"
"""The field of a change that is a comment of somebody's."""
FOUND = "detection"
TIMES = frozenset({"due_at", "accept_until", "acceptance_announced"})
"""Fields whose values are times."""

_PLAIN = ("detection", "severity_override", "assignee", "due_at", "tags")
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_ORDINAL_LENGTH = 6

Value = str | int | tuple[str, ...] | None


class ActorKind(StrEnum):
    """Who can change a vulnerability."""

    KEY = "key"
    """Somebody with an API key, over the API or the web page."""
    SCAN = "scan"
    """What a scan saw, or did not see."""
    OPERATOR = "operator"
    """Somebody at the machine, with the command line."""
    SYSTEM = "system"
    """The deployment by itself, when a time has come."""


class Actor(Struct, frozen=True):
    """Who did it; `id` is that of the key or scan."""

    kind: ActorKind
    id: str | None = None


OPERATOR = Actor(ActorKind.OPERATOR)
BY_ITSELF = Actor(ActorKind.SYSTEM)


def key_actor(key_id: KeyId) -> Actor:
    """Somebody with this API key."""
    return Actor(ActorKind.KEY, key_id)


def scan_actor(scan_id: ScanId) -> Actor:
    """What this scan saw."""
    return Actor(ActorKind.SCAN, scan_id)


class Change(Struct, frozen=True, kw_only=True):
    """One field that changed, from `before` to `after` (null: was not set)."""

    at: int
    by: Actor
    field: str
    before: Value = None
    after: Value = None
    reason: str | None = None


class Entry(Struct, frozen=True):
    """A change in its place in the history of one vulnerability: the first has the ordinal 1."""

    ordinal: int
    change: Change


class Place(Struct, frozen=True, kw_only=True):
    """One of the places at which a vulnerability is. `number` tells it from the others of its vulnerability."""

    number: int
    location: Location
    first_seen: int
    last_seen: int
    first_scan_id: ScanId
    scan_id: ScanId


def changes_between(before: Vulnerability, after: Vulnerability, by: Actor) -> tuple[Change, ...]:
    """What a history says of a change. The reason of a status stands at the status, else at the acceptance it is of."""
    found: list[Change] = []
    moved, accepted = after.status is not before.status, after.accept_until != before.accept_until

    def note(field: str, was: Value, now: Value, reason: str | None = None) -> None:
        change = Change(at=after.updated_at, by=by, field=field, before=was, after=now, reason=reason)
        found.append(change)

    if moved:
        note("status", before.status.value, after.status.value, after.status_reason)
    if accepted:
        note("accept_until", before.accept_until, after.accept_until, None if moved else after.status_reason)
    if not (moved or accepted) and after.status_reason != before.status_reason:
        note("reason", before.status_reason, after.status_reason)
    if after.acceptance_announced not in (before.acceptance_announced, None):
        note("acceptance_announced", before.acceptance_announced, after.acceptance_announced)
    for field in _PLAIN:
        was, now = getattr(before, field), getattr(after, field)
        if was != now:
            note(field, was, now)
    if after.comments > before.comments:
        note(COMMENT, None, after.notes)
    elif after.notes != before.notes:
        note("notes", before.notes, after.notes)
    return tuple(found)


def first_change(row: Vulnerability) -> Change:
    """How every history begins."""
    by = scan_actor(row.first_scan_id)
    return Change(at=row.created_at, by=by, field=FOUND, after="new")


def entry_id(prefix: str, vulnerability_id: VulnerabilityId, ordinal: int) -> str:
    """The opaque id of an entry, in order of time within its vulnerability."""
    digits = "".join(_DIGITS[ordinal >> shift & 31] for shift in range(5 * (_ORDINAL_LENGTH - 1), -1, -5))
    return f"{prefix}_{vulnerability_id.partition('_')[2]}{digits}"
