"""Hostile bytes as an HTTP response: every limit holds, whatever the bytes and wherever they are cut."""

import asyncio
from typing import Any

from cyberai.domain.http import HttpResponse
from cyberai.net.http_connection import MAX_HEADERS, HttpConnection
from cyberai.ports.network import TransportError, TransportReason
from netkit.clocks import SimulatedClock

MAX_BODY = 4096
PROMISED = {TransportReason.MALFORMED, TransportReason.RESET}


class _Transport:
    """Swallows what is written; tells the connection that it was lost when it is aborted."""

    def write(self, data: bytes) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        pass


def outcome(pieces: list[bytes], *, head: bool = False) -> HttpResponse | TransportReason:
    """What the connection makes of these pieces followed by the end of the stream."""
    loop = asyncio.new_event_loop()
    try:
        lost: list[HttpConnection] = []
        connection = HttpConnection(loop, SimulatedClock(), "127.0.0.1", "127.0.0.1:1", lost.append)
        transport: Any = _Transport()
        connection.connection_made(transport)
        future = connection.exchange(b"GET / HTTP/1.1\r\n\r\n", head, MAX_BODY, 1.0, 0.0)
        for piece in pieces:
            if not future.done():
                connection.data_received(piece)
        if not future.done():
            connection.connection_lost(None)
        assert future.done()
        error = future.exception()
        if error is None:
            return future.result()
        assert isinstance(error, TransportError), error
        return error.reason
    finally:
        loop.close()


def fuzz_one(data: bytes) -> None:
    """The first byte chooses the method and the size of the pieces."""
    if not data:
        return
    choice, rest = data[0], data[1:]
    size = 1 + choice % 64 if choice < 192 else max(len(rest), 1)
    pieces = [rest[i : i + size] for i in range(0, len(rest), size)]
    found = outcome(pieces, head=bool(choice & 1))
    if isinstance(found, TransportReason):
        assert found in PROMISED, found
        return
    assert 100 <= found.status <= 999
    assert len(found.body) <= MAX_BODY
    assert len(found.headers) <= MAX_HEADERS
    assert not (choice & 1 and found.body)
