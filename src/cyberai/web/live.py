"""`/live`: tells an open page that what it shows has changed. The page then asks for itself again.

A WebSocket on the same origin with the session's cookie. What is sent says which kind of thing changed and of which
scan, and nothing else: whatever is shown goes through the pages.
"""

import asyncio
import contextlib

import msgspec
from msgspec import Struct

from cyberai.api.access_log import log_request
from cyberai.api.call import Call
from cyberai.api.envelope import error_reply, store_unavailable
from cyberai.api.incoming import Arrivals, Asgi, Receive, Scope, Send
from cyberai.app.context import App
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import CyberAIError, Forbidden, StoreError, Unauthorized
from cyberai.ports.stream import EventStream, StreamClosed, StreamFrame, Subscription
from cyberai.web.origin import is_same_origin
from cyberai.web.sessions import Sessions, SignedIn, cookie_of

PATH = "/live"
SESSION_OVER = 4401
LOOK_SECONDS = 0.25
"""How often an open connection asks whether its session is still in force."""
SEND_SECONDS = 10.0
"""How long a reader may take for one message."""

_TOPICS = {
    "scan": ApiScope.SCANS_READ,
    "vulnerability": ApiScope.VULNERABILITIES_READ,
    "report": ApiScope.REPORTS_READ,
}


class _About(Struct):
    id: str = ""
    scan_id: str = ""


class _Event(Struct):
    data: _About


_DECODER = msgspec.json.Decoder(_Event)
_ENCODER = msgspec.json.Encoder()


class LiveSocket:
    """The ASGI application of every WebSocket handshake: its own path, and the rest elsewhere."""

    def __init__(
        self, app: App, arrivals: Arrivals, sessions: Sessions, stream: EventStream, elsewhere: Asgi
    ) -> None:
        self._app = app
        self._arrivals = arrivals
        self._sessions = sessions
        self._stream = stream
        self._elsewhere = elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3, scope type websocket."""
        if scope["path"] != PATH:
            await self._elsewhere(scope, receive, send)
            return
        call = self._arrivals.call(scope)
        await receive()
        try:
            cookie, signed_in = await self._admit(call)
            subscription = await self._stream.subscribe(signed_in.principal.workspace, None)
        except CyberAIError as error:
            await self._refuse(call, error, send)
            return
        except StoreError:
            await self._refuse(call, store_unavailable(), send)
            return
        log_request(call, 101, 0, 0.0)
        await send({"type": "websocket.accept", "headers": [(b"x-request-id", call.request_id.encode())]})
        # The peer may be gone at any time: what the server raises then is an OSError.
        with contextlib.suppress(OSError, TimeoutError):
            await self._serve(cookie, signed_in, subscription, receive, send)

    async def _admit(self, call: Call) -> tuple[str, SignedIn]:
        if not is_same_origin(call.headers):
            raise Forbidden("This handshake was not sent from this page", reason="Open the page itself")
        cookie = cookie_of(call.headers)
        signed_in = await self._sessions.recognise(cookie) if cookie is not None else None
        if cookie is None or signed_in is None:
            raise Unauthorized("Nobody is signed in", reason="Sign in with an API key")
        return cookie, signed_in

    async def _refuse(self, call: Call, error: CyberAIError, send: Send) -> None:
        reply = error_reply(error, call.request_id, self._app.doc_base)
        headers = [
            (b"content-type", reply.media_type),
            (b"content-length", b"%d" % len(reply.body)),
            (b"x-request-id", call.request_id.encode()),
        ]
        await send({"type": "websocket.http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": reply.body})
        log_request(call, reply.status, len(reply.body), 0.0)

    async def _serve(
        self, cookie: str, signed_in: SignedIn, subscription: Subscription, receive: Receive, send: Send
    ) -> None:
        topics = {topic for topic, scope in _TOPICS.items() if scope in signed_in.principal.scopes}
        loop = asyncio.get_running_loop()
        beside = [
            loop.create_task(_until_gone(receive, subscription)),
            loop.create_task(self._while_in_force(cookie, subscription)),
        ]
        try:
            while True:
                for frame in await subscription.next():
                    if frame.topic in topics:
                        await _send(send, {"type": "websocket.send", "text": _message(frame)})
        except StreamClosed as end:
            if end.code != 1000:
                await _send(send, {"type": "websocket.close", "code": end.code, "reason": end.reason[:120]})
        finally:
            subscription.close(1000, "The connection ended")
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _while_in_force(self, cookie: str, subscription: Subscription) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with contextlib.suppress(StoreError):  # a store that cannot answer now is asked again
                if await self._sessions.recognise(cookie) is None:
                    subscription.close(SESSION_OVER, "The session has ended")
                    return


async def _send(send: Send, message: dict[str, object]) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send(message)


async def _until_gone(receive: Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass
    subscription.close(1000, "The client left")


def _message(frame: StreamFrame) -> str:
    about = _DECODER.decode(frame.text).data
    scan = about.id if frame.topic == "scan" else about.scan_id
    return _ENCODER.encode({"topic": frame.topic, "scan": scan}).decode()
