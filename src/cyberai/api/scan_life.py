"""Cancel, pause, resume, retry, purge: handlers."""

from cyberai.api.call import Call
from cyberai.api.reply import Reply, created_below, json_reply
from cyberai.app.cancel import cancel_scan
from cyberai.app.pause import pause_scan, resume_scan
from cyberai.app.purge import purge_scan
from cyberai.app.retry import retry_scan

_created = created_below("/v1/scans/")


async def cancel(call: Call) -> Reply:
    """DELETE /v1/scans/{id}."""
    return json_reply(await cancel_scan(call.app, call.workspace, call.id))


async def pause(call: Call) -> Reply:
    """POST /v1/scans/{id}/pause."""
    return json_reply(await pause_scan(call.app, call.workspace, call.id))


async def resume(call: Call) -> Reply:
    """POST /v1/scans/{id}/resume."""
    return json_reply(await resume_scan(call.app, call.workspace, call.id))


async def retry(call: Call) -> Reply:
    """POST /v1/scans/{id}/retry."""
    return _created(await retry_scan(call.app, call.workspace, call.id, call.keeping(_created)))


async def purge(call: Call) -> Reply:
    """POST /v1/scans/{id}/purge."""
    return json_reply(await purge_scan(call.app, call.workspace, call.id))
