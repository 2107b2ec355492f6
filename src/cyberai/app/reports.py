"""Reports: ordered by clients, made by workers, served byte for byte."""

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.idempotency import Keep, not_kept
from cyberai.app.listing import (
    NEWEST_FIRST,
    Asked,
    Found,
    ListPage,
    Sort,
    behind,
    listed,
)
from cyberai.app.report_request import report_of, require_subjects
from cyberai.app.requests import ReportRequest
from cyberai.app.resources import ReportResource, report_resource
from cyberai.domain.errors import Conflict, ErrorCode, NotFound
from cyberai.domain.ids import ReportId, WorkspaceId
from cyberai.domain.report import Report, ReportStatus
from cyberai.ports.repositories import Count, Page, ReportFilter
from cyberai.ports.store import Tx


class ReportFile(Struct, frozen=True, kw_only=True):
    """A finished report's file; `digest` is SHA-256 in hex."""

    content: bytes
    media_type: str
    filename: str
    digest: str


async def create_report(
    app: App, workspace: WorkspaceId, request: ReportRequest, keep: Keep[ReportResource] = not_kept
) -> ReportResource:
    """Order a report; raise InvalidRequest, or NotFound for an unknown scan."""
    report = report_of(app, workspace, request)

    def store(tx: Tx) -> None:
        require_subjects(tx, request, report)
        tx.reports.insert(report)
        keep(tx, resource)

    resource = report_resource(report)
    await app.store.write(workspace, store)
    app.wake()
    return resource


def require_report(tx: Tx, report_id: str) -> Report:
    """The report; raise NotFound for unknown, malformed and foreign ids alike."""
    report = tx.reports.get(ReportId(report_id))
    if report is None:
        raise NotFound("No such report", field="id", reason="Use an id that GET /v1/reports lists")
    return report


async def get_report(app: App, workspace: WorkspaceId, report_id: str) -> ReportResource:
    """One report; raise NotFound."""
    return report_resource(await app.store.read(workspace, lambda tx: require_report(tx, report_id)))


async def list_reports(
    app: App,
    workspace: WorkspaceId,
    where: ReportFilter,
    *,
    limit: int,
    cursor: str | None,
    sort: Sort = NEWEST_FIRST,
    total: bool = False,
) -> ListPage[ReportResource]:
    """A page of reports, in order of creation."""
    asked = Asked(limit=limit, cursor=cursor, sort=sort, total=total)

    def read(tx: Tx, page: Page) -> Found[ReportResource]:
        rows = tx.reports.page(where, page)
        return Found(data=[report_resource(row.report) for row in rows], behind=behind(rows, limit))

    def count(tx: Tx, most: int) -> Count:
        return tx.reports.count(where, most)

    return await listed(app, "reports", workspace, where, asked, read, count)


async def download_report(app: App, workspace: WorkspaceId, report_id: str) -> ReportFile:
    """The file; raise NotFound, or Conflict `report_not_ready` before it is made (or when it failed)."""

    def load(tx: Tx) -> tuple[Report, tuple[bytes, str, str] | None]:
        report = require_report(tx, report_id)
        ready = report.status is ReportStatus.COMPLETED
        return report, tx.blobs.get(report.id) if ready else None

    report, blob = await app.store.read(workspace, load)
    if blob is None:
        failed = report.status is ReportStatus.FAILED
        raise Conflict(
            "The report could not be made" if failed else "The report is not ready",
            code=ErrorCode.REPORT_NOT_READY,
            field="id",
            reason="Order it again with POST /v1/reports" if failed else "Try again in a moment",
            headers={} if failed else {"Retry-After": "1"},
        )
    content, media_type, filename = blob
    return ReportFile(content=content, media_type=media_type, filename=filename, digest=report.digest or "")
