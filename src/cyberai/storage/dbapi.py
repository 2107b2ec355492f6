"""A thin DB-API 2.0 face over an apsw connection, for Alembic alone.

SQLAlchemy's SQLite dialect would open the file with the standard library's module, whose closing drops the
POSIX locks that apsw holds on the same file: acknowledged data could be lost (DESIGN section 5). Here it gets
a connection that is open already, inside a transaction that the caller begins and ends, so that commit,
rollback and close do nothing.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import apsw
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

apilevel = "2.0"
threadsafety = 1
paramstyle = "qmark"
sqlite_version_info = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
sqlite_version = apsw.sqlite_lib_version()
version_info = sqlite_version_info

Warning = UserWarning
Error = apsw.Error
InterfaceError = apsw.MisuseError
DatabaseError = apsw.Error
DataError = apsw.MismatchError
OperationalError = apsw.SQLError
IntegrityError = apsw.ConstraintError
InternalError = apsw.InternalError
ProgrammingError = apsw.SQLError
NotSupportedError = apsw.SQLError
PARSE_DECLTYPES = 1
PARSE_COLNAMES = 2
Binary = bytes

Row = tuple[Any, ...]


class Cursor:
    """A cursor whose rows are fetched at once: migrations read little."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._rows: Iterator[Row] = iter(())
        self.description: tuple[tuple[Any, ...], ...] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    def execute(self, operation: str, parameters: Sequence[Any] = ()) -> "Cursor":
        """Run one statement."""
        cursor = self._connection.cursor()
        # apsw forgets the columns with the last row, and at once where there is none.
        cursor.exec_trace = self._describe
        cursor.execute(operation, tuple(parameters))
        self._rows = iter(cursor.fetchall())
        self.rowcount = self._connection.changes()
        self.lastrowid = self._connection.last_insert_rowid()
        return self

    def executemany(self, operation: str, parameters: Sequence[Sequence[Any]]) -> "Cursor":
        """Run one statement for each of these."""
        for row in parameters:
            self.execute(operation, row)
        return self

    def fetchone(self) -> Row | None:
        """The next row, or None."""
        return next(self._rows, None)

    def fetchmany(self, size: int = arraysize) -> list[Row]:
        """The next rows."""
        return [row for row, _ in zip(self._rows, range(size), strict=False)]

    def fetchall(self) -> list[Row]:
        """The rows that are left."""
        return list(self._rows)

    def _describe(self, cursor: apsw.Cursor, _sql: str, _values: object) -> bool:
        columns = cursor.get_description()
        self.description = tuple((column[0], *(None,) * 6) for column in columns) or None
        return True

    def setinputsizes(self, *_: Any) -> None:
        """Nothing to do."""

    def setoutputsize(self, *_: Any) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing is left open."""


class Connection:
    """A face of a connection that somebody else owns."""

    isolation_level: str | None = None

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def cursor(self) -> Cursor:
        """A new cursor."""
        return Cursor(self._connection)

    def execute(self, operation: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Run one statement in a cursor of its own."""
        return self.cursor().execute(operation, parameters)

    def create_function(self, *_: Any, **__: Any) -> None:
        """SQLAlchemy offers a REGEXP function; no migration uses it."""

    def commit(self) -> None:
        """The owner of the connection commits."""

    def rollback(self) -> None:
        """The owner of the connection rolls back."""

    def close(self) -> None:
        """The owner of the connection closes it."""


def connect(*_: Any, **__: Any) -> Connection:
    """Refused: a store is opened through `cyberai.storage.opening` alone."""
    raise InterfaceError("This face opens no file")


def engine_over(connection: apsw.Connection) -> Engine:
    """A SQLAlchemy engine that speaks through this one connection."""
    import sys

    return create_engine(
        "sqlite://",
        module=sys.modules[__name__],
        creator=lambda: Connection(connection),
        poolclass=StaticPool,
    )
