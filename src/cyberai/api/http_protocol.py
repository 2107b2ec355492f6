"""uvicorn's HTTP and WebSocket protocols, with what its defaults leave out.

What is no HTTP gets the error envelope; a request head must be complete within ten seconds and 64 KiB (a slow
or endless head otherwise holds a connection for nothing); a WebSocket handshake that is none gets the envelope;
a WebSocket that its peer does not drain is cut in the end.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from cyberai.api.envelope import error_bytes, internal_error
from cyberai.api.frames import WRITE_FRAME
from cyberai.api.whole_reply import in_one_piece
from cyberai.domain.errors import InvalidRequest

HEAD_SECONDS = 10.0
MAX_HEAD = 65_536
LINGER_SECONDS = 10.0
_TOO_LONG = f"Send a request head of at most {MAX_HEAD} bytes"
_METHODS = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"})
_TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LONGEST_METHOD = 64
_STAND_IN = b"PURGE"
"""A method the parser knows and no route has."""
_NO_HANDSHAKE = "Send a well-formed WebSocket handshake"

# The library writes every header of a handshake at level debug, the Authorization header too.
_SILENT = logging.Logger("websockets without a voice", logging.CRITICAL + 1)

NewRequestId = Callable[[], str]


class HttpProtocol(HttpToolsProtocol):
    """One HTTP/1.1 connection."""

    new_request_id: NewRequestId
    doc_base: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._arriving = 0
        self._in_head = False
        self._refused = False
        self._last_words = ""
        self._method = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_head = False
        self._disarm()
        if self._method:
            self.scope["method"], self._method = self._method, ""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        super()._start_asgi_task(cycle, in_one_piece(app, cycle))

    def data_received(self, data: bytes) -> None:
        """Feed the parser; the timer runs only while a head is incomplete, so most requests never set one."""
        if self._refused:
            return
        self._arriving = len(data)
        super().data_received(self._with_known_method(data))
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            self._disarm()
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD:
                self._refuse(_TOO_LONG)
            else:
                self._arm()
        elif self.cycle is None or self.cycle.response_complete:
            self._arm()  # bytes that begin no request must not keep the connection for ever

    def _with_known_method(self, data: bytes) -> bytes:
        """The parser takes no method it does not know; the edge answers any with 405, the key's limits included."""
        if self._in_head or not (self.cycle is None or self.cycle.response_complete):
            return data
        if data[: _LONGEST_METHOD + 1].partition(b" ")[0] in _METHODS:
            return data
        method, _, rest = data[:MAX_HEAD].partition(b"\r\n")[0].partition(b" ")
        if not 0 < len(method) <= _LONGEST_METHOD or method.translate(None, _TOKEN):
            return data
        if b" HTTP/1." not in rest:
            return data
        self._method = method.decode("ascii")
        return _STAND_IN + data[len(method) :]

    def _arm(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _disarm(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._in_head:
            self._refuse(f"Send the whole request head within {HEAD_SECONDS:.0f} seconds")
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """What the parser refuses."""
        long = self._in_head and self._head_bytes + self._arriving > MAX_HEAD
        self._refuse(_TOO_LONG if long else "Send well-formed HTTP/1.1")

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._last_words and (self.cycle is None or self.cycle.response_complete):
            self._say(self._last_words)

    def _refuse(self, reason: str) -> None:
        self._refused = True
        self._disarm()
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self._say(reason)
        elif not cycle.more_body:
            # An earlier request is being answered: an envelope now would be taken for that answer.
            self._last_words = reason
        elif cycle.response_started:
            self.transport.close()
        else:
            # What is broken is the body of the request in hand: this is its answer, and the handler's is dropped.
            cycle.disconnected = True
            cycle.message_event.set()
            self._say(reason)

    def _say(self, reason: str) -> None:
        self._last_words = ""
        if not self.transport.is_closing():
            self.transport.write(malformed(self.new_request_id(), self.doc_base, reason))
            self.transport.close()


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket connection."""

    new_request_id: NewRequestId
    doc_base: str

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = _Handshake(self, max_size=config.ws_max_size, logger=_SILENT)

    def data_received(self, data: bytes) -> None:
        """The first data is the whole head, parsed again; when no handshake comes of it, none ever will."""
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            self._end_with(malformed(self.new_request_id(), self.doc_base, _NO_HANDSHAKE))

    async def run_asgi(self) -> None:
        """Run the application; a handshake that it refused is no error, as uvicorn would have it."""
        extensions = self.scope["extensions"]
        assert extensions is not None
        extensions[WRITE_FRAME] = self.write_frame  # type: ignore[assignment]
        try:
            await self.app(self.scope, self.receive, self.send)
        finally:
            if self.close_timer is None:
                self.transport.close()

    def write_frame(self, frame: bytes) -> bool:
        """Write a whole frame now; False, and nothing is written, when the peer cannot take it or the end has begun."""
        if self.close_sent or self.disconnected or not self.handshake_complete or not self.writable.is_set():
            return False
        if self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Log what went wrong; drop whatever the peer has not taken a while after the end."""
        super().on_task_complete(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, ClientDisconnected):
            self.logger.error("the WebSocket application failed", exc_info=error)
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def send_500_response(self) -> None:
        """The server stops before the handshake was answered."""
        if self.initial_response is None and not self.handshake_complete:
            request_id = self.new_request_id()
            body = error_bytes(internal_error(), request_id, self.doc_base)
            self._end_with(_response("500 Internal Server Error", request_id, body))

    def _end_with(self, response: bytes) -> None:
        self.handshake_complete = self.close_sent = True
        self.transport.write(response)
        self.transport.close()


class _Handshake(ServerProtocol):
    """The library's side of a handshake; what it refuses gets the envelope."""

    def __init__(self, owner: WebSocketProtocol, **options: Any) -> None:
        super().__init__(**options)
        self._owner = owner

    def accept(self, request: Request) -> Response:
        response = super().accept(request)
        if response.status_code == 101:
            return response
        request_id = self._owner.new_request_id()
        body = _envelope(request_id, self._owner.doc_base, _NO_HANDSHAKE)
        headers = Headers(
            {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                "X-Request-Id": request_id,
                "Connection": "close",
            }
        )
        return Response(400, "Bad Request", headers, body)


def malformed(request_id: str, doc_base: str, reason: str) -> bytes:
    """The whole response to what is no request."""
    return _response("400 Bad Request", request_id, _envelope(request_id, doc_base, reason))


def _envelope(request_id: str, doc_base: str, reason: str) -> bytes:
    error = InvalidRequest("The request is not valid HTTP", reason=reason)
    return error_bytes(error, request_id, doc_base)


def _response(status: str, request_id: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        f"x-request-id: {request_id}\r\nconnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
