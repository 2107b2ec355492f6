"""The headers of the OpenAPI document: of requests, and of replies."""

from cyberai.api.openapi_schemas import Schema
from cyberai.api.routes import Answer, Route

RATE = (
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "RateLimit-Policy",
    "RateLimit",
)
_ALWAYS = frozenset({"X-Request-Id"})
_HEADERS: dict[str, tuple[str, str, object]] = {
    "X-RateLimit-Limit": ("integer", "Requests per minute of this key.", 1000),
    "X-RateLimit-Remaining": ("integer", "Requests left in this minute.", 999),
    "X-RateLimit-Reset": ("integer", "Unix second at which the next minute starts.", 1705744860),
    "RateLimit-Policy": (
        "string",
        "The same limit as the IETF draft writes it, in requests and seconds.",
        '"minute";q=1000;w=60',
    ),
    "RateLimit": ("string", "Requests left and seconds until the next minute.", '"minute";r=999;t=42'),
    "Link": (
        "string",
        "RFC 8288: `first`, and `next` where there is a next page.",
        '</v1/scans>; rel="first"',
    ),
    "Idempotency-Replayed": (
        "string",
        "`true` where a POST was answered before under its `Idempotency-Key`.",
        "true",
    ),
    "X-Request-Id": (
        "string",
        "The id you sent, or one made for this request; errors and the log carry it.",
        "req_01hm7k2v9c0000000000000000-1",
    ),
    "X-Content-Type-Options": ("string", "The content type is what it says.", "nosniff"),
    "Cache-Control": ("string", "`no-store`, except for files and what never changes.", "no-store"),
    "Vary": ("string", "The request headers that this reply depends on.", "Accept-Encoding"),
    "Content-Encoding": ("string", "How the body is compressed, where you accept that.", "gzip"),
    "Location": ("string", "Path of the new resource.", "/v1/scans/scan_123abc"),
    "Retry-After": ("integer", "Seconds to wait before trying again.", 42),
    "WWW-Authenticate": ("string", "The scheme to use.", "Bearer"),
    "Allow": ("string", "Methods this path knows.", "GET, HEAD, POST, OPTIONS"),
    "Content-Disposition": ("string", "The file's name.", 'attachment; filename="report.pdf"'),
    "Content-Range": ("string", "Which part of the file this is.", "bytes 0-99/34176"),
    "Content-Security-Policy": ("string", "What a page may do that is opened from here: nothing.", "sandbox"),
    "ETag": ("string", "Identifies the state of the resource, or a file's bytes.", '"0123456789abcdef"'),
    "Preference-Applied": ("string", "`wait=N` when the answer waited for a change of state.", "wait=30"),
    "Accept-Ranges": ("string", "Parts can be asked for by their bytes.", "bytes"),
    "X-Accel-Buffering": ("string", "A proxy shall hand the stream on as it comes.", "no"),
    "Connection": ("string", "The protocol is changed.", "Upgrade"),
    "Upgrade": ("string", "To which.", "websocket"),
    "Sec-WebSocket-Accept": (
        "string",
        "Answers the handshake's key (RFC 6455).",
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    ),
}
OF_ERROR: dict[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    409: ("Retry-After",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
"""Status -> the headers of its errors beside the common ones."""


def header_components() -> dict[str, Schema]:
    """Every header that a reply may have."""
    return {
        name: {
            "description": text,
            "required": name in _ALWAYS,
            "schema": {"type": kind},
            "example": example,
        }
        for name, (kind, text, example) in _HEADERS.items()
    }


def header_refs(names: tuple[str, ...]) -> Schema:
    """References to them."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def common_headers(route: Route) -> tuple[str, ...]:
    """What every reply of the route may have."""
    common = ("X-Request-Id", "X-Content-Type-Options", "Cache-Control", "Vary", "Content-Encoding")
    return (*common, *(RATE if route.path.startswith("/v1/") else ()))


def headers_of(route: Route, answer: Answer) -> tuple[str, ...]:
    """Those of a successful answer."""
    if answer.status == 101:
        return ("Connection", "Upgrade", "Sec-WebSocket-Accept", "X-Request-Id", *RATE)
    own = ("Idempotency-Replayed",) if route.method == "POST" else ()
    return (*answer.headers, *own, *common_headers(route))


def request_headers(route: Route) -> list[tuple[str, str, Schema]]:
    """Name, meaning and schema of the headers that a route's method makes sense of."""
    text: Schema = {"type": "string", "minLength": 1}
    if route.method == "POST":
        meaning = (
            "A new UUID for a new request: repeated with the same key within 24 hours, it has its effect once and "
            "answers the same. Where the answer holds a secret, repeat it with the same API key."
        )
        return [("Idempotency-Key", meaning, {**text, "maxLength": 255})]
    if route.method == "PATCH":
        return [("If-Match", "The `ETag` of the state that may be changed, or `*`; else 412.", text)]
    if is_tagged(route):
        return [("If-None-Match", "The `ETag` you have: 304 when it is still so, which costs nothing.", text)]
    return []


def is_tagged(route: Route) -> bool:
    """True where the answer carries an entity tag."""
    return "ETag" in route.answer.headers and route.method == "GET"
