"""The web page behind the edge: which page a path is, who is asking, and what became of it.

In this order: path, method, session, origin and token of a form, scope of the key, handler. For whoever does not accept
HTML there are no pages: all paths outside /v1 that are no route of the API answer 404 in its envelope.
"""

import logging

from cyberai.api.call import Call
from cyberai.api.envelope import internal_error, method_not_allowed, no_such_route, store_unavailable
from cyberai.api.incoming import Arrivals, Asgi, Receive, Scope
from cyberai.api.query import Query, pairs
from cyberai.api.reply import Reply
from cyberai.app.context import App
from cyberai.domain.errors import CyberAIError, StoreError
from cyberai.ports.store import RateLimiter
from cyberai.ports.stream import EventStream
from cyberai.web.assets import PREFIX, serve
from cyberai.web.gate import Gate
from cyberai.web.live import LiveSocket
from cyberai.web.origin import is_secure
from cyberai.web.render import page
from cyberai.web.routes import Table, pages
from cyberai.web.sessions import Sessions
from cyberai.web.sign_in import Door
from cyberai.web.visit import Visit

_LOG = logging.getLogger("cyberai.web")


class Site:
    """`api.edge.Pages`."""

    def __init__(self, app: App, limiter: RateLimiter, stream: EventStream) -> None:
        self._app = app
        self._stream = stream
        self._sessions = Sessions(app)
        self._gate = Gate(self._sessions)
        self._table = Table(pages(Door(self._sessions, limiter)))

    def sockets(self, arrivals: Arrivals, elsewhere: Asgi) -> Asgi:
        """See the port."""
        return LiveSocket(self._app, arrivals, self._sessions, self._stream, elsewhere)

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:
        """See the port."""
        secure = is_secure(scope.get("scheme", "http"), call.headers)
        visit = Visit(call=call, path=call.path, secure=secure, query=Query({}))
        failure: CyberAIError
        try:
            return await self._serve(visit, scope["query_string"], receive)
        except CyberAIError as error:
            failure = error
        except StoreError:
            _LOG.exception("request %s: the store failed", call.request_id)
            failure = store_unavailable()
        except Exception:  # noqa: BLE001 - the boundary: whatever a page raises becomes an error page
            _LOG.exception("request %s failed", call.request_id)
            failure = internal_error()
        if not _wants_html(call):
            raise failure
        return page(visit, "error", error=failure)

    async def _serve(self, visit: Visit, query: bytes, receive: Receive) -> Reply:
        call = visit.call
        method = "GET" if call.method == "HEAD" else call.method
        if visit.path.startswith(PREFIX) and method == "GET":
            call.template = PREFIX
            return serve(call, visit.path.removeprefix(PREFIX), query)
        found, visit.id = self._table.find(visit.path)
        # The pages are there for browsers only: to clients of the API everything lives below /v1.
        if not found or not _wants_html(call):
            raise no_such_route(visit.path)
        call.template = next(iter(found.values())).path
        allow = self._table.allow(found)
        if method == "OPTIONS":
            return Reply(204, b"", b"", [(b"allow", allow.encode())])
        route = found.get(method)
        if route is None:
            raise method_not_allowed(call.method, allow)
        visit.query = Query({name: value for name, value in pairs(query) if value.strip()})
        elsewhere = await self._gate.admit(visit, query, receive, public=route.public, scope=route.scope)
        return elsewhere or await route.handler(visit)


def _wants_html(call: Call) -> bool:
    return b"text/html" in call.headers.get(b"accept", b"").lower()
