"""`/v1/scans`: handlers."""

from cyberai.api.call import Call
from cyberai.api.long_poll import awaited
from cyberai.api.pages import one_reply, page_reply
from cyberai.api.query import CREATED_AFTER, CREATED_BEFORE, filter_param
from cyberai.api.reply import Reply, created_below, json_reply
from cyberai.app.scan_creation import create_scan
from cyberai.app.scan_plan import plan_scan
from cyberai.app.scans import get_scan, list_scans
from cyberai.domain.scan import ScanStatus, ScanType
from cyberai.ports.repositories import ScanFilter

FILTERS = (
    filter_param("status", "Status of the scan.", ScanStatus),
    filter_param("scan_type", "Type of the scan.", ScanType),
    filter_param("target", "Target, exactly as it was sent."),
    filter_param("tags", "Tag of the scan."),
    CREATED_AFTER,
    CREATED_BEFORE,
)


_created = created_below("/v1/scans/")


async def create(call: Call) -> Reply:
    """POST /v1/scans."""
    if call.query.flag("dry_run"):
        return json_reply(await plan_scan(call.app, call.workspace, call.body))
    scan = await create_scan(call.app, call.workspace, call.body, keep=call.keeping(_created))
    return _created(scan)


async def get(call: Call) -> Reply:
    """GET /v1/scans/{id}."""
    scan, headers = await awaited(call, lambda: get_scan(call.app, call.workspace, call.id))
    reply = one_reply(call, scan, shared=True)
    reply.headers = [*reply.headers, *headers]
    return reply


async def list_all(call: Call) -> Reply:
    """GET /v1/scans."""
    query = call.query
    where = ScanFilter(
        status=query.choices("status", ScanStatus),
        scan_type=query.choices("scan_type", ScanType),
        target=query.texts("target"),
        tags=query.texts("tags"),
        created_after=query.time("created_after"),
        created_before=query.time("created_before"),
    )
    page = await list_scans(
        call.app,
        call.workspace,
        where,
        limit=query.limit(),
        cursor=query.cursor(),
        sort=query.sort(),
        total=query.total(),
    )
    return page_reply(call, page)
