"""Putting a payload into an insertion point: pure, and exact for the encoding of each place."""

from base64 import b64encode
from collections.abc import Callable

import msgspec

from cyberai.domain.http import HttpRequest
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from cyberai.engine.body import (
    Part,
    encode_multipart,
    escape,
    field_part,
    json_text,
    json_value,
    multipart_parts,
    rename_pair,
    replace_leaf,
    replace_pair,
)
from cyberai.engine.cookies import request_cookies, with_cookies
from cyberai.engine.insertion import BASE64, WITHIN, segments, written_value

_RAW_SAFE = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in "#")
_HEADER_BREAKERS = str.maketrans({"\r": " ", "\n": " ", "\0": " "})


def render(point: InsertionPoint, payload: str, append: bool = False) -> HttpRequest:
    """The point's request with `payload` in its place; `append` keeps the original value in front.

    - query, raw query, form, path: UTF-8, percent-encoded (the raw query only where a request line needs it);
    - JSON: a string, or a number or boolean where the leaf was one and the payload is one too;
    - multipart: the part's bytes; Content-Type is renewed so that the boundary never occurs in the payload;
    - header: as it is, less line breaks and NUL; cookie: `;`, controls and non-ASCII percent-encoded;
    - file name: as browsers write it, less line breaks, a double quote as `%22`;
    - parameter name: one more parameter of that name, in the query; of a named point, that parameter's name.
    """
    value = point.value + payload if append else payload
    if point.coding == BASE64:
        value = b64encode(value.encode("utf-8", "surrogatepass")).decode()
    elif point.coding.startswith(WITHIN):
        value = _within(point, value)
    return _RENDERERS[point.kind](point, value)


def _within(point: InsertionPoint, value: str) -> str:
    """The JSON text in the point's place with this member changed."""
    whole = json_text(written_value(point))
    path = point.coding.removeprefix(WITHIN)
    text = value.encode("utf-8", "replace").decode("utf-8")
    return msgspec.json.encode(replace_leaf(whole, path, text)).decode()


def _query(point: InsertionPoint, value: str) -> HttpRequest:
    url = point.request.url
    return _with_query(point.request, replace_pair(url.query, point.name, value))


def _raw_query(point: InsertionPoint, value: str) -> HttpRequest:
    return _with_query(point.request, escape(value, safe=_RAW_SAFE))


def _with_query(request: HttpRequest, query: str) -> HttpRequest:
    url = request.url
    return HttpRequest(request.method, url.with_target(f"{url.path}?{query}"), request.headers, request.body)


def _form(point: InsertionPoint, value: str) -> HttpRequest:
    body = replace_pair(point.request.body.decode("latin-1"), point.name, value).encode("latin-1")
    return _with_body(point.request, body)


def _with_body(request: HttpRequest, body: bytes) -> HttpRequest:
    return HttpRequest(request.method, request.url, request.headers, body)


def _json(point: InsertionPoint, value: str) -> HttpRequest:
    decoded = json_value(point.request)
    # A lone surrogate has no JSON text; what UTF-8 cannot say is replaced.
    text = value.encode("utf-8", "replace").decode("utf-8")
    return _with_body(point.request, msgspec.json.encode(replace_leaf(decoded, point.name, text)))


def _multipart(point: InsertionPoint, value: str) -> HttpRequest:
    parts = multipart_parts(point.request)
    changed = next((i for i, p in enumerate(parts) if p.name == point.name and p.filename is None), -1)
    rebuilt = tuple(field_part(p.name, value) if i == changed else p for i, p in enumerate(parts))
    return _with_parts(point.request, rebuilt)


def _file_name(point: InsertionPoint, value: str) -> HttpRequest:
    written = value.translate(_HEADER_BREAKERS).replace('"', "%22")
    parts = tuple(
        field_part(p.name, p.content.decode("utf-8", "replace"), written)
        if p.name == point.name and p.filename is not None
        else p
        for p in multipart_parts(point.request)
    )
    return _with_parts(point.request, parts)


def _with_parts(request: HttpRequest, parts: tuple[Part, ...]) -> HttpRequest:
    content_type, body = encode_multipart(parts)
    headers = tuple(
        (name, content_type if name.lower() == "content-type" else old) for name, old in request.headers
    )
    return HttpRequest(request.method, request.url, headers, body)


def _path(point: InsertionPoint, value: str) -> HttpRequest:
    parts = segments(point.request)
    encoded = escape(value)
    # A segment of dots alone would be taken for a step up by everything between us and the program.
    parts[int(point.name)] = encoded.replace(".", "%2E") if set(encoded) == {"."} else encoded
    url = point.request.url
    query = f"?{url.query}" if "?" in url.target else ""
    changed = url.with_target("/" + "/".join(parts) + query)
    return HttpRequest(point.request.method, changed, point.request.headers, point.request.body)


def _header(point: InsertionPoint, value: str) -> HttpRequest:
    return point.request.with_header(point.name, value.translate(_HEADER_BREAKERS))


def _cookie(point: InsertionPoint, value: str) -> HttpRequest:
    encoded = escape(value, safe="".join(chr(c) for c in range(0x20, 0x7F) if chr(c) not in ";"))
    cookies, replaced = [], False
    for name, old in request_cookies(point.request):
        hit = name == point.name and not replaced
        replaced = replaced or hit
        cookies.append((name, encoded if hit else old))
    return with_cookies(point.request, tuple(cookies) if replaced else (*cookies, (point.name, encoded)))


def _parameter_name(point: InsertionPoint, value: str) -> HttpRequest:
    if point.name:
        request = point.request
        changed = rename_pair(request.url.query, point.name, value)
        if changed != request.url.query:
            return _with_query(request, changed)
        body = rename_pair(request.body.decode("latin-1"), point.name, value)
        return _with_body(request, body.encode("latin-1"))
    query = point.request.url.query
    return _with_query(point.request, f"{query}&{escape(value)}=1" if query else f"{escape(value)}=1")


def _header_name(point: InsertionPoint, value: str) -> HttpRequest:
    # Only what a field name may hold (RFC 9110, token): anything else is another request to every server.
    name = "".join(c for c in value if c.isascii() and (c.isalnum() or c in "!#$%&'*+-.^_`|~"))
    request = point.request
    return HttpRequest(request.method, request.url, (*request.headers, (name or "X", "1")), request.body)


_RENDERERS: dict[InsertionKind, Callable[[InsertionPoint, str], HttpRequest]] = {
    InsertionKind.QUERY: _query,
    InsertionKind.RAW_QUERY: _raw_query,
    InsertionKind.FORM: _form,
    InsertionKind.JSON: _json,
    InsertionKind.MULTIPART: _multipart,
    InsertionKind.FILE_NAME: _file_name,
    InsertionKind.PATH: _path,
    InsertionKind.HEADER: _header,
    InsertionKind.COOKIE: _cookie,
    InsertionKind.PARAMETER_NAME: _parameter_name,
    InsertionKind.HEADER_NAME: _header_name,
}
