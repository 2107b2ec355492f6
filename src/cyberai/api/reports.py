"""`/v1/reports`: handlers."""

from cyberai.api.call import Call
from cyberai.api.long_poll import awaited
from cyberai.api.pages import one_reply, page_reply
from cyberai.api.query import filter_param
from cyberai.api.reply import Reply, created_below
from cyberai.app.reports import create_report, get_report, list_reports
from cyberai.domain.report import ReportFormat, ReportStatus, ReportType
from cyberai.ports.repositories import ReportFilter

FILTERS = (
    filter_param("status", "Status of the report.", ReportStatus),
    filter_param("type", "For whom it is written.", ReportType),
    filter_param("format", "File format.", ReportFormat),
    filter_param("scan_id", "A scan it covers."),
)

_created = created_below("/v1/reports/")


async def create(call: Call) -> Reply:
    """POST /v1/reports."""
    report = await create_report(call.app, call.workspace, call.body, call.keeping(_created))
    return _created(report)


async def get(call: Call) -> Reply:
    """GET /v1/reports/{id}."""
    report, headers = await awaited(call, lambda: get_report(call.app, call.workspace, call.id))
    reply = one_reply(call, report)
    reply.headers = [*reply.headers, *headers]
    return reply


async def list_all(call: Call) -> Reply:
    """GET /v1/reports."""
    query = call.query
    where = ReportFilter(
        status=query.choices("status", ReportStatus),
        type=query.choices("type", ReportType),
        format=query.choices("format", ReportFormat),
        scan_id=query.texts("scan_id"),
    )
    page = await list_reports(
        call.app,
        call.workspace,
        where,
        limit=query.limit(),
        cursor=query.cursor(),
        sort=query.sort(),
        total=query.total(),
    )
    return page_reply(call, page)
