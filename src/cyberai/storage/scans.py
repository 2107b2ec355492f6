"""Scans."""

from collections.abc import Iterable

from sqlalchemy import and_, exists, func, not_, or_, select

from cyberai.domain.ids import ScanId
from cyberai.domain.scan import Scan, ScanStatus, ScanType
from cyberai.domain.unit import SIFTED
from cyberai.ports.repositories import Count, Page, RankedScan, ScanFilter
from cyberai.storage.collection import Collection, Kind, made_at
from cyberai.storage.dialect import arg, constant
from cyberai.storage.facets import Facets
from cyberai.storage.listing import Term
from cyberai.storage.orders import Wanted
from cyberai.storage.schema import scan as table
from cyberai.storage.schema import shard, worker
from cyberai.storage.scope import NOWHERE, Scope
from cyberai.storage.statements import Statement

STATUS = {
    ScanStatus.QUEUED: 0,
    ScanStatus.RUNNING: 1,
    ScanStatus.PAUSED: 2,
    ScanStatus.PAUSING: 3,
    ScanStatus.CANCELLING: 4,
    ScanStatus.COMPLETED: 10,
    ScanStatus.FAILED: 11,
    ScanStatus.CANCELLED: 12,
}
"""Stored numbers; from 10 on a scan is over (the condition of the index of open scans)."""

_FACETS = Facets(
    status=tuple(status.value for status in ScanStatus), type=tuple(kind.value for kind in ScanType)
)


def _terms(scan: Scan) -> Iterable[Term]:
    yield "target", scan.target
    for tag in scan.spec.tags:
        yield "tag", tag


KIND = Kind(
    name="scan",
    table=table,
    type=Scan,
    facets=_FACETS,
    facet_of=lambda scan: _FACETS.pack(status=scan.status.value, type=scan.spec.scan_type.value),
    terms_of=_terms,
    columns_of=lambda scan: {
        "status": STATUS[scan.status],
        "cancel_requested": int(scan.cancel_requested),
        "owner": scan.owner,
    },
)

_c = table.c
_open = _c.status < constant(10)
_NUMBER = Statement(select(_c.number).where(_c.workspace == arg("workspace"), _c.id == arg("id")))
_work = (shard.c.workspace == _c.workspace, shard.c.scan == _c.number, shard.c.done == constant(0))
# Given back because another scan works on the host: such a scan uses no worker until the host is free.
_WAITS = and_(
    exists().where(*_work, shard.c.worker == "", shard.c.not_before > constant(SIFTED)),
    not_(exists().where(*_work, or_(shard.c.worker != "", shard.c.not_before <= constant(SIFTED)))),
)
_active = and_(
    _open,
    _c.status.in_(
        [constant(STATUS[s]) for s in (ScanStatus.RUNNING, ScanStatus.PAUSING, ScanStatus.CANCELLING)]
    ),
    _c.owner == "",
    not_(_WAITS),
)
_ACTIVE = Statement(select(func.count()).where(_active))
_live = select(func.coalesce(func.sum(worker.c.slots), constant(0))).where(worker.c.until > arg("now"))
_FREE = Statement(select(_live.scalar_subquery() - select(func.count()).where(_active).scalar_subquery()))
_OLDEST_QUEUED = Statement(
    select(func.min(_c.rank)).where(_open, _c.status == constant(STATUS[ScanStatus.QUEUED]))
)
_COUNTS = Statement(select(_c.status, func.count()).where(_open).group_by(_c.status))
_other = table.alias("other")
_running = (
    select(func.count())
    .where(
        _other.c.status == constant(STATUS[ScanStatus.RUNNING]),
        _other.c.workspace == _c.workspace,
        _other.c.status < constant(10),
    )
    .scalar_subquery()
)
_QUEUED = Statement(
    select(_c.doc)
    .where(_open, _c.status == constant(STATUS[ScanStatus.QUEUED]), _c.owner == "")
    .order_by(_running, _c.rank)
    .limit(arg("limit"))
)
_LEFT = Statement(
    select(_c.doc)
    .where(
        _open,
        _c.status.not_in([constant(STATUS[s]) for s in (ScanStatus.QUEUED, ScanStatus.PAUSED)]),
        or_(
            _c.cancel_requested != constant(0),
            _c.status == constant(STATUS[ScanStatus.PAUSING]),
            _c.owner != "",
        ),
    )
    .order_by(_c.rank)
)


class Scans:
    """`ports.repositories.ScanTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def insert(self, scan: Scan) -> None:
        """Store a new scan."""
        workspace = self._scope.writable(scan.workspace)
        self._scope.scans[workspace, scan.id] = self._collection(workspace).insert(scan).number

    def get(self, scan_id: ScanId) -> Scan | None:
        """One scan, or None for unknown and foreign ids."""
        return self._here().get(scan_id)

    def update(self, scan: Scan) -> None:
        """Replace the stored scan."""
        self._collection(self._scope.writable(scan.workspace)).update(scan)

    def page(self, where: ScanFilter, page: Page) -> list[RankedScan]:
        """A page, in order of creation."""
        return [RankedScan(rank, scan) for rank, scan in self._here().page(_wanted(where), page)]

    def count(self, where: ScanFilter, most: int) -> Count:
        """How many match, counted up to `most`."""
        return self._here().count(_wanted(where), most)

    def count_active(self) -> int:
        """Scans in any workspace that hold or wait for a worker slot; a CLI scan brings its own."""
        # Slots are given away by what was counted: two transactions must not count the same free one.
        self._db.take_turns("worker slots")
        with self._scope.across_workspaces():
            row = self._db.one(_ACTIVE)
        return int(row[0]) if row else 0

    def free_slots(self, now: int) -> int:
        """Slots of live workers less the scans that `count_active` counts."""
        self._db.take_turns("worker slots")
        with self._scope.across_workspaces():
            row = self._db.one(_FREE, now=now)
        return int(row[0]) if row else 0

    def queued_since(self) -> int | None:
        """When the oldest queued scan of any workspace was made."""
        with self._scope.across_workspaces():
            row = self._db.one(_OLDEST_QUEUED)
        return None if row is None or row[0] is None else made_at(row[0])

    def open_counts(self) -> dict[ScanStatus, int]:
        """Open scans of all workspaces per status."""
        names = {number: status for status, number in STATUS.items()}
        with self._scope.across_workspaces():
            rows = self._db.rows(_COUNTS)
        return {names[number]: int(n) for number, n in rows}

    def oldest_queued(self, limit: int) -> list[Scan]:
        """Queued scans of any workspace without owner, oldest first, workspaces with fewest running first."""
        with self._scope.across_workspaces():
            rows = self._db.rows(_QUEUED, limit=limit)
        return [KIND.decode(doc) for (doc,) in rows]

    def unclaimable(self) -> list[Scan]:
        """Open scans of any workspace that no worker will claim again: being cancelled or paused, or owned by a
        process."""
        with self._scope.across_workspaces():
            rows = self._db.rows(_LEFT)
        return [KIND.decode(doc) for (doc,) in rows]

    def targets(self, limit: int) -> list[str]:
        """The targets that most scans have as their first."""
        return [value for value, _ in self._here().listing.largest("target", None, limit)]

    def last_completed(self, target: str, limit: int) -> list[Scan]:
        """The newest completed scans of this target."""
        if not any(map(_completed, self._here().listing.counts("target", target))):
            return []
        where = ScanFilter(status=(ScanStatus.COMPLETED.value,), target=(target,))
        return [row.scan for row in self.page(where, Page(limit=limit))]

    def _here(self) -> Collection[Scan]:
        return self._collection(self._scope.readable())

    def _collection(self, workspace: int) -> Collection[Scan]:
        return Collection(self._scope, workspace, KIND)


def scan_number(scope: Scope, workspace: int, scan_id: ScanId) -> int:
    """The number that rows of a scan's work carry; NOWHERE for an unknown scan."""
    known = scope.scans.get((workspace, scan_id))
    if known is None:
        row = scope.db.one(_NUMBER, workspace=workspace, id=scan_id)
        if row is None:
            return NOWHERE
        known = scope.scans[workspace, scan_id] = int(row[0])
    return known


def _completed(count: tuple[int, int]) -> bool:
    return _FACETS.value("status", count[0]) == ScanStatus.COMPLETED.value


def _wanted(where: ScanFilter) -> Wanted:
    return Wanted(
        {"status": where.status, "type": where.scan_type},
        {"target": where.target, "tag": where.tags},
        where.created_after,
        where.created_before,
    )
