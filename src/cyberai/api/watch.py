"""Watches open WebSocket connections: a revoked or expired key closes them within a second, and a reader that
takes nothing is let go."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from cyberai.app.context import App
from cyberai.app.keys import Principal, standing
from cyberai.domain.errors import CyberAIError, ErrorCode, StoreError, Unauthorized
from cyberai.ports.stream import Subscription

KEY_GONE = 4401
INTERVAL = 0.25
PATIENCE = 10.0
"""Seconds a closed connection may take to hand over its close frame."""


class Connection:
    """An open connection: its key, its subscription and the task that serves it."""

    __slots__ = ("closed_at", "principal", "subscription", "task")

    def __init__(
        self, principal: Principal, subscription: Subscription, task: "asyncio.Task[object] | None"
    ) -> None:
        self.principal = principal
        self.subscription = subscription
        self.task = task
        self.closed_at: float | None = None


class KeyWatch:
    """One loop for all connections, running only while there are any."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._connections: set[Connection] = set()
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, principal: Principal, subscription: Subscription) -> Iterator[None]:
        """Watch a connection while the block runs; the subscription ends with it."""
        connection = Connection(principal, subscription, asyncio.current_task())
        self._connections.add(connection)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield
        finally:
            self._connections.discard(connection)
            subscription.close(1000, "The connection ended")

    async def _run(self) -> None:
        while self._connections:
            await asyncio.sleep(INTERVAL)
            await self.look()

    async def look(self) -> None:
        """One round: close what may not stay, let go what does not take its close frame."""
        for key, principal in {c.principal.key_id: c.principal for c in self._connections}.items():
            error = await self._refusal(principal)
            if error is None:
                continue
            text = "The key has expired" if error.code is ErrorCode.KEY_EXPIRED else "The key was revoked"
            for connection in tuple(self._connections):
                if connection.principal.key_id == key:
                    connection.subscription.close(KEY_GONE, text)
        now = self._app.clock.monotonic()
        for connection in tuple(self._connections):
            if connection.subscription.closed is None:
                continue
            if connection.closed_at is None:
                connection.closed_at = now
            elif now - connection.closed_at > PATIENCE and connection.task is not None:
                connection.task.cancel()

    async def _refusal(self, principal: Principal) -> Unauthorized | None:
        """Why the key is not good any more; a store that cannot answer now is asked again next round."""
        with suppress(StoreError):
            try:
                await standing(self._app, principal)
            except Unauthorized as error:
                return error
            except CyberAIError:
                return None
        return None
