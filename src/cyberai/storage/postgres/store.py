"""The store on PostgreSQL: a few threads with a connection each, so that the event loop never waits for the network."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from cyberai.domain.errors import StoreError
from cyberai.domain.ids import SYSTEM, WorkspaceId
from cyberai.ports.store import Tx
from cyberai.storage.driver import Numbers
from cyberai.storage.postgres.database import Database
from cyberai.storage.postgres.lanes import Lanes
from cyberai.storage.postgres.news import News
from cyberai.storage.postgres.opening import prepare
from cyberai.storage.postgres.readers import Readers
from cyberai.storage.waiting import Job, Sleepers, seen

T = TypeVar("T")


class PostgresStore:
    """`ports.store.Store`. Use it from one event loop thread; any number of processes and machines may share it."""

    def __init__(self, database: Database, addresses: frozenset[tuple[str, int]] = frozenset()) -> None:
        numbers: Numbers = {}
        self.addresses = addresses
        """Where the database listens: what no scan may reach."""
        self._generation = 0
        self._commits = 0
        self._sleepers = Sleepers()
        self._closed = False
        self._writers = Lanes(database, numbers, self._committed)
        self._readers = Readers(database, numbers)
        self._news = News(database, self._note)

    @classmethod
    def open(cls, url: str) -> "PostgresStore":
        """Open the store, made or brought up to date first; raise StoreError that says what to do."""
        database = Database(url)
        return cls(database, prepare(database))

    async def write(self, workspace: WorkspaceId, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a transaction and return its result once the commit is durable."""
        self._require_open()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writers.submit(Job(workspace, fn, future))
        return await future

    async def read(self, workspace: WorkspaceId, fn: Callable[[Tx], T]) -> T:
        """Run `fn` on a consistent snapshot, in a thread."""
        self._require_open()
        seen.set((id(self), self._generation))
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._readers.submit(Job(workspace, fn, future))
        return await future

    async def require_writable(self) -> None:
        """Raise what a write would raise now; the space on the database's disk is not known here."""
        await self.write(SYSTEM, lambda _tx: None)

    async def changed(self, timeout: float) -> bool:
        """Wait until another commit may have happened (any process), at most `timeout` seconds.

        What was committed after the caller's last read counts, so that nothing falls between the two.
        """
        self._require_open()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        store, known = seen.get()
        if store != id(self):
            known = self._generation
        if not self._news.listening:
            await asyncio.to_thread(self._news.start)
        while self._generation == known:
            left = deadline - loop.time()
            if left <= 0:
                return False
            await self._sleepers.sleep(left)
            self._require_open()
        seen.set((id(self), self._generation))
        return True

    @property
    def commits(self) -> int:
        """Commits of this process since it opened the store."""
        return self._commits

    async def aclose(self) -> None:
        """Finish queued writes and close."""
        if self._closed:
            return
        self._closed = True
        for part in (self._writers, self._readers, self._news):
            await asyncio.to_thread(part.stop)
        self._sleepers.wake()

    def _require_open(self) -> None:
        if self._closed:
            raise StoreError("The store is closed")

    def _committed(self) -> None:
        self._commits += 1
        self._note()

    def _note(self) -> None:
        # From any thread: that two at once count as one does no harm, each wakes.
        self._generation += 1
        self._sleepers.wake()
