"""`/v1/ws`: the customer's eight lines of JavaScript connect, and receive.

One handshake costs one request of the rate limit, frames none. `Origin` is never looked at: the token is what
authenticates. Clients have nothing to send; they may narrow what they get (`commands`), and whatever else they say
is ignored.
"""

import asyncio
import contextlib

from cyberai.api.access_log import log_request
from cyberai.api.call import Call, rate_headers
from cyberai.api.envelope import error_reply, store_unavailable
from cyberai.api.frames import WRITE_FRAME
from cyberai.api.handshake import PATH, Handshakes
from cyberai.api.incoming import Arrivals, Receive, Scope, Send
from cyberai.api.live import Live
from cyberai.api.ws_session import serve
from cyberai.app.context import App
from cyberai.domain.errors import CyberAIError, StoreError


class WebSocketEndpoint:
    """The ASGI application of every WebSocket handshake."""

    def __init__(self, app: App, arrivals: Arrivals, handshakes: Handshakes, live: Live) -> None:
        self._app = app
        self._arrivals = arrivals
        self._handshakes = handshakes
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3, scope type websocket."""
        started = self._app.clock.monotonic()
        call = self._arrivals.call(scope)
        await receive()
        try:
            handshake = await self._handshakes.admit(call, scope)
            subscription = await self._live.stream.subscribe(call.workspace, handshake.since)
        except CyberAIError as error:
            await self._refuse(call, error, send, started)
            return
        except StoreError:
            await self._refuse(call, store_unavailable(), send, started)
            return
        self._note(call, 101, 0, started)
        # A reader that takes nothing is let go by cancelling this task; so is everyone when the server ends.
        watching = self._live.watch.watching(handshake.principal, subscription)
        with contextlib.suppress(asyncio.CancelledError), watching:
            write = scope.get("extensions", {}).get(WRITE_FRAME)
            await serve(call, handshake, subscription, receive, send, write)

    async def _refuse(self, call: Call, error: CyberAIError, send: Send, started: float) -> None:
        reply = error_reply(error, call.request_id, self._app.doc_base)
        headers = [
            (b"content-type", reply.media_type),
            (b"content-length", b"%d" % len(reply.body)),
            (b"x-request-id", call.request_id.encode()),
            (b"cache-control", b"no-store"),
            *reply.headers,
            *(rate_headers(call.rate, self._app.clock.now()) if call.rate is not None else ()),
        ]
        await send({"type": "websocket.http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": reply.body})
        self._note(call, reply.status, len(reply.body), started)

    def _note(self, call: Call, status: int, size: int, started: float) -> None:
        seconds = self._app.clock.monotonic() - started
        log_request(call, status, size, seconds)
        self._live.metrics.observe("GET", PATH if call.path == PATH else "", status, seconds)
