"""Rate-limit counters in a file of their own.

Exact across processes, restarts and kill -9, without a flush per request (`synchronous=OFF`: what the kernel
has survives the process; losing a minute's counters with the power harms nobody). A damaged file is made anew.
While the disk is full this process counts in memory: a full disk must not stop people from reading and cancelling.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw

from cyberai.domain.errors import StoreError
from cyberai.ports.store import RateDecision
from cyberai.storage.opening import create_private

WINDOW_SECONDS = 60
BUSY_MILLISECONDS = 2_000
_MICROSECONDS = 1_000_000
_PRAGMAS = ("page_size=1024", "journal_mode=WAL", "synchronous=OFF", "mmap_size=0", "cache_size=-1000")
_TABLE = """
CREATE TABLE IF NOT EXISTS hit (
    subject TEXT NOT NULL,
    window INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (subject, window)
) WITHOUT ROWID
"""
# A refused request is not counted, so that a refund gives exactly one request back.
_HIT = """
INSERT INTO hit (subject, window, count) VALUES (?1, ?2, 1)
ON CONFLICT (subject, window) DO UPDATE SET count = count + 1 WHERE count < ?3
RETURNING count
"""
_REFUND = "UPDATE hit SET count = count - 1 WHERE subject = ?1 AND window = ?2 AND count > 0"
_COUNT = "SELECT count FROM hit WHERE subject = ?1 AND window = ?2"
_CARRY = "INSERT OR IGNORE INTO hit (subject, window, count) VALUES (?1, ?2, ?3)"
_FORGET = "DELETE FROM hit WHERE window < ?1"


class SqliteRateLimiter:
    """`ports.store.RateLimiter` on `limits.db`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._window = -1
        self._opened = 0
        self._spare = apsw.Connection(":memory:")
        self._spare.execute(_TABLE)
        try:
            self._connection = self._open()
        except (apsw.CorruptError, apsw.NotADBError):
            self._connection = self._renew()
        except apsw.Error as error:
            raise StoreError(f"The rate-limit counters {path} cannot be opened: {error}") from error

    async def hit(self, subject: str, limit: int, now: int) -> RateDecision:
        """Count one request of this subject at UTC microseconds `now`; never waits."""
        window = now // _MICROSECONDS // WINDOW_SECONDS
        if window != self._window:
            self._enter(window)
        reset = (window + 1) * WINDOW_SECONDS
        if limit <= 0:
            return RateDecision(allowed=False, limit=limit, remaining=0, reset=reset)
        rows = self._run(_HIT, (subject, window, limit))
        if not rows:
            return RateDecision(allowed=False, limit=limit, remaining=0, reset=reset)
        return RateDecision(allowed=True, limit=limit, remaining=limit - rows[0][0], reset=reset)

    async def refund(self, subject: str, now: int) -> None:
        """Take one request back (304 and OPTIONS cost nothing)."""
        self._run(_REFUND, (subject, now // _MICROSECONDS // WINDOW_SECONDS))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
        self._spare.close()

    def _enter(self, window: int) -> None:
        self._window = window
        if self._identity() not in (0, self._opened):
            # Another process found it damaged and made it anew. Where all of the folder has gone, it stays gone.
            self._connection.close()
            self._connection = self._open()
        # The window before may still get a refund.
        self._run(_FORGET, (window - 1,))

    def _run(self, sql: str, values: tuple[str | int, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except (apsw.CorruptError, apsw.NotADBError):
            self._connection.close()
            self._connection = self._renew()
            return self._connection.execute(sql, values).fetchall()
        except (apsw.FullError, apsw.IOError):
            return self._in_memory(sql, values)

    def _in_memory(self, sql: str, values: tuple[str | int, ...]) -> list[tuple[Any, ...]]:
        """The same statement in memory, going on from the count the file has."""
        if sql is not _FORGET:
            for row in self._connection.execute(_COUNT, values[:2]).fetchall():
                self._spare.execute(_CARRY, (*values[:2], *row))
        return self._spare.execute(sql, values).fetchall()

    def _open(self) -> apsw.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        create_private(self._path)
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):  # not there, or another's
                self._path.with_name(self._path.name + suffix).chmod(0o600)
        connection = apsw.Connection(str(self._path))
        try:
            connection.set_busy_timeout(BUSY_MILLISECONDS)
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").fetchall()
            connection.execute(_TABLE)
        except apsw.Error:
            connection.close()
            raise
        self._opened = self._identity()
        return connection

    def _identity(self) -> int:
        return self._path.stat().st_ino if self._path.exists() else 0

    def _renew(self) -> apsw.Connection:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        return self._open()
