"""Serving the ASGI application with uvicorn on the running event loop."""

import asyncio
import gc
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import uvicorn

from cyberai.api.app import make_asgi
from cyberai.api.http_protocol import HttpProtocol, NewRequestId, WebSocketProtocol
from cyberai.api.incoming import Asgi
from cyberai.api.log_redaction import redact_server_logs

__all__ = ["listen", "make_asgi", "run_server"]

GRACE_SECONDS = 3
"""How long requests in flight may take once the server stops."""

MAX_FRAME = 65_536
"""Bytes of a message from a WebSocket client, who has nothing to say."""

PING_SECONDS = 20.0

Protocols = tuple[type[HttpProtocol], type[WebSocketProtocol]]


class _Server(uvicorn.Server):
    """uvicorn's server without its signal handlers: the process that runs it owns the signals."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raise OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.create_server((host, port), family=family, backlog=2048)
    sock.setblocking(False)
    return sock


async def run_server(
    asgi: Asgi,
    sock: socket.socket,
    *,
    stop: asyncio.Event,
    new_request_id: NewRequestId,
    tls_cert: str | None = None,
    tls_key: str | None = None,
    doc_base: str = "/docs",
    on_ready: Callable[[], None] = lambda: None,
    protocols: Protocols = (HttpProtocol, WebSocketProtocol),
) -> None:
    """Serve until `stop` is set, then end within five seconds; requests in flight get three of them.

    `new_request_id` names requests that never reach the application; `protocols` speak HTTP and WebSocket. Raise OSError or ssl.SSLError when the
    certificate cannot be used.
    """
    redact_server_logs()
    # A request makes some hundred short-lived objects: the default of 700 would look through the young ones
    # every few requests, and through the whole heap far too often.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    members = {"new_request_id": staticmethod(new_request_id), "doc_base": doc_base}
    server = _Server(_config(asgi, _bound(protocols, members), tls_cert, tls_key), on_ready)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        stopping.cancel()
        serving.cancel()


def _bound(protocols: Protocols, members: dict[str, Any]) -> Protocols:
    http, websocket = protocols
    return (
        cast(type[HttpProtocol], type("BoundHttpProtocol", (http,), members)),
        cast(type[WebSocketProtocol], type("BoundWebSocketProtocol", (websocket,), members)),
    )


def _config(asgi: Asgi, protocols: Protocols, tls_cert: str | None, tls_key: str | None) -> uvicorn.Config:
    http, websocket = protocols
    return uvicorn.Config(
        asgi,
        http=http,
        ws=websocket,
        loop="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=MAX_FRAME,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
        backlog=2048,
    )
