"""The embedded dispatcher: one process asks the store for work, sleeps when there is none, wakes when told."""

import asyncio
from collections.abc import Awaitable, Callable

IDLE = 1.0
"""Seconds after which an idle worker looks again without being woken: leases expire without a sound."""


class EmbeddedDispatcher:
    """Calls `step` (do one piece of work, False when there was none) until it is cancelled."""

    def __init__(self, idle: float = IDLE) -> None:
        self._idle = idle
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be work; from the loop's own thread."""
        self._woken.set()

    async def run(self, step: Callable[[], Awaitable[bool]]) -> None:
        """Loop for ever."""
        while True:
            self._woken.clear()
            if await step():
                continue
            try:
                async with asyncio.timeout(self._idle):
                    await self._woken.wait()
            except TimeoutError:
                continue
