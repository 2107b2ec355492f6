"""Erasing a scan: piece by piece, the scan itself last."""

from sqlalchemy import delete, select, update

from cyberai.domain.ids import ScanId
from cyberai.domain.vulnerability import Vulnerability
from cyberai.ports.records import Erased
from cyberai.storage import scans
from cyberai.storage.collection import Collection, Stored
from cyberai.storage.dialect import arg
from cyberai.storage.schema import (
    event,
    host_lease,
    ledger_count,
    ledger_row,
    scan_log,
    scan_service,
    shard,
    unit,
    unit_tally,
)
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement
from cyberai.storage.traces import Traces
from cyberai.storage.vulnerability_kind import KIND as VULNERABILITIES

_e, _u = event.c, unit.c
_SEQS = Statement(
    select(_e.seq)
    .where(_e.workspace == arg("workspace"), _e.scan == arg("scan"), _e.seq > arg("seq"))
    .order_by(_e.seq)
    .limit(arg("limit"))
)
_EMPTY = Statement(
    update(event).where(_e.workspace == arg("workspace"), _e.seq == arg("seq")).values(data=arg("data"))
)
_UNITS = Statement(
    select(_u.number).where(_u.workspace == arg("workspace"), _u.scan == arg("scan")).limit(arg("limit"))
)
_DROP_UNIT = Statement(delete(unit).where(_u.workspace == arg("workspace"), _u.number == arg("number")))
_HOSTS = Statement(
    delete(host_lease).where(
        host_lease.c.shard.in_(
            select(shard.c.id).where(shard.c.workspace == arg("workspace"), shard.c.scan == arg("scan"))
        )
    )
)
_DROP_SHARD = Statement(
    delete(shard).where(shard.c.workspace == arg("workspace"), shard.c.number == arg("number"))
)
_SHARDS = Statement(
    select(shard.c.number).where(shard.c.workspace == arg("workspace"), shard.c.scan == arg("scan"))
)
_REST = tuple(
    Statement(delete(table).where(table.c.workspace == arg("workspace"), table.c.scan == arg("scan")))
    for table in (unit_tally, ledger_count, ledger_row, scan_log, scan_service)
)


class Erase:
    """`ports.records.EraseTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def events(self, scan_id: ScanId, seq: int, limit: int) -> tuple[int, int]:
        """Empty the bodies of the scan's events after `seq`: the last number (0: none left) and how many."""
        workspace = self._scope.writable()
        rows = self._db.rows(_SEQS, workspace=workspace, scan=scan_id, seq=seq, limit=limit)
        data = f'{{"id":"{scan_id}","purged":true}}'
        self._db.many(_EMPTY, [{"workspace": workspace, "seq": n, "data": data} for (n,) in rows])
        return (int(rows[-1][0]) if rows else 0), len(rows)

    def vulnerabilities(self, scan_id: ScanId, limit: int) -> Erased:
        """Erase what only this scan saw, with its evidence; take this scan off the rest."""
        workspace = self._scope.writable()
        rows = Collection(self._scope, workspace, VULNERABILITIES)
        numbers = rows.listing.items("scan", scan_id, limit)
        erased = 0
        for _, _, value in rows.among(numbers):
            row = rows.find(value.id)
            assert row is not None
            erased += self._take_off(rows, workspace, row, scan_id)
        rows.listing.forget("scan", scan_id)
        return Erased(erased, len(numbers) - erased)

    def _take_off(
        self, rows: Collection[Vulnerability], workspace: int, row: Stored[Vulnerability], scan_id: ScanId
    ) -> bool:
        traces = Traces(self._scope, workspace, row)
        seen = traces.scans()
        others = sorted(other for other in seen if other != scan_id)
        if not others:
            traces.erase()
            rows.remove(row, seen.values())
            return True
        rows.uncarry(row, "scan", scan_id)
        gone = traces.forget_scan(seen[scan_id])
        value = row.value.replace(occurrences=max(1, row.value.occurrences - gone))
        if value.scan_id == scan_id:
            # The evidence is always that of the latest scan.
            traces.drop_evidence()
            value = value.replace(scan_id=others[-1])
        if value.first_scan_id == scan_id:
            value = value.replace(first_scan_id=others[0])
        rows.replace(row, value)
        return False

    def work(self, scan_id: ScanId, limit: int) -> int:
        """Erase units; how many."""
        workspace = self._scope.writable()
        number = scans.scan_number(self._scope, workspace, scan_id)
        rows = self._db.rows(_UNITS, workspace=workspace, scan=number, limit=limit)
        self._db.many(_DROP_UNIT, [{"workspace": workspace, "number": n} for (n,) in rows])
        return len(rows)

    def scan(self, scan_id: ScanId) -> None:
        """Erase the scan with its shards, ledger and log."""
        workspace = self._scope.writable()
        rows = Collection(self._scope, workspace, scans.KIND)
        row = rows.find(scan_id)
        if row is None:
            return
        key = {"workspace": workspace, "scan": row.number}
        self._db.run(_HOSTS, **key)
        shards = self._db.rows(_SHARDS, **key)
        self._db.many(_DROP_SHARD, [{"workspace": workspace, "number": n} for (n,) in shards])
        for statement in _REST:
            self._db.run(statement, **key)
        rows.remove(row)
        self._scope.scans.clear()
        self._scope.shards.clear()
