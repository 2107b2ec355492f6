"""Looking at what is old and removing it, in bounded steps."""

from typing import Any

from sqlalchemy import and_, delete, func, select

from cyberai.domain.ids import ReportId, ScanId, VulnerabilityId
from cyberai.ports.retention import Amount, OldEvents
from cyberai.storage.collection import Collection
from cyberai.storage.dialect import arg
from cyberai.storage.reports import KIND as REPORT
from cyberai.storage.scans import scan_number
from cyberai.storage.schema import (
    blob,
    blob_chunk,
    event,
    evidence,
    host_lease,
    report,
    unit,
    vulnerability,
    worker,
)
from cyberai.storage.scope import NOWHERE, Scope
from cyberai.storage.statements import Statement

_e, _u, _v, _b, _k = event.c, unit.c, vulnerability.c, blob.c, blob_chunk.c
_EVENTS = Statement(
    select(_e.seq, _e.at, func.length(_e.data))
    .where(_e.workspace == arg("workspace"), _e.seq > arg("seq"))
    .order_by(_e.seq)
    .limit(arg("limit"))
)
_DROP_EVENTS = Statement(delete(event).where(_e.workspace == arg("workspace"), _e.seq <= arg("seq")))
_of_scan = and_(_u.workspace == arg("workspace"), _u.scan == arg("scan"))
_WORK = Statement(select(func.count(), func.sum(func.length(_u.doc))).where(_of_scan))
_DROP_WORK = Statement(
    delete(unit).where(_u.number.in_(select(_u.number).where(_of_scan).limit(arg("limit"))))
)
_NUMBER = Statement(select(_v.number).where(_v.workspace == arg("workspace"), _v.id == arg("id")))
_of_vulnerability = and_(evidence.c.workspace == arg("workspace"), evidence.c.vulnerability == arg("number"))
_EVIDENCE = Statement(select(func.count(), func.sum(func.length(evidence.c.data))).where(_of_vulnerability))
_DROP_EVIDENCE = Statement(delete(evidence).where(_of_vulnerability))
_BLOB = Statement(select(_b.number, _b.size).where(_b.workspace == arg("workspace"), _b.name == arg("name")))
_DROP_BLOB = Statement(delete(blob).where(_b.workspace == arg("workspace"), _b.number == arg("number")))
_DROP_CHUNKS = Statement(delete(blob_chunk).where(_k.workspace == arg("workspace"), _k.blob == arg("number")))
_DROP_REPORT = Statement(
    delete(report).where(report.c.workspace == arg("workspace"), report.c.number == arg("number"))
)
_WORKERS = Statement(select(func.count()).where(worker.c.until <= arg("now")))
_DROP_WORKERS = Statement(delete(worker).where(worker.c.until <= arg("now")))
_LEASES = Statement(select(func.count()).where(host_lease.c.until <= arg("now")))
_DROP_LEASES = Statement(delete(host_lease).where(host_lease.c.until <= arg("now")))


class Retention:
    """`ports.retention.RetentionTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def old_events(self, before: int, after_seq: int, limit: int) -> OldEvents | None:
        """The oldest events above that number which happened before that time."""
        rows = self._db.rows(_EVENTS, workspace=self._scope.readable(), seq=after_seq, limit=limit)
        last, count, size = after_seq, 0, 0
        for seq, at, length in rows:
            if at >= before:
                break
            last, count, size = seq, count + 1, size + length
        return OldEvents(last, Amount(count, size)) if count else None

    def drop_events(self, through: int) -> None:
        """Remove the events up to and with this number."""
        self._db.run(_DROP_EVENTS, workspace=self._scope.writable(), seq=through)

    def work(self, scan_id: ScanId) -> Amount:
        """The scan's units that are still kept."""
        workspace = self._scope.readable()
        return self._amount(_WORK, workspace=workspace, scan=scan_number(self._scope, workspace, scan_id))

    def drop_work(self, scan_id: ScanId, limit: int) -> int:
        """Remove at most `limit` of them; return how many."""
        workspace = self._scope.writable()
        number = scan_number(self._scope, workspace, scan_id)
        return self._db.run(_DROP_WORK, workspace=workspace, scan=number, limit=limit)

    def evidence(self, vulnerability_id: VulnerabilityId) -> Amount:
        """The vulnerability's evidence."""
        return self._amount(_EVIDENCE, **self._vulnerability(vulnerability_id))

    def drop_evidence(self, vulnerability_id: VulnerabilityId) -> None:
        """Remove it; the vulnerability stays."""
        self._db.run(_DROP_EVIDENCE, **self._vulnerability(vulnerability_id))

    def report(self, report_id: ReportId) -> Amount:
        """The report with its file."""
        workspace = self._scope.readable()
        if Collection(self._scope, workspace, REPORT).find(report_id) is None:
            return Amount()
        file = self._db.one(_BLOB, workspace=workspace, name=report_id)
        return Amount(1, int(file[1]) if file else 0)

    def drop_report(self, report_id: ReportId) -> None:
        """Remove both."""
        workspace = self._scope.writable()
        rows = Collection(self._scope, workspace, REPORT)
        row = rows.find(report_id)
        if row is None:
            return
        rows.listing.remove(row.posted(frozenset(REPORT.terms_of(row.value))))
        self._db.run(_DROP_REPORT, workspace=workspace, number=row.number)
        file = self._db.one(_BLOB, workspace=workspace, name=report_id)
        if file is not None:
            self._db.run(_DROP_CHUNKS, workspace=workspace, number=file[0])
            self._db.run(_DROP_BLOB, workspace=workspace, number=file[0])

    def stale(self, now: int) -> Amount:
        """Signs of life and host leases that ran out."""
        self._scope.require_system("What ran out")
        return Amount(self._amount(_WORKERS, now=now).rows + self._amount(_LEASES, now=now).rows)

    def drop_stale(self, now: int) -> None:
        """Remove them."""
        self._scope.require_system("What ran out")
        self._db.run(_DROP_WORKERS, now=now)
        self._db.run(_DROP_LEASES, now=now)

    def _vulnerability(self, vulnerability_id: VulnerabilityId) -> dict[str, int]:
        workspace = self._scope.readable()
        row = self._db.one(_NUMBER, workspace=workspace, id=vulnerability_id)
        return {"workspace": workspace, "number": row[0] if row else NOWHERE}

    def _amount(self, statement: Statement, **values: Any) -> Amount:
        row = self._db.one(statement, **values) or (0,)
        return Amount(int(row[0] or 0), int(row[1] or 0) if len(row) > 1 else 0)
