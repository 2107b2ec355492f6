"""The key that asks, usage, tickets, rotation: handlers."""

from cyberai.api.call import Call
from cyberai.api.keys import created_key
from cyberai.api.reply import Reply, json_reply
from cyberai.app.key_rotation import MAX_OVERLAP, rotate_key
from cyberai.app.tickets import make_ticket
from cyberai.app.usage import MAX_DAYS, usage, who_am_i

DEFAULT_DAYS = 30


async def me(call: Call) -> Reply:
    """GET /v1/me."""
    assert call.principal is not None
    return json_reply(await who_am_i(call.app, call.principal))


async def used(call: Call) -> Reply:
    """GET /v1/usage."""
    days = call.query.number("days", 1, MAX_DAYS, DEFAULT_DAYS)
    await call.live.meter.store()
    return json_reply(await usage(call.app, call.workspace, days))


async def ticket(call: Call) -> Reply:
    """POST /v1/ws/tickets."""
    assert call.principal is not None
    reply = json_reply(await make_ticket(call.app, call.principal), 201)
    reply.secret = True
    return reply


async def rotate(call: Call) -> Reply:
    """POST /v1/api-keys/{id}/rotate."""
    overlap = call.query.number("overlap", 0, MAX_OVERLAP, 0)
    keep = call.keeping(created_key)
    key = await rotate_key(call.app, call.workspace, call.id, overlap, keep, giver=call.principal)
    return created_key(key)
