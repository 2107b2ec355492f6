"""Group commit: the one thread of a process that writes the store.

Callers queue closures. The thread takes all that wait, runs them in one transaction, commits, and only then
acknowledges: one flush to the disk serves many, and while it lasts the next ones gather. The database's write lock is
held only while closures run, never while waiting for them.

There is no savepoint between them: SQLite would copy every page that the next closure touches once more (measured:
twenty pages for each scan created, most of what the kernel did for it). A closure that fails has rarely written
anything by then; when it has, all is rolled back and each of the others runs again by itself.
"""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

import apsw

from cyberai.domain.errors import StoreError
from cyberai.ports.runtime import Clock
from cyberai.storage.ballast import Ballast
from cyberai.storage.driver import ApswDriver, Numbers
from cyberai.storage.failures import is_full, storage_full, translated
from cyberai.storage.presence import Presence
from cyberai.storage.transaction import Transaction
from cyberai.storage.waiting import Job, settle

MAX_BATCH = 256
"""Closures per commit, so that the lock is not held for ever and the last one does not wait for ever."""
GROWTH_WHEN_FULL = 16
"""Pages that one closure may add to a store that lives on its ballast: room for a cancel, not for a crawl.
What adds a thing (a scan, a report, a unit's results) is refused whatever its size: many small ones eat it too."""
RECHECK_SECONDS = 1.0
"""How often a full store looks for space."""


class Writer:
    """The writing thread. `on_commit` is called in it after every commit."""

    def __init__(
        self,
        connection: apsw.Connection,
        ballast: Ballast,
        clock: Clock,
        numbers: Numbers,
        on_commit: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._numbers = numbers
        self._driver = ApswDriver(connection)
        self._presence = Presence(connection.filename)
        self._ballast = ballast
        self._clock = clock
        self._on_commit = on_commit
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._full = not ballast.lay()
        self._checked = clock.monotonic()
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def full(self) -> bool:
        """True while the store lives on its ballast: small changes go on, nothing new is taken."""
        return self._full

    def submit(self, job: Job) -> None:
        """Queue a closure; its future is resolved in its own loop."""
        if not self._thread.is_alive():
            raise StoreError("The store's writing thread has died; restart the process and report this")
        self._queue.put(job)

    def stop(self) -> None:
        """Finish what is queued and end the thread; blocks."""
        self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        running = True
        while running:
            batch, running = self._collect()
            if self._full:
                self._look_for_space()
            elif not self._ballast.laid():
                # Another process met the full disk and gave the ballast up: what is left is for all of them.
                self._full = True
                self._checked = self._clock.monotonic()
            if self._full:
                for job in batch:
                    self._commit([job])
            elif batch:
                self._commit(batch)
        self._connection.close()

    def _collect(self) -> tuple[list[Job], bool]:
        batch: list[Job] = []
        job = self._queue.get()
        while job is not None:
            # A caller that gave up before its turn gets no effect either.
            if not job.future.cancelled():
                batch.append(job)
            if len(batch) == MAX_BATCH:
                return batch, True
            try:
                job = self._queue.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _commit(self, batch: list[Job]) -> None:
        left: list[Job] = []
        if self._lost(batch):
            self._acknowledge(batch)
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            left = self._run_all(batch)
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")
                self._remember(batch)
        except apsw.Error as error:
            self._roll_back()
            self._note(error)
            for job in batch:
                job.error = job.error or translated(error, self._connection)
            left = []
        self._lost(batch)
        self._acknowledge([job for job in batch if job not in left])
        # Their work went down with another's; alone, each stands or falls by itself.
        for job in left:
            self._commit([job])

    def _lost(self, batch: list[Job]) -> bool:
        """True when the file has gone: before the work, so that nothing is done, and before its acknowledgement,
        so that nothing is promised that only a deleted file holds."""
        loss = self._presence.loss()
        for job in batch if loss else ():
            job.error = job.error or loss
        return loss is not None

    def _run_all(self, batch: list[Job]) -> list[Job]:
        """Run the closures; return those that must run again, because one that failed took their work with it."""
        for job in batch:
            if not self._run(job):
                self._roll_back()
                return [other for other in batch if other.error is None]
        return []

    def _run(self, job: Job) -> bool:
        """Run a closure; False when it failed and there is something to undo, or SQLite has undone everything."""
        changes = self._connection.total_changes()
        pages = self._pages() if self._full else 0
        try:
            transaction = Transaction(
                self._driver, job.workspace, self._numbers.get(job.workspace), self._full
            )
            job.result = job.fn(transaction)
            transaction.finish()
            job.number = transaction.number
            if self._full and self._pages() - pages > GROWTH_WHEN_FULL:
                raise storage_full()
        except BaseException as error:  # noqa: BLE001 - a caller's failure is handed back to that caller
            self._note(error)
            job.error = translated(error, self._connection)
            return self._connection.in_transaction and self._connection.total_changes() == changes
        return True

    def _remember(self, batch: list[Job]) -> None:
        for job in batch:
            if job.error is None and job.number is not None:
                self._numbers[job.workspace] = job.number

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _acknowledge(self, jobs: list[Job]) -> None:
        if any(job.error is None for job in jobs):
            self._on_commit()
        settle(jobs)

    def _pages(self) -> int:
        rows: list[tuple[Any, ...]] = self._connection.execute("PRAGMA page_count").fetchall()
        return int(rows[0][0])

    def _note(self, error: BaseException) -> None:
        if self._full or not is_full(error, self._connection):
            return
        self._full = True
        self._checked = self._clock.monotonic()
        self._ballast.drop()

    def _look_for_space(self) -> None:
        now = self._clock.monotonic()
        if now - self._checked < RECHECK_SECONDS:
            return
        self._checked = now
        self._full = not self._ballast.lay()
