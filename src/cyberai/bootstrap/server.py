"""The server role: one process that serves the API and supervises the workers."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import structs

from cyberai.api.chaos.door import Chaos
from cyberai.api.chaos.plan import parse_chance
from cyberai.api.chaos.protocol import BreakableHttp, BreakableWebSocket
from cyberai.api.http_protocol import HttpProtocol, WebSocketProtocol
from cyberai.api.live import Live
from cyberai.api.server import Protocols, listen, make_asgi, run_server
from cyberai.app.acceptances import keep_reviewing
from cyberai.app.attestation import TEXT, record_attestation
from cyberai.app.context import App
from cyberai.app.events import events_after, frame, head, oldest
from cyberai.app.keys import ensure_first_key
from cyberai.app.retention import Keep, keep_collecting
from cyberai.app.work import live_workers
from cyberai.bootstrap.build import Bell, open_app, open_limiter, prepare_data_dir
from cyberai.bootstrap.logs import set_up_logging
from cyberai.bootstrap.loops import run
from cyberai.bootstrap.server_lock import Holder, ServerLock
from cyberai.bootstrap.workers import Workers
from cyberai.config import Settings
from cyberai.domain.errors import InvalidRequest, StoreError, Unavailable
from cyberai.realtime.hub import EventLog, Hub
from cyberai.web.site import Site

WORKERS_START_SECONDS = 20.0

_LOG = logging.getLogger("cyberai.server")


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; the process's exit code (0, or 5 with the reason on stderr)."""
    set_up_logging(settings)
    try:
        return run(_serve(settings))
    except (StoreError, OSError) as error:
        print(f"cyberai serve: {error}", file=sys.stderr)  # noqa: T201 - the user's terminal
        return 5
    except (InvalidRequest, Unavailable) as error:
        print(f"cyberai serve: {error.message}. {error.reason}", file=sys.stderr)  # noqa: T201
        return 2 if isinstance(error, InvalidRequest) else 5


async def _serve(settings: Settings) -> int:
    if settings.database_url:
        # Any number of servers share one database.
        return await _serve_alone(settings, None)
    lock = ServerLock(prepare_data_dir(settings))
    lock.take()
    try:
        return await _serve_alone(settings, lock)
    finally:
        lock.release()


async def _serve_alone(settings: Settings, lock: ServerLock | None) -> int:
    sock = _bind(settings)
    host, port = sock.getsockname()[:2]
    denied = (*settings.extra_denied, (host, port))
    settings = structs.replace(settings, port=port, extra_denied=denied)
    if lock is not None:
        lock.tell(Holder(os.getpid(), _url(settings), denied))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    bell = Bell()
    async with open_app(settings, wake=bell) as app:
        await record_attestation(app)
        await _say_key(app, settings)
        workers = Workers(structs.replace(settings, api_key=None))
        bell.ring = workers.wake
        await workers.start()
        chores = [
            asyncio.create_task(keep_collecting(app, _keep(settings))),
            asyncio.create_task(keep_reviewing(app)),
        ]
        try:
            await _await_workers(app, stop)
            async with open_limiter(settings) as limiter, _hub(app) as hub:
                live = Live(app, hub, stopping=stop, metrics_access=settings.metrics)
                asgi = make_asgi(
                    app,
                    limiter,
                    hub,
                    trusted_proxies=settings.trusted_proxy,
                    cors_origins=settings.cors_origin,
                    live=live,
                    pages=Site(app, limiter, hub),
                )
                protocols: Protocols = (HttpProtocol, WebSocketProtocol)
                if settings.chaos:
                    asgi = Chaos(asgi, app.clock, parse_chance(settings.chaos))
                    protocols = (BreakableHttp, BreakableWebSocket)
                await run_server(
                    asgi,
                    sock,
                    stop=stop,
                    new_request_id=lambda: app.ids.new("req"),
                    tls_cert=settings.tls_cert,
                    tls_key=settings.tls_key,
                    on_ready=lambda: _say_ready(settings),
                    protocols=protocols,
                )
                await live.aclose()
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            await workers.stop()
    return 0


def _keep(settings: Settings) -> Keep:
    return Keep(
        events=settings.keep_events,
        work=settings.keep_work,
        reports=settings.keep_reports,
        evidence=settings.keep_evidence,
    )


def _bind(settings: Settings) -> socket.socket:
    try:
        return listen(settings.host, settings.port)
    except OSError as error:
        raise OSError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error}. "
            "Choose another with --port, or --port 0 for a free one"
        ) from error


@asynccontextmanager
async def _hub(app: App) -> AsyncIterator[Hub]:
    log = EventLog(
        after=lambda workspace, seq, limit: events_after(app, workspace, seq, limit),
        head=lambda workspace: head(app, workspace),
        oldest=lambda workspace: oldest(app, workspace),
        changed=app.store.changed,
        frame=frame,
    )
    hub = Hub(log)
    try:
        yield hub
    finally:
        await hub.aclose()


async def _await_workers(app: App, stop: asyncio.Event) -> None:
    """Scans start at once from the first request on: wait until a worker lives."""
    try:
        async with asyncio.timeout(WORKERS_START_SECONDS):
            while not stop.is_set() and await live_workers(app) == 0:
                await app.store.changed(0.1)
    except TimeoutError:
        _LOG.error("no worker came up within %.0f s; scans will stay queued", WORKERS_START_SECONDS)


async def _say_key(app: App, settings: Settings) -> None:
    key = await ensure_first_key(app, settings.api_key)
    if key is None:
        return
    if isinstance(key.key, str):
        _say(f"Your API key, shown this once:  {key.key}")
    else:
        _say("CYBERAI_API_KEY is accepted as an enterprise key.")


def _url(settings: Settings) -> str:
    scheme = "https" if settings.tls_cert else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{scheme}://{host}:{settings.port}"


def _say_ready(settings: Settings) -> None:
    _say(f"Cyber AI listens on {_url(settings)}/v1  (data in {_place(settings)})")
    _say(f"Web page: {_url(settings)}/  (sign in with your API key; the API reference is at /docs)")
    _say(TEXT)
    if settings.chaos:
        _say("Warning: --chaos makes this server fail on request; it is for testing clients only.")
    if settings.host not in ("127.0.0.1", "::1", "localhost") and not settings.tls_cert:
        _say(
            "Warning: keys travel in clear text on this address; use --tls-cert and --tls-key or a TLS proxy."
        )


def _place(settings: Settings) -> str:
    """Where the store is; never the password."""
    return "PostgreSQL" if settings.database_url else settings.data_dir


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the user's terminal
