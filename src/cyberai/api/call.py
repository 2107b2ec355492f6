"""One request on its way through the edge to its handler."""

from typing import Any

from cyberai.api.query import Query
from cyberai.api.reply import Headers
from cyberai.app.context import App
from cyberai.app.keys import Principal
from cyberai.domain.ids import WorkspaceId
from cyberai.ports.store import RateDecision


class Call:
    """A request as handlers see it. The edge fills `principal`, `rate`, `query` and `body` in that order."""

    __slots__ = (
        "app",
        "body",
        "client",
        "headers",
        "id",
        "method",
        "path",
        "principal",
        "query",
        "rate",
        "request_id",
    )

    def __init__(
        self,
        app: App,
        *,
        method: str,
        path: str,
        headers: dict[bytes, bytes],
        client: str,
        request_id: str,
    ) -> None:
        self.app = app
        self.method = method
        self.path = path
        self.headers = headers
        self.client = client
        self.request_id = request_id
        self.id = ""
        self.principal: Principal | None = None
        self.rate: RateDecision | None = None
        self.query = Query({})
        self.body: Any = None

    @property
    def workspace(self) -> WorkspaceId:
        """The workspace of the key; only for routes that need one."""
        assert self.principal is not None
        return self.principal.workspace


def rate_headers(rate: RateDecision) -> Headers:
    """The three headers, spelled as on the customer's page: names are of any case, but people search for these."""
    return [
        (b"X-RateLimit-Limit", b"%d" % rate.limit),
        (b"X-RateLimit-Remaining", b"%d" % rate.remaining),
        (b"X-RateLimit-Reset", b"%d" % rate.reset),
    ]
