"""`/v1/vulnerabilities/{id}/retest`: handlers."""

from cyberai.api.call import Call
from cyberai.api.long_poll import awaited
from cyberai.api.pages import one_reply
from cyberai.api.reply import Reply, created, json_reply
from cyberai.app.retest import get_retest, order_retest
from cyberai.app.retest_view import RetestResource


async def order(call: Call) -> Reply:
    """POST /v1/vulnerabilities/{id}/retest."""
    ordered = await order_retest(call.app, call.workspace, call.id, call.keeping(_ordered), by=call.actor)
    shown, headers = await awaited(call, lambda: _latest(call))
    reply = _ordered(shown) if ordered.new else json_reply(shown)
    reply.headers = [*reply.headers, *headers]
    return reply


async def get(call: Call) -> Reply:
    """GET /v1/vulnerabilities/{id}/retest."""
    retest, headers = await awaited(call, lambda: _latest(call))
    reply = one_reply(call, retest)
    reply.headers = [*reply.headers, *headers]
    return reply


async def _latest(call: Call) -> RetestResource:
    return await get_retest(call.app, call.workspace, call.id)


def _ordered(retest: RetestResource) -> Reply:
    return created(retest, f"/v1/vulnerabilities/{retest.vulnerability_id}/retest")
