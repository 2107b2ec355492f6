"""`/v1/ws`: the customer's eight lines of JavaScript connect, and receive.

One handshake costs one request of the rate limit, frames none. `Origin` is never looked at: the token is what
authenticates. Clients have nothing to send; what they send is read and ignored.
"""

import asyncio
import contextlib
from typing import Any

import msgspec
from msgspec import Struct

from cyberai.api.access_log import log_request
from cyberai.api.call import Call, rate_headers
from cyberai.api.envelope import error_reply, store_unavailable
from cyberai.api.handshake import Handshake, Handshakes
from cyberai.api.incoming import Arrivals, Receive, Scope, Send
from cyberai.api.watch import KeyWatch
from cyberai.app.context import App
from cyberai.app.times import rfc3339_millis
from cyberai.domain.errors import CyberAIError, StoreError
from cyberai.ports.stream import EventStream, Gap, StreamClosed, Subscription

_ENCODER = msgspec.json.Encoder()
_CLIENT_LEFT = 1000
_MAX_REASON = 120
"""Bytes of a close reason; the protocol allows 123."""


class ResyncFrame(Struct):
    """Tells a client that its `since` cannot be honoured: read the state again, then go on from `seq`."""

    id: str
    type: str
    timestamp: str
    seq: int
    data: dict[str, Any]


class WebSocketEndpoint:
    """The ASGI application of every WebSocket handshake."""

    def __init__(self, app: App, arrivals: Arrivals, handshakes: Handshakes, stream: EventStream) -> None:
        self._app = app
        self._arrivals = arrivals
        self._handshakes = handshakes
        self._stream = stream
        self._watch = KeyWatch(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3, scope type websocket."""
        started = self._app.clock.monotonic()
        call = self._arrivals.call(scope)
        await receive()
        try:
            handshake = await self._handshakes.admit(call, scope)
            subscription = await self._stream.subscribe(call.workspace, handshake.since)
        except CyberAIError as error:
            await self._refuse(call, error, send, started)
            return
        except StoreError:
            await self._refuse(call, store_unavailable(), send, started)
            return
        log_request(call, 101, 0, self._app.clock.monotonic() - started)
        # A reader that takes nothing is let go by cancelling this task; so is everyone when the server ends.
        with contextlib.suppress(asyncio.CancelledError), self._watch.watching(handshake.key, subscription):
            await self._serve(call, handshake, subscription, receive, send)

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
        log_request(call, reply.status, len(reply.body), self._app.clock.monotonic() - started)

    async def _serve(
        self, call: Call, handshake: Handshake, subscription: Subscription, receive: Receive, send: Send
    ) -> None:
        assert call.rate is not None
        headers = [
            (b"x-request-id", call.request_id.encode()),
            *rate_headers(call.rate, self._app.clock.now()),
        ]
        await send({"type": "websocket.accept", "headers": headers})
        reader = asyncio.get_running_loop().create_task(_until_gone(receive, subscription))
        try:
            if subscription.gap is not None:
                await send({"type": "websocket.send", "text": self._resync(subscription.gap)})
            await _deliver(subscription, handshake.topics, send)
        except OSError:
            return  # the peer is gone: what the server raises then is an OSError
        finally:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader

    def _resync(self, gap: Gap) -> str:
        app = self._app
        data = {
            "reason": f"The events after {gap.since} are not all kept: read the state again, then go on from seq",
            "since": gap.since,
            "oldest": gap.oldest,
            "head": gap.head,
        }
        frame = ResyncFrame(app.ids.new("evt"), "resync", rfc3339_millis(app.clock.now()), gap.head, data)
        return _ENCODER.encode(frame).decode()


async def _until_gone(receive: Receive, subscription: Subscription) -> None:
    """Read and ignore what the client sends; end the subscription when it leaves."""
    while (await receive())["type"] != "websocket.disconnect":
        pass
    subscription.close(_CLIENT_LEFT, "The client left")


async def _deliver(subscription: Subscription, topics: frozenset[str], send: Send) -> None:
    try:
        while True:
            for frame in await subscription.next():
                if frame.topic in topics:
                    await send({"type": "websocket.send", "text": frame.text})
    except StreamClosed as end:
        if end.code != _CLIENT_LEFT:
            await send({"type": "websocket.close", "code": end.code, "reason": end.reason[:_MAX_REASON]})
