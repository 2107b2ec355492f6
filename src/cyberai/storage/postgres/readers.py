"""Reads on PostgreSQL: each on a snapshot of its own, in a thread of a small pool."""

from concurrent.futures import ThreadPoolExecutor

import psycopg

from cyberai.domain.errors import Unavailable
from cyberai.domain.ids import SYSTEM
from cyberai.storage.driver import EVERYWHERE, Numbers
from cyberai.storage.postgres.database import Database
from cyberai.storage.postgres.driver import Session, entering
from cyberai.storage.postgres.failures import must_repeat, translated
from cyberai.storage.postgres.sessions import Sessions
from cyberai.storage.scope import NOWHERE
from cyberai.storage.transaction import Transaction
from cyberai.storage.waiting import Job, settle

_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

THREADS = 4
"""Connections of a process that read."""


class Readers:
    """The reading threads."""

    def __init__(self, database: Database, numbers: Numbers) -> None:
        self._sessions = Sessions(database)
        self._numbers = numbers
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="store-reader")

    def submit(self, job: Job) -> None:
        """Run a closure; its future is resolved in its own loop."""
        self._pool.submit(self._serve, job)

    def stop(self) -> None:
        """Finish what is queued and end the threads; blocks."""
        self._pool.shutdown()
        self._sessions.close()

    def _serve(self, job: Job) -> None:
        if job.future.cancelled():
            return
        session = self._sessions.mine()
        self._read(session, job)
        settle([job])
        # After the answer, which nobody needs to wait with.
        session.roll_back(wait=False)

    def _read(self, session: Session, job: Job) -> None:
        for again in (True, False):
            try:
                self._attempt(session, job)
                return
            except Unavailable as error:
                job.error = error
                return
            except psycopg.Error as error:
                job.error = translated(error)
                repeat = again and (session.lost or must_repeat(error))
                session.roll_back()
                if not repeat:
                    return
                job.error = None

    def _attempt(self, session: Session, job: Job) -> None:
        number = EVERYWHERE if job.workspace == SYSTEM else self._numbers.get(job.workspace)
        shown = NOWHERE if number is None else number
        driver = session.begin(_BEGIN, entering(shown), at_once=False)
        transaction = Transaction(driver, job.workspace, number or None)
        try:
            job.result = job.fn(transaction)
        except psycopg.Error:
            raise
        except BaseException as error:  # noqa: BLE001 - a caller's failure is handed back to that caller
            job.error = error
            return
        if number is None and transaction.number is not None:
            self._numbers[job.workspace] = transaction.number
