"""The edge: one ASGI application around every handler.

In this order: request id, route, authentication, rate limit, method, scope, parameters, body, handler; then the
headers that every reply has, the error envelope on whatever went wrong, and one line in the access log.
"""

import logging
from typing import Protocol

from cyberai.api.admission import Admission
from cyberai.api.call import Call
from cyberai.api.envelope import (
    error_reply,
    internal_error,
    method_not_allowed,
    no_such_route,
    not_available,
    store_unavailable,
)
from cyberai.api.incoming import Arrivals, Asgi, Receive, Scope, Send, key_of
from cyberai.api.performing import Performer
from cyberai.api.reply import Reply
from cyberai.api.routes import Node, Router
from cyberai.api.sending import Sender
from cyberai.app.context import App
from cyberai.domain.errors import CyberAIError, StoreError

_LOG = logging.getLogger("cyberai.api")
_VERSIONED = "/v1"


class Pages(Protocol):
    """The web page: what serves the paths outside /v1 that are no route. Handed in by the composition root."""

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:
        """The reply to any method at any such path; raise CyberAIError for the envelope."""
        ...

    def sockets(self, arrivals: Arrivals, elsewhere: Asgi) -> Asgi:
        """The ASGI application of all WebSocket handshakes; those that are not its own go `elsewhere`."""
        ...


class Edge:
    """The ASGI application. `websocket` serves every WebSocket handshake, `pages` what is outside /v1 and no route."""

    def __init__(
        self,
        app: App,
        arrivals: Arrivals,
        admission: Admission,
        router: Router,
        websocket: Asgi,
        sender: Sender,
        pages: Pages | None = None,
    ) -> None:
        self._app = app
        self._arrivals = arrivals
        self._admission = admission
        self._router = router
        self._websocket = websocket
        self._sender = sender
        self._performer = Performer()
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await _lifespan(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = self._app.clock.monotonic()
        call = self._arrivals.call(scope)
        try:
            reply = await self._answer(call, scope, receive)
        except CyberAIError as error:
            reply = self._refused(call, error)
        except StoreError:
            _LOG.exception("request %s: the store failed", call.request_id)
            reply = self._refused(call, store_unavailable())
        except Exception:  # noqa: BLE001 - the boundary: whatever a handler raises becomes 500
            _LOG.exception("request %s failed", call.request_id)
            reply = self._refused(call, internal_error())
        reply = self._sender.prepared(call, reply)
        if reply.status == 304:
            await self._admission.refund(call)
        await self._sender.send(call, reply, send, started)
        if reply.follow is not None:
            await reply.follow(receive, send)

    def _refused(self, call: Call, error: CyberAIError) -> Reply:
        accept = call.headers.get(b"accept")
        return error_reply(error, call.request_id, self._app.doc_base, accept)

    async def _answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:
        path = call.path
        node, call.id = self._router.resolve(path, scope.get("raw_path") or path.encode())
        call.template = node.path if node is not None else ""
        versioned = path.startswith("/v1/") or path == _VERSIONED
        if node is None and not versioned and self._pages is not None:
            return await self._pages.answer(call, scope, receive)
        if call.method == "OPTIONS":
            return await self._options(call, node, scope, versioned)
        if versioned:
            await self._admission.admit(call, key_of(scope))
        if node is None:
            raise no_such_route(path)
        method = "GET" if call.method == "HEAD" else call.method
        route = node.routes.get(method)
        if route is None:
            raise _no_operation(call, node, method)
        return await self._performer.perform(call, node, route, scope, receive)

    async def _options(self, call: Call, node: Node | None, scope: Scope, versioned: bool) -> Reply:
        if versioned:
            await self._admission.look(call, key_of(scope))
        if node is None:
            raise no_such_route(call.path)
        return self._sender.options(call, node.allow)


def _no_operation(call: Call, node: Node, method: str) -> CyberAIError:
    if method in node.later:
        return not_available(node.path.rpartition("/")[2])
    if not node.routes:
        return no_such_route(call.path)
    return method_not_allowed(call.method, node.allow)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
