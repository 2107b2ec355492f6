"""What else there is to see of a scan: handlers."""

from cyberai.api import vulnerabilities
from cyberai.api.call import Call
from cyberai.api.pages import one_reply, page_reply
from cyberai.api.reply import Reply
from cyberai.app.coverage_view import scan_coverage
from cyberai.app.scan_diff import PREVIOUS, scan_diff
from cyberai.app.scan_log import scan_log
from cyberai.app.scans import get_scan
from cyberai.domain.diff import Difference


async def coverage(call: Call) -> Reply:
    """GET /v1/scans/{id}/coverage."""
    query = call.query
    page = await scan_coverage(call.app, call.workspace, call.id, limit=query.limit(), cursor=query.cursor())
    return page_reply(call, page)


async def log(call: Call) -> Reply:
    """GET /v1/scans/{id}/log."""
    query = call.query
    page = await scan_log(call.app, call.workspace, call.id, limit=query.limit(), cursor=query.cursor())
    return page_reply(call, page)


async def diff(call: Call) -> Reply:
    """GET /v1/scans/{id}/diff."""
    query = call.query
    shown = await scan_diff(
        call.app,
        call.workspace,
        call.id,
        query.values.get("against", PREVIOUS),
        changes=query.choices("change", Difference),
        limit=query.limit(),
        cursor=query.cursor(),
    )
    return one_reply(call, shown)


async def found(call: Call) -> Reply:
    """GET /v1/scans/{id}/vulnerabilities: the list of all, with the scan as one more filter."""
    await get_scan(call.app, call.workspace, call.id)
    return await vulnerabilities.list_seen_by(call, (call.id,))
