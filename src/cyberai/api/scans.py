"""`/v1/scans`: handlers."""

from cyberai.api.call import Call
from cyberai.api.pages import one_reply, page_reply
from cyberai.api.query import CREATED_AFTER, CREATED_BEFORE, filter_param
from cyberai.api.reply import Reply, created_below, json_reply
from cyberai.app.cancel import cancel_scan
from cyberai.app.scan_creation import create_scan
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
    scan = await create_scan(call.app, call.workspace, call.body, keep=call.keeping(_created))
    return _created(scan)


async def get(call: Call) -> Reply:
    """GET /v1/scans/{id}."""
    return one_reply(call, await get_scan(call.app, call.workspace, call.id), shared=True)


async def cancel(call: Call) -> Reply:
    """DELETE /v1/scans/{id}."""
    return json_reply(await cancel_scan(call.app, call.workspace, call.id))


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
