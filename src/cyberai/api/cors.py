"""Which web pages of other origins may read replies (the Fetch standard's CORS protocol).

Keys travel in the Authorization header, never in cookies, so that credentials in the protocol's sense are never
allowed. Without configured origins no header of the protocol is ever sent.
"""

from collections.abc import Sequence

from cyberai.api.call import Call
from cyberai.api.reply import Headers

ANY = "*"
MAX_AGE = b"600"
"""Seconds a browser may remember what it was told."""

REQUEST_HEADERS = (
    "Authorization, Content-Type, Accept, Idempotency-Key, If-Match, If-None-Match, Prefer, Range, If-Range, "
    "Last-Event-ID, X-Request-Id"
)
EXPOSED = (
    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, RateLimit, RateLimit-Policy, Retry-After, ETag, "
    "Location, Link, X-Request-Id, Idempotency-Replayed, Content-Disposition, Content-Range, Accept-Ranges"
)
_VARY = (b"vary", b"Origin")


class Cors:
    """The configured origins: exact ones, or `*` for every page."""

    def __init__(self, origins: Sequence[str] = ()) -> None:
        self._any = ANY in origins
        self._known = frozenset(origin.lower().encode("ascii") for origin in origins)

    def headers(self, call: Call) -> Headers:
        """What every reply to a page of another origin carries."""
        if not self._known:
            return []
        allowed = self._allowed(call)
        shared = [] if self._any else [_VARY]
        if allowed is None:
            return list(shared)
        return [
            *shared,
            (b"access-control-allow-origin", allowed),
            (b"access-control-expose-headers", EXPOSED.encode()),
        ]

    def preflight(self, call: Call, methods: str) -> Headers:
        """What the answer to a preflight carries besides; nothing when it is none or not allowed."""
        if b"access-control-request-method" not in call.headers or self._allowed(call) is None:
            return []
        return [
            (b"access-control-allow-methods", methods.encode()),
            (b"access-control-allow-headers", REQUEST_HEADERS.encode()),
            (b"access-control-max-age", MAX_AGE),
        ]

    def _allowed(self, call: Call) -> bytes | None:
        origin = call.headers.get(b"origin")
        if origin is None:
            return None
        if self._any:
            return ANY.encode()
        return origin if origin.lower() in self._known else None
