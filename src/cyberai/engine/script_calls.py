"""Requests that a page's scripts make: fetch, XMLHttpRequest, jQuery, axios and clients like it.

The code is not run. Literals and constants tell address and method, an object literal the names of the fields.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from cyberai.domain.http import HttpRequest, Url
from cyberai.engine.body import FORM, JSON, MULTIPART, encode_multipart, encode_pairs, field_part, scalar_text
from cyberai.engine.fields import Field, fill
from cyberai.engine.javascript import Script
from cyberai.engine.script_bodies import handed_body
from cyberai.engine.script_values import Span, members, object_at, parts, text_at
from cyberai.engine.script_wrappers import uses
from cyberai.engine.scripts import filled, is_path, is_token

MAX_CALLS = 60
_NEARBY = 1_500
"""Characters around a call in which its variables and its `send` are looked for."""

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_JQUERY = ("$", "jQuery")
_STRINGIFY = "JSON.stringify("
_AS_FORM = ("new URLSearchParams(", "$.param(", "qs.stringify(", "querystring.stringify(")
_OPTIONS = frozenset({"method", "type", "body", "data", "json", "params", "headers"})
_OWN_HEADERS = frozenset({"content-type", "accept", "content-length", "authorization", "cookie"})


class Call(Struct):
    """A call as the code has it. `fields` go into the body by `media_type`, or into the query of a GET; `whole` says
    that the address stands nowhere as such, so that it is no link like any other."""

    path: str
    method: str = "GET"
    fields: dict[str, Any] = {}
    media_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    whole: bool = False


def calls(source: str, page: Url) -> tuple[HttpRequest, ...]:
    """The requests of a script that a plain link does not make, each once, in order, at most MAX_CALLS."""
    return script_requests(Script(source), page)


def script_requests(script: Script, page: Url) -> tuple[HttpRequest, ...]:
    """The same for a script that was read already."""
    found: dict[HttpRequest, None] = {}
    bases = [base.rstrip("/") for base in script.named("baseurl", "base_url", "apiurl", "api_url") if base][
        :3
    ]
    for call in _calls(script):
        paths = [call.path]
        if call.path.startswith("/") and not call.path.startswith("//"):
            paths += [base + call.path for base in bases if not call.path.startswith(base + "/")]
        for path in paths:
            request = _request(call, path, page)
            if request is not None:
                found[request] = None
        if len(found) >= MAX_CALLS:
            break
    return tuple(found)[:MAX_CALLS]


def _request(call: Call, path: str, page: Url) -> HttpRequest | None:
    try:
        url = page.join(path)
    except ValueError:
        return None
    if call.method in ("GET", "DELETE"):
        if not call.fields and not call.headers and call.method == "GET" and not call.whole:
            return None  # a link like any other
        query = encode_pairs(_pairs(call.fields))
        joint = "&" if url.query else "?"
        url = url.with_target(f"{url.target}{joint}{query}") if query else url
        return HttpRequest(call.method, url, call.headers)
    if call.media_type == MULTIPART:
        kind, body = encode_multipart(tuple(field_part(name, text) for name, text in _pairs(call.fields)))
    elif call.media_type == FORM:
        kind, body = FORM, encode_pairs(_pairs(call.fields)).encode("ascii")
    else:
        kind, body = JSON, msgspec.json.encode(call.fields)
    typed = (("Content-Type", kind),) if call.fields else ()
    return HttpRequest(call.method, url, (*typed, *call.headers), body if call.fields else b"")


def _pairs(fields: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, scalar_text(value)) for name, value in fields.items())


def _calls(script: Script) -> Iterator[Call]:
    """In the order of the markers, not of the text: what is most certain comes first."""
    for start, _ in _after(script.source, ("fetch(",)):
        yield from _fetched(script, start)
    for start, _ in _after(script.source, (".open(",)):
        yield from _opened(script, start)
    for start, _ in _after(script.source, (".ajax(", "axios(", ".request(", "ajax(")):
        yield from _configured(script, start)
    for method in _METHODS:
        for start, before in _after(script.source, (f".{method.lower()}(",)):
            yield from _client(script, start, method, before)
    for start, _ in _after(script.source, (".getJSON(",)):
        yield from _client(script, start, "GET", "$")
    yield from _wrapped(script)


def _wrapped(script: Script) -> Iterator[Call]:
    """Calls by a function of the script that puts the same beginning before each address."""
    for use in uses(script):
        prefix, path = use.wrapper.prefix, filled(text_at(script, use.path))
        if not path or not prefix or not is_path(prefix + path):
            continue
        call = Call(prefix + path, whole=True)
        if use.wrapper.own is not None:
            _configure(script, call, use.wrapper.own.start)
        for handed in use.further:
            if {member.name for member in members(script.source, handed.start)} & _OPTIONS:
                _configure(script, call, handed.start)
            elif call.method not in ("GET", "DELETE"):
                call.fields = object_at(script, handed.start) or call.fields
        yield call


def _after(source: str, markers: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The position behind each marker, which is an opening bracket, and the name before it."""
    for marker in markers:
        at = source.find(marker)
        for _ in range(MAX_CALLS * 2):
            if at < 0:
                break
            before = source[max(at - 12, 0) : at]
            yield (
                at + len(marker) - 1,
                before[
                    len(before.rstrip("$_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")) :
                ],
            )
            at = source.find(marker, at + len(marker))


def _address(script: Script, span: Span) -> str:
    text = filled(text_at(script, span))
    return text if is_path(text) or (text and is_path(f"./{text}") and "." in text) else ""


def _fetched(script: Script, start: int) -> Iterator[Call]:
    arguments = parts(script.source, start)
    path = _address(script, arguments[0]) if arguments else ""
    if not path:
        return
    call = Call(path)
    if len(arguments) > 1:
        _configure(script, call, arguments[1].start)
    yield call


def _configured(script: Script, start: int) -> Iterator[Call]:
    """`ajax({url, method, data})`, `ajax(url, {...})`."""
    for argument in parts(script.source, start)[:1]:
        options = members(script.source, argument.start)
        address = next((m for m in options if m.name in ("url", "uri")), None)
        path = _address(script, address) if address is not None else _address(script, argument)
        if not path:
            return
        call = Call(path, media_type=FORM if address is not None else JSON)
        if address is not None:
            _configure(script, call, argument.start)
        yield call


def _client(script: Script, start: int, method: str, before: str) -> Iterator[Call]:
    arguments = parts(script.source, start)
    path = _address(script, arguments[0]) if arguments else ""
    if not path or ("." in path.partition("?")[0] and path.startswith(".")):
        return
    call = Call(path, method, media_type=FORM if before in _JQUERY else JSON)
    if len(arguments) > 1:
        rest = arguments[1]
        if method in ("GET", "DELETE") and before not in _JQUERY:
            _configure(script, call, rest.start)
            call.method = method
        else:
            _give(script, call, rest)
    yield call


def _opened(script: Script, start: int) -> Iterator[Call]:
    """`x.open("POST", path)`, and what the next `send` sends."""
    arguments = parts(script.source, start)
    if len(arguments) < 2:
        return
    method = text_at(script, arguments[0]).upper()
    path = _address(script, arguments[1])
    if not path or method not in _METHODS:
        return
    call = Call(path, method, media_type=FORM)
    sent = script.source.find(".send(", start, start + _NEARBY)
    if sent >= 0 and method not in ("GET", "DELETE"):
        for argument in parts(script.source, sent + 5)[:1]:
            _give(script, call, argument)
    yield call


def _configure(script: Script, call: Call, start: int) -> None:
    """Method, body, parameters and headers of an options object."""
    for option in members(script.source, start):
        if option.name in ("method", "type"):
            method = text_at(script, option).upper()
            call.method = method if method in _METHODS else call.method
        elif option.name in ("body", "data", "json"):
            _give(script, call, option)
        elif option.name in ("params", "query") and call.method == "GET":
            call.fields = object_at(script, option.start) or call.fields
        elif option.name == "contentType" and "json" in text_at(script, option):
            call.media_type = JSON
        elif option.name == "headers":
            call.headers = _headers(script, option.start)


def _headers(script: Script, start: int) -> tuple[tuple[str, str], ...]:
    named = [(m.name, text_at(script, m)) for m in members(script.source, start)]
    return tuple(
        (name, value if value.isascii() and value.isprintable() and value else fill(Field(name)))
        for name, value in named
        if is_token(name) and name.lower() not in _OWN_HEADERS
    )


def _give(script: Script, call: Call, span: Span) -> None:
    """Set the call's fields from the code of its body, where that can be told."""
    source = script.source
    text = source[span.start : span.end]
    if text.startswith(_STRINGIFY):
        call.fields, call.media_type = _object(script, span.start + len(_STRINGIFY), span.start), JSON
        return
    for marker in _AS_FORM:
        if text.startswith(marker):
            call.fields, call.media_type = _object(script, span.start + len(marker), span.start), FORM
            return
    if text[:1] in "\"'`" and "=" in text:
        call.fields, call.media_type = _encoded(text_at(script, span)), FORM
    elif text[:1] == "{":
        call.fields = object_at(script, span.start)
    else:
        _variable(script, call, span)


def _object(script: Script, start: int, before: int) -> dict[str, Any]:
    """The object at `start`, or the one that the variable named there was set to."""
    while script.source[start : start + 1].isspace():
        start += 1
    if script.source[start : start + 1] == "{":
        return object_at(script, start)
    name = _name(script.source[start : start + 60])
    at = _assigned(script.source, name, before)
    return object_at(script, at) if at >= 0 else {}


def _variable(script: Script, call: Call, span: Span) -> None:
    source = script.source
    name = _name(source[span.start : span.end])
    at = _assigned(source, name, span.start)
    if at < 0:
        call.fields = handed_body(script, name, span.start) if name else {}
        return
    if source.startswith(("new FormData", "new URLSearchParams"), at):
        call.media_type = MULTIPART if source.startswith("new FormData", at) else FORM
        pieces = source[at : span.end].split(f"{name}.append(", 40)[1:]
        names = (piece[1:].partition(piece[:1])[0] for piece in pieces if piece[:1] in ("'", '"'))
        call.fields = {field: fill(Field(field)) for field in names if is_token(field)}
    elif source.startswith(_STRINGIFY, at):
        call.fields, call.media_type = _object(script, at + len(_STRINGIFY), at), JSON
    else:
        call.fields = object_at(script, at)


def _assigned(source: str, name: str, before: int) -> int:
    """Where the value begins that the variable was last set to, within reach; negative when nowhere."""
    if not name:
        return -1
    head = source[max(before - _NEARBY, 0) : before]
    for joint in (f"{name} = ", f"{name}="):
        at = head.rfind(joint)
        if at >= 0 and head[at + len(joint) : at + len(joint) + 1] != "=":
            return max(before - _NEARBY, 0) + at + len(joint)
    return -1


def _name(text: str) -> str:
    length = next((i for i, c in enumerate(text) if not (c.isalnum() or c in "_$")), len(text))
    return text[:length]


def _encoded(text: str) -> dict[str, Any]:
    """The fields of a body that the code writes as a form does."""
    pairs = (piece.partition("=") for piece in text.split("&")[:40])
    return {name: value or fill(Field(name)) for name, _, value in pairs if is_token(name)}
