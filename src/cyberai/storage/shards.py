"""Shards, leases and host leases.

The fence is never part of a key: it is the condition of every write of a worker. A lease that was lost changes
no row, and that raises LeaseLost, which rolls the worker's whole transaction back.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, delete, exists, func, or_, select, update

from cyberai.domain.errors import LeaseLost, StoreError
from cyberai.domain.ids import ScanId, ShardId
from cyberai.domain.scan import ScanStatus
from cyberai.domain.unit import Lease, Reserved, Shard
from cyberai.storage.dialect import arg, claimable, constant, insert_row, upsert
from cyberai.storage.scans import STATUS, scan_number
from cyberai.storage.schema import host_lease, scan, shard, unit
from cyberai.storage.scope import NOWHERE, Scope
from cyberai.storage.statements import Statement

_s = shard.c
_open = _s.done == constant(0)
_ADD = Statement(
    insert_row(shard, "workspace", "scan", "id", "host", "owner", "not_before").returning(_s.number)
)

_held = shard.alias("held")
_busy = (
    select(func.count())
    .where(
        _held.c.workspace == scan.c.workspace,
        _held.c.done == constant(0),
        _held.c.worker != "",
        _held.c.lease_until > arg("now"),
    )
    .scalar_subquery()
)
_ready = (
    select(_s.number)
    .where(
        _s.workspace == scan.c.workspace,
        _s.scan == scan.c.number,
        _open,
        _s.not_before <= arg("now"),
        _s.lease_until <= arg("now"),
    )
    .order_by(_s.number)
    .limit(constant(1))
    .scalar_subquery()
)
_waiting = (
    select(_busy.label("busy"), _ready.label("ready"))
    .where(
        scan.c.status == constant(STATUS[ScanStatus.RUNNING]),
        scan.c.status < constant(10),
        scan.c.cancel_requested == constant(0),
        scan.c.owner == arg("owner"),
    )
    .subquery("waiting")
)
_NEXT = Statement(
    claimable(
        select(_s.number)
        .join_from(_waiting, shard, _s.number == _waiting.c.ready)
        # Said again of the row itself: PostgreSQL looks once more at a row that changed while it was chosen.
        .where(_open, _s.lease_until <= arg("now"))
        .order_by(_waiting.c.busy, _waiting.c.ready)
        .limit(constant(1)),
        shard,
    )
)
_DETAILS = Statement(
    select(_s.workspace, _s.id, _s.host, _s.not_before, _s.worker, scan.c.id)
    .join_from(shard, scan, and_(scan.c.number == _s.scan, scan.c.workspace == _s.workspace))
    .where(_s.number == arg("number"))
)
_TAKE = Statement(
    update(shard)
    .where(_s.number == arg("number"), _open)
    .values(worker=arg("worker"), fence=_s.fence + 1, lease_until=arg("until"))
    .returning(_s.fence)
)
_mine = and_(
    _s.workspace == arg("workspace"),
    _s.id == arg("id"),
    _s.fence == arg("fence"),
    _s.worker == arg("worker"),
    _open,
)
_HOLD = Statement(update(shard).where(_mine).values(lease_until=arg("until")))
_FINISH = Statement(update(shard).where(_mine).values(done=1, worker="", lease_until=0))
_RELEASE = Statement(update(shard).where(_mine).values(worker="", lease_until=0, not_before=arg("until")))
_READY = Statement(
    claimable(
        select(_s.number, _s.id, _s.host, _s.fence)
        .where(
            _s.workspace == arg("workspace"),
            _s.scan == arg("scan"),
            _open,
            _s.worker == "",
            _s.not_before == constant(0),
            _s.lease_until <= arg("now"),
        )
        .order_by(_s.number)
        .limit(arg("limit")),
        shard,
    )
)
_reserved = and_(
    _s.workspace == arg("workspace"), _s.id == arg("id"), _s.fence == arg("fence"), _s.worker == "", _open
)
_RESERVE = Statement(update(shard).where(_reserved).values(fence=_s.fence + 1, lease_until=arg("until")))
_KEEP = Statement(update(shard).where(_reserved).values(lease_until=arg("until")))
_FINISH_RESERVED = Statement(update(shard).where(_reserved).values(done=1, lease_until=0))
_FREE = Statement(update(shard).where(_reserved).values(lease_until=0, not_before=arg("until")))
_OF_SCAN = and_(_s.workspace == arg("workspace"), _s.scan == arg("scan"), _open)
_OPEN_COUNT = Statement(select(func.count()).select_from(shard).where(_OF_SCAN))
_LEASED_COUNT = Statement(
    select(func.count()).select_from(shard).where(_OF_SCAN, _s.worker != "", _s.lease_until > arg("now"))
)
_CLOSE = Statement(update(shard).where(_OF_SCAN).values(done=1, worker="", lease_until=0))
_afresh = {"done": 0, "worker": "", "fence": _s.fence + 1, "lease_until": 0, "not_before": 0}
_REOPEN = Statement(
    update(shard).where(_s.workspace == arg("workspace"), _s.scan == arg("scan")).values(_afresh)
)
_REOPEN_LEFT = Statement(
    update(shard)
    .where(
        _s.workspace == arg("workspace"),
        _s.scan == arg("scan"),
        or_(
            _open,
            exists().where(
                unit.c.workspace == _s.workspace, unit.c.shard == _s.number, unit.c.done == constant(0)
            ),
        ),
    )
    .values(_afresh)
)
_LEFT = Statement(
    select(func.count())
    .select_from(unit)
    .where(unit.c.workspace == arg("workspace"), unit.c.scan == arg("scan"), unit.c.done == constant(0))
)

_h = host_lease.c
_TAKE_HOST = Statement(
    upsert(
        host_lease,
        "address",
        "shard",
        "until",
        key=("address",),
        only_if=or_(_h.until <= arg("now"), _h.shard == arg("shard")),
    )
)
_FREE_HOSTS = Statement(delete(host_lease).where(_h.shard == arg("shard")))


class Shards:
    """`ports.repositories.ShardTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def insert(self, shard: Shard, owner: str = "") -> None:
        """Store a new shard. Who may claim it is the scan's owner, kept here only to be read by people."""
        workspace = self._scope.writable(shard.workspace)
        number = scan_number(self._scope, workspace, shard.scan_id)
        if number == NOWHERE:
            raise StoreError(f"Shard {shard.id} belongs to scan {shard.scan_id}, which does not exist")
        row = self._db.one(
            _ADD,
            workspace=workspace,
            scan=number,
            id=shard.id,
            host=shard.host,
            owner=owner,
            not_before=shard.not_before,
        )
        assert row is not None
        self._scope.shards[workspace, shard.id] = (int(row[0]), number)

    def claim(self, worker: str, now: int, until: int, owner: str = "") -> Lease | None:
        """Lease the next ready shard (or one whose lease expired) of a running scan with that scan owner."""
        row = self._db.one(_NEXT, now=now, owner=owner)
        if row is None:
            return None
        (number,) = row
        details = self._db.one(_DETAILS, number=number)
        taken = self._db.one(_TAKE, number=number, worker=worker, until=until)
        assert details is not None
        assert taken is not None
        workspace, id, host, not_before, holder, scan_id = details
        # Somebody still stood in the row, so that lease ran out: what was in flight is repeated.
        return Lease(
            shard=Shard(
                id=ShardId(id),
                workspace=self._scope.name_of(workspace),
                scan_id=ScanId(scan_id),
                host=host,
                not_before=not_before,
            ),
            owner=worker,
            fence=taken[0],
            resumed=holder != "",
        )

    def hold(self, lease: Lease, until: int) -> None:
        """Prolong the lease; the first statement of every write of a worker. Raise LeaseLost."""
        self._write(_HOLD, lease, until)

    def finish(self, lease: Lease) -> None:
        """Mark the shard done. Raise LeaseLost."""
        self._write(_FINISH, lease, 0)

    def release(self, lease: Lease, not_before: int) -> None:
        """Give the shard back, to be claimed not before that time. Raise LeaseLost."""
        self._write(_RELEASE, lease, not_before)

    def reserve(self, lease: Lease, count: int, now: int, until: int) -> list[Reserved]:
        """Keep further ready shards of the scan from being claimed; see ShardTx."""
        workspace = self._scope.readable(lease.shard.workspace)
        scan = scan_number(self._scope, workspace, lease.shard.scan_id)
        reserved = []
        for _, id, host, fence in self._db.rows(_READY, workspace=workspace, scan=scan, now=now, limit=count):
            known = Shard(ShardId(id), lease.shard.workspace, lease.shard.scan_id, host)
            if self._db.run(_RESERVE, workspace=workspace, id=id, fence=fence, until=until):
                reserved.append(Reserved(known, fence + 1))
        return reserved

    def keep_reserved(self, reserved: Sequence[Reserved], until: int) -> None:
        """Prolong what is still reserved."""
        for each in reserved:
            self._db.run(_KEEP, **self._reserved(each), until=until)

    def finish_reserved(self, reserved: Reserved) -> bool:
        """Mark it done; False when it is not reserved any more."""
        return self._db.run(_FINISH_RESERVED, **self._reserved(reserved)) == 1

    def free_reserved(self, reserved: Sequence[Reserved], not_before: int) -> None:
        """Let it be claimed again."""
        for each in reserved:
            self._db.run(_FREE, **self._reserved(each), until=not_before)

    def _reserved(self, reserved: Reserved) -> dict[str, Any]:
        shard = reserved.shard
        workspace = self._scope.readable(shard.workspace)
        return {"workspace": workspace, "id": shard.id, "fence": reserved.fence}

    def open_count(self, scan_id: ScanId) -> int:
        """Shards of the scan that are not done."""
        workspace = self._scope.readable()
        number = scan_number(self._scope, workspace, scan_id)
        row = self._db.one(_OPEN_COUNT, workspace=workspace, scan=number)
        return int(row[0]) if row else 0

    def leased_count(self, scan_id: ScanId, now: int) -> int:
        """Shards of the scan that somebody holds an unexpired lease on."""
        workspace = self._scope.readable()
        number = scan_number(self._scope, workspace, scan_id)
        row = self._db.one(_LEASED_COUNT, workspace=workspace, scan=number, now=now)
        return int(row[0]) if row else 0

    def close_scan(self, scan_id: ScanId) -> None:
        """Mark every shard of an ended scan done, so that no worker claims it."""
        workspace = self._scope.readable()
        number = scan_number(self._scope, workspace, scan_id)
        self._db.run(_CLOSE, workspace=workspace, scan=number)

    def reopen(self, scan_id: ScanId) -> int:
        """Make the shards that are not done with claimable again, all where none is left (one has to end the scan);
        return how many units are left to do."""
        here = self._scan(scan_id)
        if not self._db.run(_REOPEN_LEFT, **here):
            self._db.run(_REOPEN, **here)
        row = self._db.one(_LEFT, **here)
        return int(row[0]) if row else 0

    def lease_address(self, lease: Lease, address: str, now: int, until: int) -> bool:
        """Take or prolong the host lease on a judged address; False when another shard holds it."""
        return self._db.run(_TAKE_HOST, address=address, shard=lease.shard.id, now=now, until=until) == 1

    def release_addresses(self, shard_id: ShardId) -> None:
        """Give every host lease of the shard back."""
        self._db.run(_FREE_HOSTS, shard=shard_id)

    def _scan(self, scan_id: ScanId) -> dict[str, int]:
        workspace = self._scope.readable()
        return {"workspace": workspace, "scan": scan_number(self._scope, workspace, scan_id)}

    def _write(self, statement: Statement, lease: Lease, until: int) -> None:
        changed = self._db.run(
            statement,
            workspace=self._scope.readable(lease.shard.workspace),
            id=lease.shard.id,
            fence=lease.fence,
            worker=lease.owner,
            until=until,
        )
        if changed == 0:
            raise LeaseLost(f"Another worker holds shard {lease.shard.id}, or its scan has ended")
