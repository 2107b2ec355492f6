"""What the edge checks of every request before its handler sees it: scope, headers, parameters, body."""

from cyberai.api.accept import require_acceptable
from cyberai.api.body import decode_body
from cyberai.api.call import Call
from cyberai.api.conditional import parse_match
from cyberai.api.incoming import Receive, Scope
from cyberai.api.payload import read_body
from cyberai.api.query import FIELDS, parse_query
from cyberai.api.routes import Node, Route
from cyberai.api.selection import selected
from cyberai.domain.errors import Forbidden, InvalidRequest

_SINGLE = (
    b"authorization",
    b"content-type",
    b"content-encoding",
    b"content-length",
    b"x-request-id",
    b"idempotency-key",
    b"if-match",
)
_LISTED = (b"accept", b"accept-encoding", b"if-none-match")
"""Headers whose values may come in several lines: the lines are one list (RFC 9110 section 5.3)."""


async def validate(call: Call, node: Node, route: Route, scope: Scope, receive: Receive) -> None:
    """Fill `call.query` and `call.body`; raise Forbidden, InvalidRequest, 406, 413 and 415."""
    _check_scope(call, route)
    _check_headers(call, scope)
    _check_accept(call, route)
    call.query = parse_query(scope["query_string"], node.declared[route.method])
    if FIELDS.name in call.query.values:
        call.fields = selected(call.query, route.answer.kind)
    if route.body is not None:
        call.raw = data = await read_body(call.headers, receive, route.body)
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
        for name in _LISTED:
            if names.count(name) > 1:
                call.headers[name] = b", ".join(value for known, value in scope["headers"] if known == name)
    if call.method == "PATCH" and b"if-match" in call.headers:
        parse_match(call.headers[b"if-match"])


def _check_accept(call: Call, route: Route) -> None:
    """406 before anything happens; a file's type is known once it is read, and its handler looks then."""
    media_type = route.answer.media_type
    if media_type not in ("", "*/*"):
        require_acceptable(call.headers.get(b"accept"), media_type)
