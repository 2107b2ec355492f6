"""`/v1/api-keys`: handlers."""

from msgspec import Struct
from msgspec.structs import replace

from cyberai.api.call import Call
from cyberai.api.pages import page_reply
from cyberai.api.reply import Reply, created, json_reply
from cyberai.app.key_grants import require_within
from cyberai.app.keys import asked_rights, create_key, list_keys, require_good_request, revoke_key
from cyberai.app.listing import ListPage, decode_cursor, encode_cursor
from cyberai.app.resources import KeyResource
from cyberai.domain.api_key import ALL_SCOPES

_KIND = "api-keys"


class _NoFilter(Struct, frozen=True):
    """What the cursors of this list are bound to: nothing but the list."""


async def create(call: Call) -> Reply:
    """POST /v1/api-keys. Without scopes the new key has those of the key that makes it."""
    giver, request = call.principal, call.body
    assert giver is not None
    if request.scopes is None:
        request = replace(request, scopes=[scope.value for scope in ALL_SCOPES if scope in giver.scopes])
    require_good_request(request, call.app.clock.now())
    require_within(giver, *asked_rights(request))
    key = await create_key(call.app, call.workspace, request, call.keeping(created_key))
    return created_key(key)


def created_key(key: KeyResource) -> Reply:
    """201 of a key with its secret."""
    reply = created(key, f"/v1/api-keys/{key.id}")
    reply.secret = True
    return reply


async def list_all(call: Call) -> Reply:
    """GET /v1/api-keys. A workspace has few keys: the cursor is a position."""
    app, workspace, where, query = call.app, call.workspace, _NoFilter(), call.query
    limit, cursor, sort = query.limit(), query.cursor(), query.sort()
    bound = sort.bound(_KIND)
    start = 0 if cursor is None else decode_cursor(app, bound, workspace, where, cursor)
    keys = await list_keys(app, workspace)
    if sort.ascending:
        keys.reverse()
    end = start + limit
    more = len(keys) > end
    after = encode_cursor(app, bound, workspace, where, end) if more else None
    page = ListPage(data=keys[start:end], has_more=more, next_cursor=after)
    if query.total():
        page.total, page.total_is_capped = len(keys), False
    return page_reply(call, page)


async def revoke(call: Call) -> Reply:
    """DELETE /v1/api-keys/{id}."""
    return json_reply(await revoke_key(call.app, call.workspace, call.id))
