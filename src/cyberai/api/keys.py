"""`/v1/api-keys`: handlers."""

from msgspec import Struct

from cyberai.api.call import Call
from cyberai.api.reply import Reply, created, json_reply
from cyberai.app.keys import create_key, list_keys, revoke_key
from cyberai.app.listing import ListPage, decode_cursor, encode_cursor

_KIND = "api-keys"


class _NoFilter(Struct, frozen=True):
    """What the cursors of this list are bound to: nothing but the list."""


async def create(call: Call) -> Reply:
    """POST /v1/api-keys."""
    key = await create_key(call.app, call.workspace, call.body)
    return created(key, f"/v1/api-keys/{key.id}")


async def list_all(call: Call) -> Reply:
    """GET /v1/api-keys. A workspace has few keys: the cursor is a position."""
    app, workspace, where = call.app, call.workspace, _NoFilter()
    limit, cursor = call.query.limit(), call.query.cursor()
    start = 0 if cursor is None else decode_cursor(app, _KIND, workspace, where, cursor)
    keys = await list_keys(app, workspace)
    end = start + limit
    more = len(keys) > end
    after = encode_cursor(app, _KIND, workspace, where, end) if more else None
    return json_reply(ListPage(data=keys[start:end], has_more=more, next_cursor=after))


async def revoke(call: Call) -> Reply:
    """DELETE /v1/api-keys/{id}."""
    return json_reply(await revoke_key(call.app, call.workspace, call.id))
