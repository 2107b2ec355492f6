"""What differs between two scans, as the API and the command line show it."""

import msgspec
from msgspec import UNSET, Struct, UnsetType

from cyberai.app.absence import within
from cyberai.app.context import App
from cyberai.app.place_cursor import decode_place, encode_place
from cyberai.app.scans import require_scan
from cyberai.domain.diff import Difference, Differing, NotCompared, Scanned, compare, not_compared, position
from cyberai.domain.errors import InvalidRequest, NotFound
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.scan import Scan, ScanStatus
from cyberai.domain.scope import scope_of
from cyberai.domain.vulnerability import Location, Vulnerability
from cyberai.ports.store import Tx

PREVIOUS = "previous"
MOST_NOT_COMPARED = 100
"""Rows of `not_compared` that are shown."""
_SEARCHED = 50
"""Completed scans of the target among which the previous one is looked for."""

_place = msgspec.json.Decoder(tuple[int, int, str])


class DifferenceResource(Struct, kw_only=True):
    """A vulnerability and what became of it from one scan to the other. `severity_before` is null where the older scan
    did not see it, `severity_after` where the newer one did not. `moved_from`: where it was."""

    change: str
    id: str
    title: str
    severity: str
    severity_before: str | None
    severity_after: str | None
    tier: str
    status: str
    detection: str
    check_id: str
    affected_component: str
    location: Location
    fingerprint: str
    untested_before: bool
    moved_from: "MovedFrom | UnsetType" = UNSET


class MovedFrom(Struct, kw_only=True):
    """The vulnerability at its old place."""

    id: str
    affected_component: str
    location: Location


class NotComparedResource(Struct, kw_only=True):
    """A check on a host that only one of the scans ran: `only_in` is `scan` or `against`."""

    host: str
    check_id: str
    only_in: str


class DiffResource(Struct, kw_only=True):
    """A page of what differs, worst first within each change; `counts` are of the whole. What only one of the scans
    tested stands in `not_compared` (the first hundred of `not_compared_total`), and `notes` are sentences on what else
    makes the scans differ."""

    scan_id: str
    against: str
    counts: dict[str, int]
    data: list[DifferenceResource]
    has_more: bool
    next_cursor: str | None
    not_compared: list[NotComparedResource]
    not_compared_total: int
    notes: list[str]


class Compared(Struct, frozen=True, kw_only=True):
    """Two scans side by side."""

    scan: Scan
    against: Scan
    found: list[Differing]
    not_compared: list[NotCompared]


async def scan_diff(
    app: App,
    workspace: WorkspaceId,
    scan_id: str,
    against: str = PREVIOUS,
    *,
    changes: tuple[str, ...] = (),
    limit: int | None = None,
    cursor: str | None = None,
) -> DiffResource:
    """A page of what differs, of these changes only if any are named; raise NotFound, InvalidRequest."""
    compared = await compared_scans(app, workspace, scan_id, against)
    bound = "\n".join(("diff", compared.scan.id, compared.against.id, *sorted(changes)))
    found = [item for item in compared.found if not changes or item.difference in changes]
    if cursor is not None:
        after = decode_place(app, workspace, bound, cursor, _place)
        found = [item for item in found if position(item) > after]
    page = found if limit is None else found[:limit]
    more = len(page) < len(found)
    counts = dict.fromkeys((difference.value for difference in Difference), 0)
    for item in compared.found:
        counts[item.difference.value] += 1
    return DiffResource(
        scan_id=compared.scan.id,
        against=compared.against.id,
        counts=counts,
        data=[_resource(item) for item in page],
        has_more=more,
        next_cursor=encode_place(app, workspace, bound, position(page[-1])) if more else None,
        not_compared=[
            NotComparedResource(host=row.host, check_id=row.check_id, only_in=row.only_in.value)
            for row in compared.not_compared[:MOST_NOT_COMPARED]
        ],
        not_compared_total=len(compared.not_compared),
        notes=notes_on(compared.scan, compared.against),
    )


async def compared_scans(app: App, workspace: WorkspaceId, scan_id: str, against: str) -> Compared:
    """Everything that either scan saw, compared; raise NotFound, InvalidRequest."""
    metas = {check.meta.id: check.meta for check in app.checks}

    def load(tx: Tx) -> Compared:
        scan = require_scan(tx, scan_id)
        base = previous_of(tx, scan) if against == PREVIOUS else require_scan(tx, against, "against")
        if base.id == scan.id:
            raise InvalidRequest(
                "A scan does not differ from itself",
                field="against",
                reason="Name another scan, or `previous` for the last completed one of the same targets",
            )
        older, newer = scanned(tx, base), scanned(tx, scan)
        return Compared(
            scan=scan,
            against=base,
            found=compare(older, newer, metas),
            not_compared=not_compared(older, newer),
        )

    return await app.store.read(workspace, load)


def previous_of(tx: Tx, scan: Scan, field: str = "against", until: int | None = None) -> Scan:
    """The last completed scan of the same targets before this one, and not begun after `until`; raise NotFound, which
    blames `field`."""
    targets = set(scan.spec.targets)
    for earlier in tx.scans.last_completed(scan.target, _SEARCHED):
        before = (earlier.created_at, earlier.id) < (scan.created_at, scan.id)
        if until is not None and earlier.created_at > until:
            continue
        if before and set(earlier.spec.targets) == targets:
            return earlier
    raise NotFound(
        "There is no earlier completed scan of these targets",
        field=field,
        reason=f"Name the scan to compare with in `{field}`" if until is None else "Choose a later time",
    )


def scanned(tx: Tx, scan: Scan) -> Scanned:
    """A scan with all that it saw and looked at."""
    scope = scope_of(scan.spec)

    def covers(row: Vulnerability) -> bool:
        return within(scope, row)

    rows, ledger = tx.vulnerabilities.of_scan(scan.id), tx.ledger.rows(scan.id)
    return Scanned(scan=scan, rows=tuple(rows), ledger=tuple(ledger), covers=covers)


def _resource(item: Differing) -> DifferenceResource:
    row = item.row
    resource = DifferenceResource(
        change=item.difference.value,
        id=row.id,
        title=row.title,
        severity=row.effective_severity.value,
        severity_before=item.before.value if item.before else None,
        severity_after=item.after.value if item.after else None,
        tier=row.tier.value,
        status=row.status.value,
        detection=row.detection.value,
        check_id=row.check_id,
        affected_component=row.affected_component,
        location=row.location,
        fingerprint=row.fingerprint,
        untested_before=item.untested_before,
    )
    if item.was is not None:
        was = item.was
        resource.moved_from = MovedFrom(
            id=was.id, affected_component=was.affected_component, location=was.location
        )
    return resource


def notes_on(scan: Scan, against: Scan) -> list[str]:
    """Sentences on what makes the scans hard to compare."""
    notes = [
        f"{each.id} is {each.status.value}: what it did not see says nothing"
        for each in (against, scan)
        if each.status is not ScanStatus.COMPLETED
    ]
    if set(scan.spec.targets) != set(against.spec.targets):
        notes.append("The scans had different targets")
    if against.created_at > scan.created_at:
        notes.append(f"{against.id} is the later scan: new and fixed are meant the other way round")
    options, policies = scan.spec.options, scan.spec.policies
    if scan.spec.scan_type is not against.spec.scan_type:
        notes.append("The scans were of different types")
    if options.depth != against.spec.options.depth:
        notes.append(f"The scans had different depths: {against.spec.options.depth} and {options.depth}")
    if options.checks != against.spec.options.checks:
        notes.append("The scans had different choices of checks")
    paths = (policies.include_paths, policies.exclude_paths, policies.mode)
    other = against.spec.policies
    if paths != (other.include_paths, other.exclude_paths, other.mode):
        notes.append("The scans had different paths or modes")
    if (scan.spec.auth is None) != (against.spec.auth is None):
        notes.append("Only one of the scans was logged in")
    return notes
