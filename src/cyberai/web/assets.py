"""The style sheet, the script and the icon: from the package, with ETags, for ever where the address names the version."""

import hashlib
from functools import cache
from importlib.resources import files

from msgspec import Struct

from cyberai.api.call import Call
from cyberai.api.reply import Headers, Reply
from cyberai.domain.errors import NotFound

PREFIX = "/static/"
_TYPES = {
    "page.css": b"text/css; charset=utf-8",
    "page.js": b"text/javascript; charset=utf-8",
    "icon.svg": b"image/svg+xml",
}
_FOR_EVER = b"public, max-age=31536000, immutable"
_ASK_AGAIN = b"no-cache"


class Asset(Struct, frozen=True):
    """A file; `version` is the start of its SHA-256."""

    content: bytes
    media_type: bytes
    version: str


@cache
def asset(name: str) -> Asset:
    """One of the files; raise KeyError."""
    content = (files("cyberai.web") / "static" / name).read_bytes() if name in _TYPES else b""
    return Asset(content, _TYPES[name], hashlib.sha256(content).hexdigest()[:16])


def address(name: str) -> str:
    """Where a template fetches it."""
    return f"{PREFIX}{name}?v={asset(name).version}"


def serve(call: Call, name: str, query: bytes) -> Reply:
    """GET /static/{name}; raise NotFound."""
    if name not in _TYPES:
        raise NotFound("There is no such file", reason="The page names the files it needs")
    found = asset(name)
    etag = f'"{found.version}"'.encode()
    headers: Headers = [
        (b"etag", etag),
        (b"cache-control", _FOR_EVER if query == f"v={found.version}".encode() else _ASK_AGAIN),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
    tags = [tag.strip().removeprefix(b"W/") for tag in call.headers.get(b"if-none-match", b"").split(b",")]
    if etag in tags or b"*" in tags:
        return Reply(304, b"", b"", headers, cacheable=True)
    return Reply(200, found.content, found.media_type, headers, cacheable=True)
