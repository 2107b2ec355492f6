"""The insertion points of a request: every place where a value can be put.

Ordinary points carry values of the application (query, form, JSON, multipart, ids in the path) and are always
tested. Rare points (headers, cookies, names of parameters, the raw query) exist on every request and are tested
only where altering them is seen to matter (engine.influence). Anti-forgery tokens are no points: a broken token
hides every other point of the form.
"""

from base64 import b64decode
from urllib.parse import unquote

from msgspec import structs

from cyberai.domain.fingerprint import is_identifier
from cyberai.domain.http import HttpRequest
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from cyberai.engine.body import form_pairs, json_leaves, json_text, json_value, multipart_parts, query_pairs
from cyberai.engine.cookies import request_cookies
from cyberai.engine.token_names import is_token_field

RARE_HEADERS = (
    "User-Agent",
    "Referer",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Real-IP",
    "Accept-Language",
    "X-Requested-With",
)
"""Headers that programs read, in the order in which they are tried."""

MAX_NAMED = 8
"""Fields of one request whose names, and whose namesakes among headers and cookies, are looked at."""

_RESERVED = frozenset(
    {"host", "connection", "content-length", "content-type", "transfer-encoding", "expect", "upgrade", "te",
     "trailer", "cookie", "authorization", "range", "accept", "date", "from", "via", "origin"}
)  # fmt: skip
"""Header fields that would make another request of it."""

BASE64 = "base64"
WITHIN = "json:"
"""Begins the coding of a member of an object that is written as JSON text; its path follows."""

_CODED = frozenset({InsertionKind.QUERY, InsertionKind.FORM, InsertionKind.JSON, InsertionKind.MULTIPART})
_BASE64 = _CODED | {InsertionKind.COOKIE}

NAMELESS = ""
"""The name of the points that have none: the whole query, and the name of one more parameter."""


def ordinary_points(request: HttpRequest) -> tuple[InsertionPoint, ...]:
    """Every place where the application itself put a value, in the order of the request."""
    found: list[tuple[InsertionKind, str, str]] = []
    found += [
        (InsertionKind.PATH, str(i), unquote(s)) for i, s in enumerate(segments(request)) if is_identifier(s)
    ]
    found += [(InsertionKind.QUERY, name, value) for name, value in query_pairs(request)]
    found += [(InsertionKind.FORM, name, value) for name, value in form_pairs(request)]
    found += [(InsertionKind.JSON, path, value) for path, value in json_leaves(json_value(request))]
    found += [
        (InsertionKind.MULTIPART, part.name, part.content.decode("utf-8", "replace"))
        for part in multipart_parts(request)
        if part.filename is None
    ]
    found += [
        (InsertionKind.FILE_NAME, part.name, part.filename)
        for part in multipart_parts(request)
        if part.filename is not None
    ]
    forms = (InsertionKind.FORM, InsertionKind.MULTIPART)
    points: dict[tuple[InsertionKind, str], InsertionPoint] = {}
    if _is_keyless(request):
        # `?2024-report`: the query as a whole is the value.
        found = [entry for entry in found if entry[0] is not InsertionKind.QUERY]
        key = (InsertionKind.RAW_QUERY, NAMELESS)
        points[key] = InsertionPoint(request, *key, unquote(request.url.query))
    for kind, name, value in found:
        if name and not (is_token_field(name) and (kind in forms or value)):
            points.setdefault((kind, name), InsertionPoint(request, kind, name, value))
    plain = tuple(points.values())
    decoded = tuple(point for within in plain if (point := _decoded(within)) is not None)
    return plain + decoded + tuple(point for within in plain for point in _inside(within))


def _inside(point: InsertionPoint) -> tuple[InsertionPoint, ...]:
    """The members of an object that a parameter holds as JSON text: `filter={"kind":"rope"}`."""
    if point.kind not in _CODED or not point.value.startswith(("{", "[")):
        return ()
    leaves = json_leaves(json_text(point.value))[:MAX_NAMED]
    return tuple(structs.replace(point, value=value, coding=WITHIN + path) for path, value in leaves)


def written_value(point: InsertionPoint) -> str:
    """What stands in the point's place in its request, as the application wrote it."""
    plain = ordinary_points(point.request)
    return next((p.value for p in plain if (p.kind, p.name, p.coding) == (point.kind, point.name, "")), "")


def _decoded(point: InsertionPoint) -> InsertionPoint | None:
    """The same place with its value decoded, where the application writes text in Base64."""
    value = point.value
    if len(value) < 8 or len(value) % 4 or point.kind not in _BASE64:
        return None
    try:
        text = b64decode(value, validate=True).decode("ascii")
    except ValueError:
        return None
    return structs.replace(point, value=text, coding=BASE64) if text.isprintable() else None


def path_point(request: HttpRequest) -> InsertionPoint | None:
    """The last segment of the path as a point, or None where the path ends with a slash."""
    parts = segments(request)
    if not parts[-1]:
        return None
    return InsertionPoint(request, InsertionKind.PATH, str(len(parts) - 1), unquote(parts[-1]))


def rare_points(request: HttpRequest) -> tuple[InsertionPoint, ...]:
    """The places every request has, whether or not the application looks at them."""
    names = (*RARE_HEADERS, *_own_headers(request))
    headers = (InsertionPoint(request, InsertionKind.HEADER, n, request.header(n) or "") for n in names)
    cookies = dict.fromkeys(request_cookies(request))
    whole = InsertionPoint(request, InsertionKind.RAW_QUERY, NAMELESS, request.url.query)
    raw_query = () if _is_keyless(request) else (whole,)
    return (
        *headers,
        *(InsertionPoint(request, InsertionKind.COOKIE, name, value) for name, value in cookies),
        *_fields_elsewhere(request, {name for name, _ in cookies} | {name.lower() for name in names}),
        InsertionPoint(request, InsertionKind.PARAMETER_NAME, NAMELESS),
        *raw_query,
    )


def named_points(request: HttpRequest) -> tuple[InsertionPoint, ...]:
    """The name of each parameter as a point: programs that look for a value take the name for what it says."""
    if _is_keyless(request):
        return ()
    names = dict.fromkeys(name for name, _ in (*query_pairs(request), *form_pairs(request)))
    wanted = [name for name in names if name and not is_token_field(name)][:MAX_NAMED]
    return tuple(InsertionPoint(request, InsertionKind.PARAMETER_NAME, name, name) for name in wanted)


def own_points(request: HttpRequest) -> tuple[InsertionPoint, ...]:
    """Headers that the application's scripts set and cookies with a value of its own: rare points that carry what
    ordinary ones do. Tokens and what looks like a session are none."""
    headers = [n for n in _own_headers(request) if not is_token_field(n) and "token" not in n.lower()]
    cookies = [(n, v) for n, v in dict.fromkeys(request_cookies(request)) if v and not is_session(n, v)]
    plain = tuple(InsertionPoint(request, InsertionKind.COOKIE, name, value) for name, value in cookies)
    return (
        *(InsertionPoint(request, InsertionKind.HEADER, n, request.header(n) or "") for n in headers),
        *plain,
        *(point for within in plain if (point := _decoded(within)) is not None),
    )


def is_session(name: str, value: str) -> bool:
    """True for a cookie that most likely says who the visitor is: a broken one hides every other point."""
    lower = name.lower()
    if any(word in lower for word in ("sess", "sid", "token", "csrf", "xsrf", "auth", "jwt")):
        return True
    return len(value) >= 20 and not any(c in "./ %+" for c in value) and any(c.isdigit() for c in value)


def _fields_elsewhere(request: HttpRequest, taken: set[str]) -> tuple[InsertionPoint, ...]:
    """The fields of a form as headers and cookies: a script may send what a person types in either."""
    fields = [
        (name, value)
        for name, value in dict(form_pairs(request)).items()
        if name.isascii() and name.replace("-", "a").replace("_", "a").isalnum() and not is_token_field(name)
    ][:MAX_NAMED]
    kinds = (InsertionKind.HEADER, InsertionKind.COOKIE)
    return tuple(
        InsertionPoint(request, kind, name, value)
        for kind in kinds
        for name, value in fields
        if name not in taken and name.lower() not in taken and name.lower() not in _RESERVED
    )


def _own_headers(request: HttpRequest) -> tuple[str, ...]:
    """Header fields that the application's own scripts set."""
    usual = {name.lower() for name in RARE_HEADERS} | {
        "content-type",
        "cookie",
        "host",
        "accept",
        "authorization",
    }
    return tuple(dict.fromkeys(name for name, _ in request.headers if name.lower() not in usual))


def _is_keyless(request: HttpRequest) -> bool:
    return bool(request.url.query) and "=" not in request.url.query


def segments(request: HttpRequest) -> list[str]:
    """The path's segments as written, without the leading slash."""
    return request.url.path.removeprefix("/").split("/")


def label(point: InsertionPoint) -> str:
    """`kind:name`, as the ledger names a point; with its coding where it has one."""
    return f"{point.kind.value}:{point.name}" + (f"~{point.coding}" if point.coding else "")
