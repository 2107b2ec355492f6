"""Units: the frontier of a scan and the results of what was done."""

from collections import Counter
from collections.abc import Iterable

import msgspec
from sqlalchemy import and_, func, select, update

from cyberai.domain.errors import StoreError
from cyberai.domain.ids import ScanId
from cyberai.domain.unit import Shard, Stage, Unit, UnitCounts
from cyberai.storage.codec import to_text
from cyberai.storage.dialect import arg, constant, insert_new, upsert
from cyberai.storage.scans import scan_number
from cyberai.storage.schema import shard as shard_table
from cyberai.storage.schema import unit as table
from cyberai.storage.schema import unit_tally
from cyberai.storage.scope import NOWHERE, Scope
from cyberai.storage.statements import Statement

_c, _t = table.c, unit_tally.c
_ADD = Statement(insert_new(table, "workspace", "scan", "shard", "id", "stage", "depth", "doc"))
_SHARD = Statement(
    select(shard_table.c.number, shard_table.c.scan).where(
        shard_table.c.workspace == arg("workspace"), shard_table.c.id == arg("id")
    )
)
_todo = and_(_c.workspace == arg("workspace"), _c.shard == arg("shard"), _c.done == constant(0))
_PENDING = Statement(
    select(_c.doc)
    .where(_todo, _c.stage == select(func.min(_c.stage)).where(_todo).scalar_subquery())
    .order_by(_c.depth, _c.number)
    .limit(arg("limit"))
)
_OF_STAGE = Statement(
    select(_c.doc)
    .where(
        _c.workspace == arg("workspace"),
        _c.scan == arg("scan"),
        _c.shard == arg("shard"),
        _c.stage == arg("stage"),
    )
    .order_by(_c.number)
    .limit(arg("limit"))
)
_DONE = Statement(
    update(table)
    .where(
        _c.workspace == arg("workspace"),
        _c.scan == arg("scan"),
        _c.id == arg("id"),
        _c.done == constant(0),
    )
    .values(done=1, requests=arg("requests"), urls=arg("urls"), failure=arg("failure"))
    .returning(_c.stage)
)
_TALLY = Statement(
    upsert(
        unit_tally,
        *("workspace", "scan", "stage", "failure", "total", "done", "requests", "urls"),
        key=("workspace", "scan", "stage", "failure"),
        changes={name: _t[name] + arg(name) for name in ("total", "done", "requests", "urls")},
    )
)
_of_scan = and_(_t.workspace == arg("workspace"), _t.scan == arg("scan"))
_COUNTS = Statement(
    select(_t.stage, func.sum(_t.total), func.sum(_t.done))
    .where(_of_scan)
    .group_by(_t.stage)
    .order_by(_t.stage)
)
_TOTALS = Statement(select(func.sum(_t.requests), func.sum(_t.urls)).where(_of_scan))
_FAILURES = Statement(
    select(_t.stage, _t.failure, _t.done).where(_of_scan, _t.failure != "").order_by(_t.stage, _t.failure)
)
_decode = msgspec.json.Decoder(Unit).decode


class Units:
    """`ports.repositories.UnitTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def add(self, shard: Shard, units: Iterable[Unit]) -> int:
        """Insert units that are not yet known to the scan; return how many were new."""
        self._scope.require_room()
        workspace, number, scan = self._place(shard)
        if number == NOWHERE:
            raise StoreError(f"Shard {shard.id} does not exist; insert it before its units")
        new: Counter[int] = Counter()
        for unit in units:
            new[unit.stage] += self._db.run(
                _ADD,
                workspace=workspace,
                scan=scan,
                shard=number,
                id=unit.id,
                stage=int(unit.stage),
                depth=unit.depth,
                doc=to_text(unit),
            )
        for stage, count in new.items():
            if count:
                self._tally(workspace, scan, stage, total=count)
        return new.total()

    def pending(self, shard: Shard, limit: int) -> list[Unit]:
        """Units not done, of the lowest stage that has any, then by depth, then in order of insertion."""
        workspace, number, _ = self._place(shard)
        rows = self._db.rows(_PENDING, workspace=workspace, shard=number, limit=limit)
        return [_decode(doc) for (doc,) in rows]

    def of_stage(self, shard: Shard, stage: Stage, limit: int) -> list[Unit]:
        """Units of the stage, done or not, in order of insertion."""
        workspace, number, scan = self._place(shard)
        rows = self._db.rows(
            _OF_STAGE, workspace=workspace, scan=scan, shard=number, stage=int(stage), limit=limit
        )
        return [_decode(doc) for (doc,) in rows]

    def complete(self, shard: Shard, unit_id: str, *, requests: int, urls: int, failure: str) -> bool:
        """Store a unit's result; False when it was stored before (then nothing else may be written)."""
        workspace, _, scan = self._place(shard)
        row = self._db.one(
            _DONE,
            workspace=workspace,
            scan=scan,
            id=unit_id,
            requests=requests,
            urls=urls,
            failure=failure,
        )
        if row is None:
            return False
        self._tally(workspace, scan, row[0], failure, done=1, requests=requests, urls=urls)
        return True

    def counts(self, scan_id: ScanId) -> list[UnitCounts]:
        """Per stage, for progress."""
        rows = self._db.rows(_COUNTS, **self._scan(scan_id))
        return [UnitCounts(Stage(stage), int(total), int(done)) for stage, total, done in rows]

    def totals(self, scan_id: ScanId) -> tuple[int, int]:
        """Sum of requests and of URLs over all done units."""
        row = self._db.one(_TOTALS, **self._scan(scan_id))
        return (int(row[0] or 0), int(row[1] or 0)) if row else (0, 0)

    def failures(self, scan_id: ScanId) -> list[tuple[Stage, str, int]]:
        """Count of done units per stage and failure reason."""
        rows = self._db.rows(_FAILURES, **self._scan(scan_id))
        return [(Stage(stage), failure, int(done)) for stage, failure, done in rows]

    def _tally(
        self,
        workspace: int,
        scan: int,
        stage: int,
        failure: str = "",
        *,
        total: int = 0,
        done: int = 0,
        requests: int = 0,
        urls: int = 0,
    ) -> None:
        sums = {"total": total, "done": done, "requests": requests, "urls": urls}
        here = {"workspace": workspace, "scan": scan, "stage": int(stage), "failure": failure}
        self._db.many(_TALLY, [{**here, **sums}])

    def _scan(self, scan_id: ScanId) -> dict[str, int]:
        workspace = self._scope.readable()
        return {"workspace": workspace, "scan": scan_number(self._scope, workspace, scan_id)}

    def _place(self, shard: Shard) -> tuple[int, int, int]:
        workspace = self._scope.readable(shard.workspace)
        known = self._scope.shards.get((workspace, shard.id))
        if known is None:
            row = self._db.one(_SHARD, workspace=workspace, id=shard.id)
            if row is None:
                return workspace, NOWHERE, NOWHERE
            known = self._scope.shards[workspace, shard.id] = (int(row[0]), int(row[1]))
        return workspace, *known
