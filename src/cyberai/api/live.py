"""What lives as long as the server: events, the watch over open connections, counters, and the sign to stop."""

import asyncio
import logging

from cyberai.api.metrics import Metrics
from cyberai.api.watch import KeyWatch
from cyberai.app.context import App
from cyberai.app.keys import Principal
from cyberai.app.usage import RequestCounts
from cyberai.domain.errors import CyberAIError, StoreError
from cyberai.ports.stream import EventStream

STORE_SECONDS = 5.0
"""How often counted requests are stored; what `kill -9` takes of the usage counts is at most that."""

_LOG = logging.getLogger("cyberai.api")


class Meter:
    """Counts requests per key and day for `GET /v1/usage`."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._counts = RequestCounts()
        self._stored_at = app.clock.monotonic()
        self._task: asyncio.Task[None] | None = None

    def add(self, principal: Principal, requests: int = 1) -> None:
        """Count; negative gives back."""
        self._counts.add(principal, self._app.clock.now(), requests)
        now = self._app.clock.monotonic()
        if now - self._stored_at > STORE_SECONDS:
            self._stored_at = now
            self._task = asyncio.get_running_loop().create_task(self.store())

    async def store(self) -> None:
        """Store what was counted; while the store refuses, the counts wait."""
        try:
            await self._counts.store(self._app)
        except (CyberAIError, StoreError) as error:
            _LOG.warning("the usage counts cannot be stored at present: %s", error)


class Live:
    """Shared by every request of one server. `stopping` is set when the server is to end: long polls and streams
    end then. `metrics_access` is open, key or off."""

    def __init__(
        self,
        app: App,
        stream: EventStream,
        *,
        stopping: asyncio.Event | None = None,
        metrics_access: str = "open",
    ) -> None:
        self.stream = stream
        self.stopping = stopping or asyncio.Event()
        self.metrics_access = metrics_access
        self.metrics = Metrics()
        self.watch = KeyWatch(app)
        self.meter = Meter(app)

    async def aclose(self) -> None:
        """Store what is only in memory."""
        await self.meter.store()
