"""Reports: their rows and the claim of the next one to render. Their files are blobs."""

from collections.abc import Iterable

from sqlalchemy import select, update

from cyberai.domain.ids import ReportId
from cyberai.domain.report import Report, ReportFormat, ReportStatus, ReportType
from cyberai.ports.repositories import Count, Page, RankedReport, ReportFilter
from cyberai.storage.collection import Collection, Kind
from cyberai.storage.dialect import arg, claimable, constant
from cyberai.storage.facets import Facets
from cyberai.storage.listing import Term
from cyberai.storage.orders import Wanted
from cyberai.storage.schema import report as table
from cyberai.storage.scope import Scope
from cyberai.storage.statements import Statement

_FACETS = Facets(
    status=tuple(status.value for status in ReportStatus),
    type=tuple(kind.value for kind in ReportType),
    format=tuple(kind.value for kind in ReportFormat),
)
_OPEN = (ReportStatus.QUEUED, ReportStatus.GENERATING)


def _terms(report: Report) -> Iterable[Term]:
    for scan_id in report.scan_ids:
        yield "scan", scan_id


KIND = Kind(
    name="report",
    table=table,
    type=Report,
    facets=_FACETS,
    facet_of=lambda report: _FACETS.pack(
        status=report.status.value, type=report.type.value, format=report.format.value
    ),
    terms_of=_terms,
    columns_of=lambda report: {"open": int(report.status in _OPEN)},
)

_c = table.c
_NEXT = Statement(
    claimable(
        select(_c.workspace, _c.number, _c.rank, _c.facet, _c.doc)
        .where(_c.open == constant(1), _c.lease_until <= arg("now"))
        .order_by(_c.number)
        .limit(constant(1)),
        table,
    )
)
_TAKE = Statement(
    update(table).where(_c.number == arg("number")).values(worker=arg("worker"), lease_until=arg("until"))
)


class Reports:
    """`ports.repositories.ReportTx`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._db = scope.db

    def insert(self, report: Report) -> None:
        """Store a new report."""
        self._collection(self._scope.writable(report.workspace)).insert(report)

    def get(self, report_id: ReportId) -> Report | None:
        """One report, or None."""
        return self._collection(self._scope.readable()).get(report_id)

    def update(self, report: Report) -> None:
        """Replace the stored report."""
        self._collection(self._scope.writable(report.workspace)).update(report)

    def remove(self, report_id: ReportId) -> None:
        """Erase the report, if there is one, but not its file."""
        rows = self._collection(self._scope.writable())
        row = rows.find(report_id)
        if row is not None:
            rows.remove(row)

    def page(self, where: ReportFilter, page: Page) -> list[RankedReport]:
        """A page, in order of creation."""
        rows = self._collection(self._scope.readable()).page(_wanted(where), page)
        return [RankedReport(rank, report) for rank, report in rows]

    def count(self, where: ReportFilter, most: int) -> Count:
        """How many match, counted up to `most`."""
        return self._collection(self._scope.readable()).count(_wanted(where), most)

    def claim(self, worker: str, now: int, until: int) -> Report | None:
        """Take the next queued report of any workspace, or one whose lease expired; it becomes generating."""
        row = self._db.one(_NEXT, now=now)
        if row is None:
            return None
        workspace, *columns = row
        self._db.run(_TAKE, number=columns[0], worker=worker, until=until)
        rows = self._collection(workspace)
        stored = rows.stored(tuple(columns))
        if stored.value.status is ReportStatus.GENERATING:
            return stored.value
        generating = stored.value.replace(status=ReportStatus.GENERATING, updated_at=now)
        return rows.replace(stored, generating).value

    def _collection(self, workspace: int) -> Collection[Report]:
        return Collection(self._scope, workspace, KIND)


def _wanted(where: ReportFilter) -> Wanted:
    return Wanted(
        {"status": where.status, "type": where.type, "format": where.format}, {"scan": where.scan_id}
    )
