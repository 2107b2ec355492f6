"""What the edge checks of every request before its handler sees it: scope, headers, parameters, body."""

from cyberai.api.body import decode_body
from cyberai.api.call import Call
from cyberai.api.envelope import not_available
from cyberai.api.incoming import Receive, Scope
from cyberai.api.payload import read_body
from cyberai.api.query import parse_query
from cyberai.api.routes import Node, Route
from cyberai.domain.errors import Forbidden, InvalidRequest

_SINGLE = (b"authorization", b"content-type", b"content-encoding", b"content-length", b"x-request-id")
_GUARDS = {"POST": ((b"idempotency-key", "Idempotency-Key"),), "PATCH": ((b"if-match", "If-Match"),)}
"""Headers that promise something this version cannot keep: refused, since ignoring them would lose data."""


async def validate(call: Call, node: Node, route: Route, scope: Scope, receive: Receive) -> None:
    """Fill `call.query` and `call.body`; raise Forbidden, InvalidRequest, 413 and 415."""
    _check_scope(call, route)
    _check_headers(call, scope)
    call.query = parse_query(scope["query_string"], node.declared[route.method])
    if route.body is not None:
        data = await read_body(call.headers, receive, route.body)
        call.body = decode_body(data, route.body.kind, route.body.message)


def _check_scope(call: Call, route: Route) -> None:
    if route.scope is None or call.principal is None or route.scope in call.principal.scopes:
        return
    raise Forbidden(
        "The API key may not do this",
        field="Authorization",
        reason=f"Use a key with the scope {route.scope.value}",
    )


def _check_headers(call: Call, scope: Scope) -> None:
    if len(call.headers) != len(scope["headers"]):
        names = [name for name, _ in scope["headers"]]
        for name in _SINGLE:
            if names.count(name) > 1:
                shown = name.decode().title()
                raise InvalidRequest("Invalid header", field=shown, reason=f"Send {shown} once")
    for name, shown in _GUARDS.get(call.method, ()):
        if name in call.headers:
            raise not_available(shown)
