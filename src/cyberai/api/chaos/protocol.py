"""uvicorn's protocols with what ASGI does not have: a way to break the connection, and replies without its `Date`."""

import socket
import struct
from typing import Any

from cyberai.api.http_protocol import HttpProtocol, WebSocketProtocol

CONNECTION = "cyberai.connection"
"""The extension of the ASGI scope that holds the Connection."""

_NO_LINGER = struct.pack("ii", 1, 0)


class Connection:
    """The connection of one request."""

    def __init__(self, transport: Any, cycle: Any = None) -> None:
        self._transport = transport
        self._cycle = cycle

    def end(self) -> None:
        """End it after what was written."""
        self._transport.close()

    def reset(self) -> None:
        """Reset it: the client sees an error, not an end."""
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()

    def without_date(self) -> None:
        """The reply brings its own `Date`."""
        if self._cycle is not None:
            self._cycle.default_headers = []


class BreakableHttp(HttpProtocol):
    """One HTTP/1.1 connection."""

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        cycle.scope["extensions"] = {CONNECTION: Connection(self.transport, cycle)}
        super()._start_asgi_task(cycle, app)


class BreakableWebSocket(WebSocketProtocol):
    """One WebSocket connection."""

    async def run_asgi(self) -> None:
        extensions: Any = self.scope["extensions"]
        extensions[CONNECTION] = Connection(self.transport)
        await super().run_asgi()
