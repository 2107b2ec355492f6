"""What ends when a session ends: every wait of it, with TransportError(CANCELLED)."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from cyberai.net.failure import cancelled

T = TypeVar("T")


class Lifeline:
    """Runs a session's waits as tasks, so that closing the session ends them all at once."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        """True once the session is being closed."""
        return self._closed

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`; raise TransportError(CANCELLED) when the session is closed before it ends."""
        if self.closed:
            work.close()
            raise cancelled()
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if self._closed and caller is not None and not caller.cancelling():
                raise cancelled() from None
            raise
        finally:
            self._tasks.discard(task)

    async def close(self) -> None:
        """End every wait and return when all have ended."""
        self._closed = True
        tasks = [task for task in self._tasks if not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1.0)
