"""The whole interface over a real store, in process, with a clock that the test sets."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import uvloop
from asgi_driver import Answer, Headers, Socket, request

from cyberai.api.app import make_asgi
from cyberai.api.live import Live
from cyberai.app import events
from cyberai.app.context import App
from cyberai.app.keys import create_key
from cyberai.app.requests import KeyRequest
from cyberai.app.work import beat
from cyberai.bootstrap.entropy import SystemIds, SystemRng
from cyberai.bootstrap.seal import KEY_NAME, FileSealer
from cyberai.domain.ids import DEFAULT_WORKSPACE, WorkspaceId
from cyberai.domain.target import parse_network
from cyberai.engine.registry import all_checks
from cyberai.net.egress import EgressPolicy
from cyberai.realtime.hub import EventLog, Hub
from cyberai.reports.catalogue import renderer
from cyberai.storage.limits import SqliteRateLimiter
from cyberai.storage.sqlite import SqliteStore

START = 1_705_744_800_000_000
"""2024-01-20T10:00:00Z, the moment of the customer's example; a whole minute."""

CHECKS = tuple(check for check in all_checks() if check.meta.id == "tls.certificate-and-versions")
"""A check that there is: what it found can be tested again."""


class SettableClock:
    """Wall time stands still unless the test moves it; monotonic time runs."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def advance(self, seconds: float) -> None:
        self.at += round(seconds * 1_000_000)


class Site:
    """A server without sockets: synchronous calls on an event loop of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        trusted_proxies: tuple[str, ...] = (),
        cors_origins: tuple[str, ...] = (),
        metrics: str = "open",
    ) -> None:
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.clock = SettableClock()
        self.woken = 0
        self.runner.run(self._open(folder, trusted_proxies, cors_origins, metrics))

    async def _open(
        self, folder: Path, trusted_proxies: tuple[str, ...], cors_origins: tuple[str, ...], metrics: str
    ) -> None:
        self.store = SqliteStore.open(folder / "cyberai.db", clock=self.clock)
        self.limiter = SqliteRateLimiter(folder / "limits.db")
        self.app = App(
            store=self.store,
            clock=self.clock,
            ids=SystemIds(self.clock),
            rng=SystemRng(),
            sealer=FileSealer(folder / KEY_NAME, SystemRng()),
            judge=EgressPolicy(allow=[parse_network("127.0.0.0/8")]),
            network=None,  # type: ignore[arg-type]  # nothing here opens a connection
            wake=self._wake,
            checks=CHECKS,
            renderers=renderer,
            pepper=b"p" * 32,
            cursor_key=b"c" * 32,
            version="0",
        )
        self.hub = Hub(event_log(self.app))
        self.live = Live(self.app, self.hub, metrics_access=metrics)
        self.asgi = make_asgi(
            self.app,
            self.limiter,
            self.hub,
            trusted_proxies=trusted_proxies,
            cors_origins=cors_origins,
            live=self.live,
        )
        await beat(self.app, "worker-1")
        self.key = await self.new_key(plan="enterprise")

    def _wake(self) -> None:
        self.woken += 1

    async def new_key(self, workspace: str = DEFAULT_WORKSPACE, **request: Any) -> str:
        key = await create_key(self.app, WorkspaceId(workspace), KeyRequest(name="test", **request))
        assert isinstance(key.key, str)
        return key.key

    def make_key(self, workspace: str = DEFAULT_WORKSPACE, **request: Any) -> str:
        return self.runner.run(self.new_key(workspace, **request))

    def close(self) -> None:
        self.runner.run(self._close())
        self.runner.close()

    async def _close(self) -> None:
        await self.hub.aclose()
        await self.store.aclose()
        self.limiter.close()

    def headers(self, key: str | None = None, **more: str) -> dict[str, str]:
        return {"authorization": f"Bearer {key or self.key}", **more}

    def call(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        raw: bytes | list[bytes] | None = None,
        headers: Headers | None = None,
        client: str = "127.0.0.1",
    ) -> Answer:
        """A request with the first key, unless `headers` replace everything; `body` is sent as JSON."""
        if headers is None:
            headers = self.headers()
            if body is not None or raw is not None:
                headers["content-type"] = "application/json"
        payload = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        return self.runner.run(
            request(self.asgi, method, target, headers=headers, body=payload, client=client)
        )

    def get(self, target: str, **options: Any) -> Answer:
        return self.call("GET", target, **options)

    def post(self, target: str, body: Any = None, **options: Any) -> Answer:
        return self.call("POST", target, body, **options)

    def socket(self, target: str, **options: Any) -> Socket:
        """To be called inside `runner.run`."""
        return Socket(self.asgi, target, **options)


def event_log(app: App) -> EventLog:
    """The event log over the use cases, as the composition root builds it."""
    return EventLog(
        after=lambda workspace, seq, limit: events.events_after(app, workspace, seq, limit),
        head=lambda workspace: events.head(app, workspace),
        oldest=lambda workspace: events.oldest(app, workspace),
        changed=app.store.changed,
        frame=events.frame,
    )
