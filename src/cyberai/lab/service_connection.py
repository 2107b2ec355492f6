"""How a service's sessions meet the network: TCP connections and UDP datagrams."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from cyberai.lab.service import Session

_NOTHING = b"\0"


class ServiceConnection(asyncio.Protocol):
    """One connection to a service whose logic is a Session."""

    def __init__(self, session: Session, greets: bool, connections: set[asyncio.Protocol]) -> None:
        self._session = session
        self._greets = greets
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's by type, only by behaviour.
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)
        if self._greets:
            self.data_received(b"")

    def connection_lost(self, _exc: Exception | None) -> None:
        self._connections.discard(self)

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._session.feed(data))
        if self._session.closed:
            self._transport.close()

    def pause_writing(self) -> None:
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._transport.resume_reading()

    def shut_down(self) -> None:
        self._transport.close()


class DatagramService(asyncio.DatagramProtocol):
    """A UDP service: each datagram is a dialogue of its own, and is answered, if need be by one that says nothing."""

    def __init__(self, open_session: Callable[[], Session]) -> None:
        self._open_session = open_session

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        # Real services are silent where a session has no answer, and every such silence costs a scan seconds; a
        # byte that is an answer in no protocol says as little at once.
        self._transport.sendto(self._open_session().feed(data) or _NOTHING, addr)
