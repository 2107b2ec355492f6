"""News of other processes' commits: one connection that listens, in a thread of its own."""

import os
import select
import threading
from collections.abc import Callable

import psycopg

from cyberai.storage.postgres.database import CHANNEL, Connection, Database

RETRY_SECONDS = 1.0
"""How soon a listener that lost its connection tries again."""


class News:
    """Calls `on_news` in its thread when another process has committed, or may have: after a connection was made."""

    def __init__(self, database: Database, on_news: Callable[[], None]) -> None:
        self._database = database
        self._on_news = on_news
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._tried = threading.Event()
        self._stopping = threading.Event()
        self._wait, self._wake = os.pipe()

    @property
    def listening(self) -> bool:
        """True once it has begun."""
        return self._tried.is_set()

    def start(self) -> None:
        """Begin, if it has not begun; blocks until the first connection is made or refused."""
        with self._guard:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._serve, name="store-news", daemon=True)
                self._thread.start()
        self._tried.wait()

    def stop(self) -> None:
        """End; blocks."""
        with self._guard:
            self._stopping.set()
            self._tried.set()
        os.write(self._wake, b".")
        if self._thread is not None:
            self._thread.join()
        os.close(self._wait)
        os.close(self._wake)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                connection = self._database.connect()
            except psycopg.OperationalError:
                self._tried.set()
                self._pause()
                continue
            try:
                connection.execute(f"LISTEN {CHANNEL}", prepare=False)
                # What was committed before is news too: nobody listened.
                self._on_news()
                self._tried.set()
                self._hear(connection)
            except psycopg.OperationalError:
                self._pause()
            finally:
                connection.close()

    def _hear(self, connection: Connection) -> None:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        waiting.register(self._wait, select.POLLIN)
        while not self._stopping.is_set():
            waiting.poll()
            if self._stopping.is_set():
                return
            connection.pgconn.consume_input()
            heard = False
            while (notice := connection.pgconn.notifies()) is not None:
                heard = heard or not self._database.own(notice.be_pid)
            if heard:
                self._on_news()

    def _pause(self) -> None:
        waiting = select.poll()
        waiting.register(self._wait, select.POLLIN)
        waiting.poll(RETRY_SECONDS * 1000)
