"""Where a PostgreSQL store is, and how its connections are made."""

import logging
import threading
from typing import Any

import psycopg
from psycopg import RawCursor
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.numeric import Int8BinaryDumper

from cyberai.domain.errors import StoreError

_LOG = logging.getLogger("cyberai.store")

Connection = psycopg.Connection[tuple[Any, ...]]

DEFAULTS: dict[str, str | int] = {
    "connect_timeout": 5,
    "application_name": "cyberai",
    # A server that vanished without a word is noticed within some 15 seconds.
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}
"""What holds where the address says nothing else."""

CHANNEL = "cyberai_commit"
"""Where a commit is announced to the other processes."""

STATEMENTS = 400
"""Prepared statements kept per connection."""

# Whatever the server's defaults are: a statement sees what was committed before it, waits for a lock as long as
# SQLite's writers do, and a process that hangs in a transaction holds its locks no longer than that.
_SET_UP = """
SET default_transaction_isolation = 'read committed';
SET lock_timeout = '30s';
SET idle_in_transaction_session_timeout = '30s';
SET jit = off;
"""
# A commit is acknowledged when it is on the disk, also where the server's default is not to wait for that.
_DURABLE = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""


class Database:
    """One database. Connections are made in any thread; what they raise is psycopg's."""

    def __init__(self, url: str) -> None:
        try:
            given = conninfo_to_dict(url)
        except psycopg.Error:
            # The text of that error repeats the address, password included.
            raise StoreError(
                "CYBERAI_DATABASE_URL is no PostgreSQL address; write it as postgresql://USER:PASSWORD@HOST:5432/NAME"
            ) from None
        self._conninfo = make_conninfo("", **{**DEFAULTS, **given, "client_encoding": "UTF8"})
        self._pids: set[int] = set()
        self._guard = threading.Lock()
        self._problem = ""
        self.name = _described(given)

    def connect(self, *, log: bool = True) -> Connection:
        """A connection on which every statement is a transaction of its own until it says BEGIN. A failure is logged
        unless the caller tells of it."""
        try:
            connection = psycopg.connect(self._conninfo, autocommit=True)
        except psycopg.OperationalError as error:
            if log:
                self._tell(str(error))
            raise
        self._tell("")
        connection.cursor_factory = RawCursor
        # One type of parameter per statement, whatever the size of the number: one plan for each.
        connection.adapters.register_dumper(int, Int8BinaryDumper)
        connection.prepared_max = STATEMENTS
        connection.execute(_SET_UP, prepare=False)
        connection.execute(_DURABLE, prepare=False)
        with self._guard:
            self._pids.add(connection.info.backend_pid)
        return connection

    def _tell(self, problem: str) -> None:
        """Log when the database goes away and when it is back, not with every try in between."""
        with self._guard:
            before, self._problem = self._problem, problem
        if problem and not before:
            _LOG.warning("the database %s cannot be reached: %s", self.name, " ".join(problem.split()))
        elif before and not problem:
            _LOG.warning("the database %s is reached again", self.name)

    def connect_plainly(self) -> Connection:
        """A connection as SQLAlchemy expects it, for migrations."""
        return psycopg.connect(self._conninfo)

    def own(self, pid: int) -> bool:
        """True when that server process serves, or served, this process."""
        return pid in self._pids


def _described(given: dict[str, Any]) -> str:
    """The address for people: no password."""
    host = given.get("host") or given.get("hostaddr") or "the local socket"
    port = f":{given['port']}" if given.get("port") else ""
    user = f" as {given['user']}" if given.get("user") else ""
    return f"{given.get('dbname') or given.get('user') or 'default'} at {host}{port}{user}"
