"""The driver over a psycopg connection, and a thread's connection that is made anew when it breaks."""

import hashlib
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

from cyberai.storage.dialect import Backend
from cyberai.storage.driver import Row
from cyberai.storage.postgres.database import Connection, Database
from cyberai.storage.postgres.failures import unreachable
from cyberai.storage.statements import Statement

_POSTGRES = int(Backend.POSTGRES)
_Prepared = tuple[str, tuple[Any, ...]]

NUL = "\x00"
NUL_SHOWN = "\N{SYMBOL FOR NULL}"
"""What stands for a NUL, which PostgreSQL's text cannot hold; a hostile target may send one."""


class PostgresDriver:
    """`storage.driver.Driver`. `changed` says whether anything was written since it was last set to False."""

    __slots__ = ("_cursor", "_server", "changed")

    def __init__(self, connection: Connection) -> None:
        # In binary no number and no blob is turned into text and back.
        self._cursor = connection.cursor(binary=True)
        self._server = connection.pgconn
        self.changed = False

    def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        """All rows of a query."""
        self._execute(*statement.prepare(_POSTGRES, values))
        return self._cursor.fetchall()

    def one(self, statement: Statement, /, **values: Any) -> Row | None:
        """The first row, or None."""
        self._execute(*statement.prepare(_POSTGRES, values))
        return self._cursor.fetchone()

    def run(self, statement: Statement, /, **values: Any) -> int:
        """Change rows; return how many."""
        self._execute(*statement.prepare(_POSTGRES, values))
        return self._cursor.rowcount

    def many(self, statement: Statement, values: Iterable[dict[str, Any]], /) -> None:
        """Run one statement for each of these, sent together."""
        prepared = [statement.prepare(_POSTGRES, row) for row in values]
        if not prepared:
            return
        if len(prepared) == 1:
            self._execute(*prepared[0])
            return
        self.changed = True
        sql, rows = prepared[0][0], [row for _, row in prepared]
        try:
            self._cursor.executemany(sql, rows)
        except psycopg.DataError as error:
            if not _unsent(error):
                raise
            self._cursor.executemany(sql, [_without_nul(row) for row in rows])

    def enter(self, workspace: int, /) -> None:
        """From now on only rows of the workspace with this number are seen; EVERYWHERE lifts that."""
        self.control(entering(workspace))

    def take_turns(self, matter: str, /) -> None:
        """One transaction at a time, of any workspace, goes on from here until it ends."""
        self.control(taking_turns(matter))

    def control(self, sql: str) -> None:
        """Run statements without parameters and without rows, in one trip."""
        # Not through a cursor: psycopg forgets every prepared statement when it sees a ROLLBACK, and each read ends
        # with one (measured: the database planned every query anew, and a read cost it three times as much).
        result = self._server.exec_(sql.encode())
        if result.status == ExecStatus.FATAL_ERROR:
            if self._server.status == ConnStatus.BAD:
                raise psycopg.OperationalError(self._server.get_error_message())
            raise psycopg.errors.error_from_result(result)

    def _execute(self, sql: str, values: tuple[Any, ...]) -> None:
        if not sql.startswith("SELECT"):
            self.changed = True
        try:
            self._cursor.execute(sql, values)
        except psycopg.DataError as error:
            if not _unsent(error):
                raise
            self._cursor.execute(sql, _without_nul(values))


def _unsent(error: psycopg.DataError) -> bool:
    """True when psycopg itself refused a value: the server knows nothing of it."""
    return error.sqlstate is None


def _without_nul(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple([v.replace(NUL, NUL_SHOWN) if isinstance(v, str) else v for v in values])


def entering(workspace: int) -> str:
    """The statement after which row-level security shows the rows of the workspace with this number alone."""
    return f"SET LOCAL cyberai.workspace = '{workspace if workspace >= 0 else ''}'"


def taking_turns(matter: str) -> str:
    """The statement that waits until no other transaction holds this matter, and holds it to the end."""
    digest = hashlib.blake2b(matter.encode(), digest_size=8).digest()
    return f"SELECT pg_advisory_xact_lock({int.from_bytes(digest, 'big', signed=True)})"


class Session:
    """The connection of one thread: opened at its first use, and anew when it broke."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._driver: PostgresDriver | None = None

    def begin(self, sql: str) -> PostgresDriver:
        """Start a transaction with these statements; raise Unavailable when the database cannot be reached."""
        if self._driver is not None and not self.lost:
            try:
                return self._started(self._driver, sql)
            except psycopg.OperationalError:
                if not self.lost:
                    raise
        # The server may have been restarted since the last one: nothing is lost before work began.
        self.close()
        try:
            self._connection = self._database.connect()
        except psycopg.OperationalError as error:
            raise unreachable() from error
        self._driver = PostgresDriver(self._connection)
        return self._started(self._driver, sql)

    def _started(self, driver: PostgresDriver, sql: str) -> PostgresDriver:
        driver.control(sql)
        driver.changed = False
        return driver

    @property
    def lost(self) -> bool:
        """True when the connection broke."""
        return self._connection is None or self._connection.closed

    @property
    def sound(self) -> bool:
        """True while the transaction has not failed."""
        return (
            self._connection is not None
            and self._connection.info.transaction_status is TransactionStatus.INTRANS
        )

    def roll_back(self) -> None:
        """End the transaction without effect; never fails."""
        if self._driver is None or self.lost:
            return
        try:
            self._driver.control("ROLLBACK")
        except psycopg.Error:
            self.close()

    def close(self) -> None:
        """Give the connection back; never fails."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._driver = None
