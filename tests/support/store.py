"""A real store in a test, driven without a running event loop."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

from cyberai.domain.ids import SYSTEM, WorkspaceId
from cyberai.ports.store import Store, Tx
from cyberai.storage.sqlite import SqliteStore
from support.store_samples import HERE, NOW, OTHER

T = TypeVar("T")


class RealClock:
    """The machine's clock."""

    def now(self) -> int:
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Stored:
    """A store and its event loop: every call waits for its end."""

    def __init__(self, store: Store, loop: asyncio.AbstractEventLoop) -> None:
        self.store = store
        self._loop = loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    def write(self, fn: Callable[[Tx], T], workspace: WorkspaceId = HERE) -> T:
        return self.run(self.store.write(workspace, fn))

    def read(self, fn: Callable[[Tx], T], workspace: WorkspaceId = HERE) -> T:
        return self.run(self.store.read(workspace, fn))

    def system(self, fn: Callable[[Tx], T]) -> T:
        return self.write(fn, SYSTEM)

    def together(self, *fns: Callable[[Tx], Any], workspace: WorkspaceId = HERE) -> list[Any]:
        """Write all of them at once, so that they share commits; results and exceptions in order."""

        async def all_of_them() -> list[Any]:
            waiting: list[Awaitable[Any]] = [self.store.write(workspace, fn) for fn in fns]
            return await asyncio.gather(*waiting, return_exceptions=True)

        return self.run(all_of_them())


@contextlib.contextmanager
def opened(make: Callable[[], Store]) -> Iterator[Stored]:
    """Open a store, and close it and its loop at the end."""
    loop = asyncio.new_event_loop()
    stored = Stored(make(), loop)
    try:
        yield stored
    finally:
        stored.run(stored.store.aclose())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def sqlite_store(folder: Path) -> Store:
    """A SQLite store in a folder."""
    return SqliteStore.open(folder / "cyberai.db", RealClock())


def store_at(place: str) -> Store:
    """The store at a database's address or in a folder."""
    if not place.startswith("postgresql://"):
        return sqlite_store(Path(place))
    from cyberai.storage.postgres.store import PostgresStore

    return PostgresStore.open(place)


@contextlib.contextmanager
def sqlite_stored(folder: Path) -> Iterator[Stored]:
    """A SQLite store in a folder, with the workspaces `default` and `other`."""
    with opened(lambda: sqlite_store(folder)) as stored:
        for workspace in (HERE, OTHER):
            stored.write(lambda tx: tx.ensure_workspace(NOW), workspace)
        yield stored
