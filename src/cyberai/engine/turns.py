"""Who may send: everybody, or one alone, so that times are measured without our own traffic beside them, and that a
form's fresh token is used before the next page replaces it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Requests of a shard (which is one host) go out side by side until a task asks to be alone."""

    def __init__(self) -> None:
        self._under_way = 0
        self._owner: asyncio.Task[object] | None = None
        self._lock = asyncio.Lock()
        self._free = asyncio.Event()
        self._idle = asyncio.Event()

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """One request: waits while another task is alone."""
        while self._owner is not None and self._owner is not asyncio.current_task():
            await self._free.wait()
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if self._under_way == 0:
                self._idle.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Nobody else sends while the block lasts; what is under way is waited for. One task after the other; a task
        that is alone already stays so."""
        if self._owner is not None and self._owner is asyncio.current_task():
            yield
            return
        async with self._lock:
            self._free.clear()
            self._owner = asyncio.current_task()
            try:
                while self._under_way:
                    self._idle.clear()
                    await self._idle.wait()
                yield
            finally:
                self._owner = None
                self._free.set()
