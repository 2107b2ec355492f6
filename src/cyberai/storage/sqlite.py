"""The store on SQLite: one file, one writing thread per process, reads in the event loop."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import apsw

from cyberai.domain.errors import StoreError
from cyberai.domain.ids import SYSTEM, WorkspaceId
from cyberai.ports.runtime import Clock
from cyberai.ports.store import Tx
from cyberai.storage.ballast import Ballast
from cyberai.storage.driver import ApswDriver, Numbers
from cyberai.storage.failures import storage_full, translated
from cyberai.storage.opening import prepare, reader_connection, writer_connection
from cyberai.storage.transaction import Transaction
from cyberai.storage.waiting import Job, Sleepers, seen
from cyberai.storage.writer import Writer

T = TypeVar("T")

POLL_SECONDS = 0.1
"""How soon a commit of another process is noticed."""


class SqliteStore:
    """`ports.store.Store`. Use it from one event loop thread; any number of processes may open the file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._reader = reader_connection(path)
        self._driver = ApswDriver(self._reader)
        self._generation = 0
        self._data_version = -1
        self._sleepers = Sleepers()
        self._closed = False
        self._commits = 0
        self._ballast = Ballast(path.with_name(path.name + "-ballast"))
        self._numbers: Numbers = {}
        self._writer = Writer(writer_connection(path), self._ballast, clock, self._numbers, self._committed)

    @classmethod
    def open(cls, path: Path, clock: Clock) -> "SqliteStore":
        """Open the store, made or brought up to date first; raise StoreError that says what to do."""
        prepare(path)
        try:
            return cls(path, clock)
        except apsw.Error as error:
            raise StoreError(f"The store {path} cannot be opened: {error}") from error

    async def write(self, workspace: WorkspaceId, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a transaction and return its result once the commit is durable."""
        self._require_open()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.submit(Job(workspace, fn, future))
        return await future

    async def read(self, workspace: WorkspaceId, fn: Callable[[Tx], T]) -> T:
        """Run `fn` on a consistent snapshot, in the caller's thread: only bounded, indexed reads."""
        self._require_open()
        seen.set((id(self), self._generation))
        try:
            self._reader.execute("BEGIN")
            transaction = Transaction(self._driver, workspace, self._numbers.get(workspace))
            result = fn(transaction)
            if transaction.number is not None:
                self._numbers[workspace] = transaction.number
            return result
        except apsw.Error as error:
            raise translated(error, self._reader) from error
        finally:
            if self._reader.in_transaction:
                self._reader.execute("ROLLBACK")

    async def require_writable(self) -> None:
        """Raise what a write that adds something would raise now; an empty transaction costs no flush."""
        await self.write(SYSTEM, lambda _tx: None)
        if self._writer.full or self._ballast.disk_is_full():
            raise storage_full()

    async def changed(self, timeout: float) -> bool:
        """Wait until another commit may have happened (any process), at most `timeout` seconds.

        What was committed after the caller's last read counts, so that nothing falls between the two.
        """
        self._require_open()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        store, known = seen.get()
        self._poll()
        if store != id(self):
            known = self._generation
        while self._generation == known:
            left = deadline - loop.time()
            if left <= 0:
                return False
            await self._sleepers.sleep(min(POLL_SECONDS, left))
            self._require_open()
            self._poll()
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
        await asyncio.to_thread(self._writer.stop)
        self._reader.close()
        self._sleepers.wake()

    def _require_open(self) -> None:
        if self._closed:
            raise StoreError("The store is closed")

    def _poll(self) -> None:
        version: Any = self._reader.execute("PRAGMA data_version").fetchall()[0][0]
        if version != self._data_version:
            self._data_version = version
            self._generation += 1

    def _committed(self) -> None:
        self._commits += 1
        self._sleepers.wake()
