"""The lab's resolver on a port of its own: datagrams and connections."""

import asyncio
import contextlib

from cyberai.lab import discovery
from cyberai.lab.network._dns import DatagramQuestion, StreamOfQuestions
from cyberai.lab.page import Flaw
from cyberai.lab.resolver import resolver
from cyberai.lab.service_connection import DatagramService, ServiceConnection

_ATTEMPTS = 20
"""Ports that are tried: one that is free for datagrams may be taken for connections."""


class NameServer:
    """The lab's domains and what answers for them. `port` is 0 until it listens."""

    def __init__(self, fixed: bool, demo: bool) -> None:
        self.zones = () if demo else discovery.zones()
        self.port = 0
        self._fixed = fixed
        self._server: asyncio.Server | None = None
        self._datagrams: asyncio.DatagramTransport | None = None
        self._connections: set[asyncio.Protocol] = set()

    def flaws(self, name: str) -> tuple[Flaw, ...]:
        """What is wrong with a domain now."""
        return () if self._fixed else next(zone.flaws for zone in self.zones if zone.name == name)

    async def start(self, address: str) -> None:
        """Listen, unless there are no domains; raise OSError."""
        if not self.zones:
            return
        for attempt in range(_ATTEMPTS):
            try:
                await self._start(address)
                return
            except OSError:
                await self.stop()
                if attempt + 1 == _ATTEMPTS:
                    raise

    async def _start(self, address: str) -> None:
        loop = asyncio.get_running_loop()
        answering = resolver(self.zones, self._fixed)
        self._datagrams, _ = await loop.create_datagram_endpoint(
            lambda: DatagramService(lambda: DatagramQuestion(answering)), local_addr=(address, 0)
        )
        port = int(self._datagrams.get_extra_info("sockname")[1])
        self._server = await loop.create_server(
            lambda: ServiceConnection(StreamOfQuestions(answering), False, self._connections), address, port
        )
        self.port = port

    async def stop(self) -> None:
        """Stop listening, and close what is open."""
        self.port = 0
        if self._datagrams is not None:
            self._datagrams.close()
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            if isinstance(connection, ServiceConnection):
                connection.shut_down()
        if self._server is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._server.wait_closed(), 2)
        self._datagrams, self._server = None, None
