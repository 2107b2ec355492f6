"""Kept connections of one endpoint and the opening of new ones."""

import asyncio
import socket
import ssl

from cyberai.net.connect import Connector
from cyberai.net.failure import connect_timeout, from_os_error
from cyberai.net.http_connection import HttpConnection
from cyberai.net.proxy import ProxyForm, TunnelRefused
from cyberai.ports.network import TransportError, TransportReason
from cyberai.ports.runtime import Clock

MAX_IDLE_SECONDS = 15.0
"""A kept connection older than this is closed instead of used: many servers keep them no longer."""

FRESH_SECONDS = 1.0
"""How long after its last answer a kept connection may carry a request that must not be repeated."""

TICK = 0.05
"""Seconds between two looks at the deadlines."""


class HttpPool:
    """Connections to one (host, port, TLS) with the name that is sent as SNI; they lead to judged addresses."""

    def __init__(
        self,
        connector: Connector,
        clock: Clock,
        endpoint: tuple[str, int],
        context: ssl.SSLContext | None,
        fallback: ssl.SSLContext | None = None,
    ) -> None:
        self._connector = connector
        self._clock = clock
        self._host, self._port = host, port = endpoint
        self._context = context
        self._fallback = fallback
        self.proxy_form: ProxyForm | None = None
        """Set once the proxy has refused a tunnel: it is then sent requests that name their target in full."""
        self._unproven = False
        self._idle: list[HttpConnection] = []
        self._all: set[HttpConnection] = set()
        self._ticker: asyncio.TimerHandle | None = None
        name = f"[{host}]" if ":" in host else host
        self.where = f"{name}:{port}"

    def take(self, now: float, *, repeatable: bool) -> HttpConnection | None:
        """A kept connection, the most recently used first; `now` is monotonic."""
        idle = self._idle
        limit = MAX_IDLE_SECONDS if repeatable else FRESH_SECONDS
        while idle:
            connection = idle.pop()
            if not connection.usable:
                continue
            if now - connection.answered_at <= limit:
                return connection
            connection.close()
        return None

    def give(self, connection: HttpConnection) -> None:
        """Keep a usable connection for the next request."""
        self._idle.append(connection)

    async def open(self, timeout: float) -> HttpConnection:
        """A new connection within `timeout` seconds, TLS included. Where the certificate is not trusted, the
        fallback context takes over for good, and its connections say so by `unproven`."""
        started = self._clock.monotonic()
        context, unproven = self._context, self._unproven
        try:
            return await self._open(timeout, context, unproven)
        except TransportError as error:
            if error.reason is not TransportReason.CERTIFICATE or self._fallback is None:
                raise
        self._context, self._unproven = self._fallback, True
        left = max(timeout - (self._clock.monotonic() - started), 0.001)
        return await self._open(left, self._fallback, unproven=True)

    async def _open(self, timeout: float, context: ssl.SSLContext | None, unproven: bool) -> HttpConnection:
        started = self._clock.monotonic()
        opened, address = await self._reach(timeout, context)
        left = max(timeout - (self._clock.monotonic() - started), 0.001)
        loop = asyncio.get_running_loop()
        connection = HttpConnection(loop, self._clock, address, self.where, self._all.discard)
        connection.unproven = unproven
        try:
            async with asyncio.timeout(left):
                await self._start(loop, connection, opened, context)
        except TimeoutError as error:
            raise connect_timeout(self.where, timeout) from error
        except ssl.SSLError as error:
            raise from_os_error(error, self.where) from error
        except OSError as error:
            if context is None:
                raise from_os_error(error, self.where) from error
            detail = f"{self.where} closed the connection during the TLS handshake"
            raise TransportError(TransportReason.TLS_FAILED, detail) from error
        finally:
            if not connection.connected:
                opened.close()
        connection.answered_at = self._clock.monotonic()
        self._all.add(connection)
        if self._ticker is None:
            self._ticker = loop.call_later(TICK, self._tick)
        return connection

    async def _reach(self, timeout: float, context: ssl.SSLContext | None) -> tuple[socket.socket, str]:
        """A tunnel where the proxy grants one: only so are the bytes ours to the last. Many grant it to port 443
        alone; plain HTTP then goes through the proxy in its own form."""
        if self.proxy_form is None:
            try:
                return await self._connector.connect(self._host, self._port, timeout)
            except TunnelRefused:
                if context is not None:
                    raise
                name = self._host if ":" not in self._host else f"[{self._host}]"
                authority = name if self._port == 80 else f"{name}:{self._port}"
                self.proxy_form = self._connector.proxy_form(authority)
        return await self._connector.connect_proxy(self._host, self._port, timeout)

    def _tick(self) -> None:
        """End what is late or no longer wanted, and close what was idle for long. One timer for all connections costs a request
        nothing, and is exact to TICK."""
        now = self._clock.monotonic()
        for connection in list(self._all):
            if connection.busy:
                connection.check(now)
            elif now - connection.answered_at > MAX_IDLE_SECONDS:
                connection.close()
        self._idle = [connection for connection in self._idle if connection.usable]
        self._ticker = asyncio.get_running_loop().call_later(TICK, self._tick) if self._all else None

    async def _start(
        self,
        loop: asyncio.AbstractEventLoop,
        connection: HttpConnection,
        opened: socket.socket,
        context: ssl.SSLContext | None,
    ) -> None:
        name = None if context is None else self._host
        await loop.create_connection(lambda: connection, sock=opened, ssl=context, server_hostname=name)

    def close(self) -> None:
        """Close every connection; exchanges under way end with CANCELLED."""
        for connection in list(self._all):
            connection.close()
        self._idle.clear()
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
