"""One HTTP/1.1 connection to a pure `respond` function: parsing, limits, order, emulated delay."""

import asyncio
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

import httptools
import msgspec

from cyberai.lab.headers import secured
from cyberai.lab.http import LabRequest, LabResponse, text_response

MAX_TARGET = 8_192
MAX_HEADERS = 32_768
MAX_HEADER_COUNT = 100
MAX_BODY = 1_048_576
MAX_WAITING = 64
MAX_DELAY = 10.0
REQUEST_TIMEOUT = 15.0
IDLE_TIMEOUT = 60.0
SWEEP_INTERVAL = 5.0

Respond = Callable[[LabRequest], LabResponse]


class HostRule(msgspec.Struct, frozen=True):
    """Which Host headers a listener answers: loopback names with its port, added names and names that exist nowhere
    with any port."""

    port: int
    names: frozenset[str] = frozenset()

    def allows(self, host: str) -> bool:
        name, _, port = host.lower().rpartition(":")
        if name in ("127.0.0.1", "localhost", "[::1]"):
            return port == str(self.port)
        bare = name if port.isdigit() and name else host.lower()
        # Names below .example lead nowhere (RFC 6761): no page of a stranger can be led here by one.
        return bare in self.names or bare.endswith(".example")


class HttpConnection(asyncio.Protocol):
    """Answers requests in the order they came, one at a time, also when they are pipelined."""

    def __init__(self, respond: Respond, hosts: HostRule, connections: set[asyncio.Protocol]) -> None:
        self._respond = respond
        self._hosts = hosts
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        # A request to answer, or the status by which the connection ends.
        self._waiting: deque[tuple[LabRequest, bool] | int] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._busy = self._blocked = self._ending = False
        self._last_activity = self._request_started = 0.0
        self._reset()

    def _reset(self) -> None:
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._header_bytes = 0
        self._body = bytearray()

    # transport ----------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)
        self._last_activity = self._loop.time()
        self._timer = self._loop.call_later(SWEEP_INTERVAL, self._sweep)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._connections.discard(self)
        self._ending = True
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        if self._ending:
            return
        self._last_activity = self._loop.time()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._end(None)
        except httptools.HttpParserInvalidMethodError:
            self._end(501)
        except httptools.HttpParserError:
            self._end(400)
        else:
            self._enforce_limits()
        if len(self._waiting) > MAX_WAITING:
            self._transport.pause_reading()
        self._advance()

    def pause_writing(self) -> None:
        self._blocked = True

    def resume_writing(self) -> None:
        self._blocked = False
        self._advance()

    def shut_down(self) -> None:
        """Close at once; what is already written still goes out."""
        self._waiting.clear()
        self._ending = True
        self._transport.close()

    # parser -------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._reset()
        self._request_started = self._loop.time()

    def on_url(self, url: bytes) -> None:
        self._target += url[: MAX_TARGET + 1]

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if len(self._headers) <= MAX_HEADER_COUNT and self._header_bytes <= MAX_HEADERS:
            self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        expectation = next((value for name, value in self._headers if name.lower() == "expect"), "")
        if expectation.lower() == "100-continue" and not self._waiting and not self._busy:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        if len(self._body) <= MAX_BODY:
            self._body += body

    def on_message_complete(self) -> None:
        self._request_started = 0.0
        if self._ending or not self._within_limits():
            return
        method = self._parser.get_method().decode("latin-1")
        request = LabRequest(method, self._target.decode("latin-1"), tuple(self._headers), bytes(self._body))
        self._waiting.append((request, self._parser.should_keep_alive()))

    # order of answers ---------------------------------------------------------------------------

    def _within_limits(self) -> bool:
        return self._broken_limit() is None

    def _broken_limit(self) -> int | None:
        if len(self._target) > MAX_TARGET:
            return 414
        if len(self._headers) > MAX_HEADER_COUNT or self._header_bytes > MAX_HEADERS:
            return 431
        return 413 if len(self._body) > MAX_BODY else None

    def _enforce_limits(self) -> None:
        status = self._broken_limit()
        if status is not None:
            self._end(status)

    def _end(self, status: int | None) -> None:
        """No further request is read; the connection closes after what waits, and after a refusal."""
        if self._ending:
            return
        self._ending = True
        self._waiting.append(status or 0)

    def _advance(self) -> None:
        while self._waiting and not self._busy and not self._blocked and not self._transport.is_closing():
            item = self._waiting.popleft()
            if isinstance(item, int):
                self._finish(item)
                return
            request, keep_alive = item
            response = self._answer(request)
            if response.delay > 0:
                self._busy = True
                delay = min(response.delay, MAX_DELAY)
                self._loop.call_later(delay, self._deliver_late, response, keep_alive)
            else:
                self._deliver(response, keep_alive)
        if len(self._waiting) <= MAX_WAITING // 2 and not self._transport.is_closing():
            self._transport.resume_reading()

    def _deliver_late(self, response: LabResponse, keep_alive: bool) -> None:
        self._busy = False
        if not self._transport.is_closing():
            self._deliver(response, keep_alive)
            self._advance()

    def _deliver(self, response: LabResponse, keep_alive: bool) -> None:
        self._last_activity = self._loop.time()
        self._transport.write(encoded(response, keep_alive))
        if not keep_alive:
            self._ending = True
            self._transport.close()

    def _finish(self, status: int) -> None:
        if status:
            reason = HTTPStatus(status).phrase
            refusal = secured(text_response(f"{reason}\n", status=status))
            self._transport.write(encoded(refusal, keep_alive=False))
        self._transport.close()

    def _answer(self, request: LabRequest) -> LabResponse:
        hosts = [value for name, value in request.headers if name.lower() == "host"]
        if len(hosts) != 1:
            return secured(text_response("Exactly one Host header is needed.\n", status=400))
        if not request.target.startswith("/"):
            authority = request.target.partition("://")[2].partition("/")[0]
            if not self._hosts.allows(authority):
                return _misdirected()
            path = request.target.partition("://")[2].partition("/")[2]
            request = msgspec.structs.replace(request, target=f"/{path}")
        return self._respond(request) if self._hosts.allows(hosts[0]) else _misdirected()

    def _sweep(self) -> None:
        now = self._loop.time()
        stalled = self._request_started and now - self._request_started > REQUEST_TIMEOUT
        idle = not self._busy and not self._waiting and now - self._last_activity > IDLE_TIMEOUT
        if stalled or idle:
            self._transport.close()
        else:
            self._timer = self._loop.call_later(SWEEP_INTERVAL, self._sweep)


def _misdirected() -> LabResponse:
    text = "This practice target does not know that host name; start it with --host NAME to add one.\n"
    return secured(text_response(text, status=421))


def encoded(response: LabResponse, keep_alive: bool) -> bytes:
    """The bytes of a response. No header value can end its line."""
    status = HTTPStatus(response.status)
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {_one_line(value)}" for name, value in response.headers]
    if response.header("Content-Length") is None and response.status not in (204, 304):
        lines.append(f"Content-Length: {len(response.body)}")
    lines.append("Connection: keep-alive" if keep_alive else "Connection: close")
    return "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n" + response.body


def _one_line(value: str) -> str:
    return "".join(character for character in value if character >= " " and character != "\x7f")
