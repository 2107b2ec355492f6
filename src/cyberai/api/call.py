"""One request on its way through the edge to its handler."""

from collections.abc import Callable
from typing import Any, Protocol

from cyberai.api.live import Live
from cyberai.api.query import Query
from cyberai.api.reply import Headers, Reply
from cyberai.app.context import App
from cyberai.app.idempotency import Keep, not_kept
from cyberai.app.keys import Principal
from cyberai.domain.history import Actor, key_actor
from cyberai.domain.ids import WorkspaceId
from cyberai.ports.store import RateDecision, Tx


class Once(Protocol):
    """Keeps the reply of a request with an idempotency key."""

    def keep(self, tx: Tx, reply: Reply) -> None:
        """Keep the reply in this transaction."""
        ...


class Call:
    """A request as handlers see it. The edge fills `principal`, `rate`, `query`, `fields`, `raw` and `body` in
    that order; `once` is there for a POST with an idempotency key."""

    __slots__ = (
        "app",
        "body",
        "client",
        "fields",
        "headers",
        "id",
        "live",
        "method",
        "once",
        "path",
        "principal",
        "query",
        "rate",
        "raw",
        "request_id",
        "template",
        "waited",
    )

    def __init__(
        self,
        app: App,
        live: Live,
        *,
        method: str,
        path: str,
        headers: dict[bytes, bytes],
        client: str,
        request_id: str,
    ) -> None:
        self.app = app
        self.live = live
        self.method = method
        self.path = path
        self.headers = headers
        self.client = client
        self.request_id = request_id
        self.id = ""
        self.waited = 0.0
        """Seconds that the client wished to wait: they are no latency."""
        self.template = ""
        """The path of the route as it is declared; empty for a path that is none."""
        self.principal: Principal | None = None
        self.rate: RateDecision | None = None
        self.query = Query({})
        self.fields: tuple[str, ...] = ()
        self.body: Any = None
        self.raw = b""
        self.once: Once | None = None

    def keeping(self, render: Callable[[Any], Reply]) -> Keep[Any]:
        """For a use case: keeps what `render` makes of its resource, if the request has an idempotency key."""
        once = self.once
        if once is None:
            return not_kept
        return lambda tx, resource: once.keep(tx, render(resource))

    @property
    def workspace(self) -> WorkspaceId:
        """The workspace of the key; only for routes that need one."""
        assert self.principal is not None
        return self.principal.workspace

    @property
    def actor(self) -> Actor:
        """The key; only for routes that need one."""
        assert self.principal is not None
        return key_actor(self.principal.key_id)


def rate_headers(rate: RateDecision, now: int) -> Headers:
    """The three headers, spelled as on the customer's page: names are of any case, but people search for these.
    Beside them those of the IETF draft (httpapi-ratelimit-headers), with the seconds left at `now`."""
    left = max(0, rate.reset - now // 1_000_000)
    return [
        (b"X-RateLimit-Limit", b"%d" % rate.limit),
        (b"X-RateLimit-Remaining", b"%d" % rate.remaining),
        (b"X-RateLimit-Reset", b"%d" % rate.reset),
        (b"RateLimit-Policy", b'"minute";q=%d;w=60' % rate.limit),
        (b"RateLimit", b'"minute";r=%d;t=%d' % (rate.remaining, left)),
    ]
