"""What else there is to see of a scan: handlers."""

from cyberai.api import vulnerabilities
from cyberai.api.call import Call
from cyberai.api.pages import page_reply
from cyberai.api.reply import Reply
from cyberai.app.coverage_view import scan_coverage
from cyberai.app.scan_log import scan_log
from cyberai.app.scans import get_scan


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


async def found(call: Call) -> Reply:
    """GET /v1/scans/{id}/vulnerabilities: the list of all, with the scan as one more filter."""
    await get_scan(call.app, call.workspace, call.id)
    return await vulnerabilities.list_seen_by(call, (call.id,))
