"""One HTTP/1.1 connection as an asyncio.Protocol: one exchange at a time, every size and time bounded."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import httptools

from cyberai.domain.http import Headers, HttpResponse
from cyberai.net.failure import cancelled, from_os_error
from cyberai.net.http_wire import BodyDecoder
from cyberai.ports.network import TransportError, TransportReason
from cyberai.ports.runtime import Clock

MAX_HEADERS = 256
MAX_HEAD_BYTES = 131_072
MAX_INTERIM = 16
"""1xx answers before the final one."""

_FRAMING_SLACK = 65_536
_CODING_LENGTH = len("content-encoding")
_COMMON_REASONS = {b"OK": "OK", b"Not Found": "Not Found", b"": ""}


class StaleConnection(TransportError):
    """A kept connection was closed before any byte of an answer: the server had given it up meanwhile."""

    def __init__(self, where: str) -> None:
        super().__init__(TransportReason.RESET, f"{where} closed the connection", retryable=True)


class HttpConnection(asyncio.Protocol):
    """A connection of the pool. `usable` turns False when it must not carry another exchange."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        address: str,
        where: str,
        lost: Callable[["HttpConnection"], None],
    ) -> None:
        self._loop = loop
        self._monotonic = clock.monotonic
        self._lost = lost
        self.address = address
        self.where = where
        self.usable = True
        self.unproven = False
        """True when TLS did not prove whose server this is: nothing secret may be sent."""
        self.answered_at = 0.0
        self.deadline = 0.0
        self._transport: asyncio.Transport | None = None
        self._parser: Any = httptools.HttpResponseParser(self)
        # Browsers take a bare LF as the end of a header line, and old servers and split headers send it.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)
        self._future: asyncio.Future[HttpResponse] | None = None
        self._exchanges = 0
        self._head = False
        self._max_body = 0
        self._received = 0
        self._interim = 0
        self._result: HttpResponse | None = None
        # These three are only ever left by closing the connection.
        self._keep = True
        self._full = False
        self._broken = ""
        self._start_message()

    def _start_message(self) -> None:
        self._status = 0
        self._reason = b""
        self._fields: list[tuple[str, str]] = []
        self._headers: Headers = ()
        self._body: list[bytes] = []
        self._size = 0
        self._decoder: BodyDecoder | None = None
        self._in_body = False

    # -- the pool's side

    @property
    def connected(self) -> bool:
        """True from the moment the transport is up until it is gone."""
        return self._transport is not None

    def exchange(
        self, wire: bytes, head: bool, max_body: int, timeout: float, now: float
    ) -> "asyncio.Future[HttpResponse]":
        """Send the bytes; the future gets the response or a TransportError within `timeout` seconds (the
        pool's clock calls `check`). `head` says that the answer has no body; `now` is monotonic."""
        future = self._future = self._loop.create_future()
        if self._transport is None or not self.usable:
            self._fail(StaleConnection(self.where))
            return future
        self._head = head
        self._max_body = max_body
        self._received = 0
        self._interim = 0
        self._result = None
        self._start_message()
        self._exchanges += 1
        self._timeout = timeout
        self._started = now
        self.deadline = now + timeout
        self._transport.write(wire)
        return future

    @property
    def busy(self) -> bool:
        """True while an exchange is under way."""
        return self._future is not None

    def close(self) -> None:
        """Close at once; an exchange under way ends with TransportError(CANCELLED)."""
        self._drop()
        if self._future is not None:
            self._fail(cancelled())

    def check(self, now: float) -> None:
        """End an exchange whose deadline has passed with TransportError(TIMEOUT), and one that nobody awaits."""
        if self._future is None or not (self.deadline <= now or self._future.cancelled()):
            return
        self._drop()
        came = f"; {self._received} bytes came" if self._received else ""
        detail = f"no complete answer from {self.where} within {self._timeout:g} s{came}"
        self._fail(TransportError(TransportReason.TIMEOUT, detail, retryable=True))

    # -- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's transports are no subclass of it

    def data_received(self, data: bytes) -> None:
        """Parse; finish, fail or wait for more."""
        if self._future is None:
            self._drop()  # nothing was asked: what follows could be taken for a later answer
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._keep = False  # the message before the switch is complete
        except httptools.HttpParserError as error:
            self._keep = False
            if self._result is None and not self._full and not self._broken:
                self._broken = f"{self.where} sent no well-formed HTTP: {error}"
        if self._broken or (self._result is None and self._over_limits()):
            self._drop()
            self._fail(TransportError(TransportReason.MALFORMED, self._broken))
        elif self._result is not None:
            self._deliver()
        elif self._full:
            self._keep = False
            self._finish_message(truncated=True)
            self._deliver()

    def _over_limits(self) -> bool:
        """True when the answer is no answer; one with a body so far counts as longer than the cap."""
        if len(self._fields) > 2 * MAX_HEADERS:
            self._broken = f"{self.where} sent more than {MAX_HEADERS} header or trailer fields"
        elif not self._in_body:
            if self._received > MAX_HEAD_BYTES:
                self._broken = f"{self.where} sent more than {MAX_HEAD_BYTES} bytes of header fields"
        elif self._received > self._max_body * 2 + MAX_HEAD_BYTES + _FRAMING_SLACK:
            self._full = self._size > 0
            if not self._full:
                self._broken = f"{self.where} sent more framing than content"
        return bool(self._broken)

    def connection_lost(self, exc: Exception | None) -> None:
        """End what is under way: by what came, or with the reason."""
        self.usable = False
        self._transport = None
        self._parser = None
        self._lost(self)
        if self._future is None:
            return
        if self._in_body and not self._broken:
            self._finish_message(truncated=exc is not None or self._is_framed())
            self._deliver()
        elif self._received == 0 and self._exchanges > 1:
            self._fail(StaleConnection(self.where))
        elif isinstance(exc, OSError):
            self._fail(from_os_error(exc, self.where))
        else:
            detail = f"{self.where} closed the connection without an answer"
            self._fail(TransportError(TransportReason.RESET, detail, retryable=True))

    # -- the parser's side

    def on_message_begin(self) -> None:
        """A message after the answer spoils the connection."""
        if self._result is not None:
            self._keep = False

    def on_status(self, reason: bytes) -> None:
        """The reason phrase, perhaps in pieces."""
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field; those that come after the head are trailers, which nothing needs."""
        self._fields.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """The head ends; an answer to HEAD ends with it."""
        self._status = self._parser.get_status_code()
        if self._status < 200 and self._status != 101:
            return
        self._in_body = True
        fields = self._fields
        if len(fields) > MAX_HEADERS:
            self._broken = f"{self.where} sent more than {MAX_HEADERS} header fields"
        self._headers = tuple(fields)
        if self._head and self._result is None:
            # The parser cannot be told to expect no body, so this connection ends here.
            self._keep = False
            self._finish_message(truncated=False)
        else:
            self._choose_decoder()

    def _choose_decoder(self) -> None:
        for name, value in self._headers:
            if len(name) == _CODING_LENGTH and name.lower() == "content-encoding":
                coding = value.strip().lower()
                if BodyDecoder.knows(coding):
                    self._decoder = BodyDecoder(coding, self._max_body)
                return

    def on_body(self, data: bytes) -> None:
        """A piece of the body, up to the cap."""
        if self._full or self._result is not None:
            return
        if self._decoder is not None:
            data = self._decoder.feed(data)
            self._full = self._decoder.full
        self._size += len(data)
        if self._size > self._max_body:
            data = data[: len(data) - (self._size - self._max_body)]
            self._full = True
        self._body.append(data)

    def on_message_complete(self) -> None:
        """The answer is whole, or it was an interim one."""
        if self._result is not None or self._full:
            return
        if not self._in_body:
            self._interim += 1
            if self._interim > MAX_INTERIM:
                self._broken = f"{self.where} sent more than {MAX_INTERIM} interim (1xx) answers"
            self._start_message()
            return
        if not self._parser.should_keep_alive():
            self._keep = False
        self._finish_message(truncated=False)

    # -- endings

    def _finish_message(self, *, truncated: bool) -> None:
        if self._decoder is not None:
            self._body.append(self._decoder.end())
            truncated = truncated or self._decoder.full
        body, reason = self._body, self._reason
        known = _COMMON_REASONS.get(reason)
        self.answered_at = self._monotonic()
        self._result = HttpResponse(
            self._status,
            self._headers,
            body[0] if len(body) == 1 else b"".join(body),
            self.answered_at - self._started,
            truncated,
            reason.decode("latin-1") if known is None else known,
            self.address,
        )

    def _is_framed(self) -> bool:
        return any(name.lower() in ("content-length", "transfer-encoding") for name, _ in self._headers)

    def _deliver(self) -> None:
        future, self._future = self._future, None
        transport = self._transport
        wanted = future is not None and not future.done()
        # An answer before the request was fully sent leaves the rest of it in the way of the next one.
        if not (self._keep and wanted) or transport is None or transport.get_write_buffer_size():
            self._drop()
        if wanted and future is not None and self._result is not None:
            future.set_result(self._result)

    def _fail(self, error: TransportError) -> None:
        future, self._future = self._future, None
        if future is not None and not future.done():
            future.set_exception(error)

    def _drop(self) -> None:
        """No more exchanges; close without waiting for anything."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()
