"""Group commit on PostgreSQL: a lane per workspace, a few threads that serve the lanes.

Writes of one workspace come one after the other, in this process by its lane and among processes by a lock that
the transaction takes first: so a closure meets no other writer of its workspace, and need not be repeated because
of one. While one batch is flushed to the disk the next gathers. Workspaces do not wait for each other.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from cyberai.domain.errors import CyberAIError, StoreError, Unavailable
from cyberai.domain.ids import SYSTEM, WorkspaceId
from cyberai.storage.driver import EVERYWHERE, Numbers
from cyberai.storage.postgres.database import CHANNEL, Database
from cyberai.storage.postgres.driver import PostgresDriver, Session, entering, taking_turns
from cyberai.storage.postgres.failures import must_repeat, translated
from cyberai.storage.postgres.sessions import Sessions
from cyberai.storage.scope import NOWHERE
from cyberai.storage.transaction import Transaction
from cyberai.storage.waiting import Job, settle

_LOG = logging.getLogger("cyberai.store")

THREADS = 3
"""Connections of a process that write."""
MAX_BATCH = 64
"""Closures per commit: they hold the workspace's lock together."""
ATTEMPTS = 5
"""How often a transaction is run when it loses against others, before its caller is told that the store is busy."""


class CommitUnknown(Exception):
    """The connection broke during the commit."""


class Lanes:
    """The writing threads. `on_commit` is called in them after every commit that changed something."""

    def __init__(self, database: Database, numbers: Numbers, on_commit: Callable[[], None]) -> None:
        self._sessions = Sessions(database)
        self._numbers = numbers
        self._on_commit = on_commit
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="store-writer")
        self._lanes: dict[WorkspaceId, deque[Job]] = {}
        self._guard = threading.Lock()

    def submit(self, job: Job) -> None:
        """Queue a closure; its future is resolved in its own loop."""
        with self._guard:
            lane = self._lanes.get(job.workspace)
            if lane is not None:
                lane.append(job)
                return
            self._lanes[job.workspace] = deque([job])
        self._pool.submit(self._serve, job.workspace)

    def stop(self) -> None:
        """Finish what is queued and end the threads; blocks."""
        idle = False
        while not idle:
            self._pool.submit(lambda: None).result()
            with self._guard:
                idle = not self._lanes
        self._pool.shutdown()
        self._sessions.close()

    def _serve(self, workspace: WorkspaceId) -> None:
        """Commit one batch of a lane, and come back for the next when other lanes had their turn."""
        with self._guard:
            lane = self._lanes[workspace]
            taken = [lane.popleft() for _ in range(min(len(lane), MAX_BATCH))]
        # A caller that gave up before its turn gets no effect either.
        batch = [job for job in taken if not job.future.cancelled()]
        if batch:
            self._commit(batch)
            settle(batch)
        with self._guard:
            if not lane:
                del self._lanes[workspace]
                return
        self._pool.submit(self._serve, workspace)

    def _commit(self, batch: list[Job]) -> None:
        """Run the closures and commit; afterwards each has its result or its error."""
        session = self._sessions.mine()
        for left in reversed(range(ATTEMPTS)):
            try:
                self._attempt(session, batch)
                return
            except CommitUnknown as error:
                _LOG.warning("the database went away during a commit: %s", error)
                _fail(batch, _unknown())
                return
            except Unavailable as error:
                _fail(batch, error)
                return
            except psycopg.Error as error:
                lost = session.lost
                session.roll_back()
                # Nothing was committed, so the same closures may run again.
                if not left or not (lost or must_repeat(error)):
                    _fail(batch, translated(error))
                    return
                for job in batch:
                    job.result = job.error = None

    def _attempt(self, session: Session, batch: list[Job]) -> None:
        workspace = batch[0].workspace
        alone = len(batch) == 1
        # Asked once: a reader may learn it meanwhile, and the transaction must be told by its opening or look it up.
        number = self._numbers.get(workspace)
        driver = session.begin(*_opening(workspace, number, alone))
        made: list[Transaction] = []
        for index, job in enumerate(batch):
            if index and batch[index - 1].error is None:
                driver.control("RELEASE job", "SAVEPOINT job")
            made.append(self._run(session, driver, job, number, alone))
            if job.error is not None and not alone:
                driver.control("ROLLBACK TO job")
        if alone and batch[0].error is not None:
            session.roll_back()
            return
        self._end(session, driver)
        if made[-1].number is not None:
            self._numbers[workspace] = made[-1].number

    def _run(
        self, session: Session, driver: PostgresDriver, job: Job, number: int | None, alone: bool
    ) -> Transaction:
        transaction = Transaction(driver, job.workspace, number)
        try:
            job.result = job.fn(transaction)
            transaction.finish()
            if not alone:
                driver.flush()  # its errors are its own
            if not session.sound:
                raise StoreError("The closure went on after a statement of it had failed")
        except psycopg.Error as error:
            if session.lost or must_repeat(error):
                raise
            job.error = translated(error)
        except BaseException as error:  # noqa: BLE001 - a caller's failure is handed back to that caller
            job.error = error
        return transaction

    def _end(self, session: Session, driver: PostgresDriver) -> None:
        changed = driver.changed
        try:
            # Announced in a transaction of its own, since announcing ones commit one at a time in the whole server.
            driver.control("COMMIT", *((f"NOTIFY {CHANNEL}",) if changed else ()))
            driver.flush()
        except psycopg.OperationalError as error:
            if session.lost:
                raise CommitUnknown(str(error)) from error
            raise
        if changed:
            self._on_commit()


def _opening(workspace: WorkspaceId, number: int | None, alone: bool) -> tuple[str, ...]:
    # Before the first look at any row: what the lock's last holder committed must be seen.
    shown = EVERYWHERE if workspace == SYSTEM else NOWHERE if number is None else number
    first = ("BEGIN", entering(shown), taking_turns(f"workspace {workspace}"))
    return first if alone else (*first, "SAVEPOINT job")


def _fail(batch: list[Job], error: CyberAIError | StoreError) -> None:
    for job in batch:
        job.error = job.error or error


def _unknown() -> Unavailable:
    return Unavailable(
        "The database went away while it stored this",
        reason="It may or may not be stored: look before you try again",
        headers={"Retry-After": "1"},
    )
