"""What the repositories need of a database connection, and its form over apsw."""

from collections.abc import Iterable
from typing import Any, Protocol

import apsw

from cyberai.domain.ids import WorkspaceId
from cyberai.storage.dialect import Backend
from cyberai.storage.statements import Statement

Row = tuple[Any, ...]

Numbers = dict[WorkspaceId, int]
"""The numbers of workspaces, as a process keeps them: once one is committed it never changes."""

EVERYWHERE = 0
"""The number of no workspace: what belongs to the deployment may look at all."""

_SQLITE = int(Backend.SQLITE)


class Driver(Protocol):
    """A connection inside a transaction."""

    @property
    def backend(self) -> Backend:
        """The database behind it."""
        ...

    def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        """All rows of a query."""
        ...

    def one(self, statement: Statement, /, **values: Any) -> Row | None:
        """The first row, or None."""
        ...

    def run(self, statement: Statement, /, **values: Any) -> int:
        """Change rows; return how many."""
        ...

    def many(self, statement: Statement, values: Iterable[dict[str, Any]], /) -> None:
        """Run one statement for each of these."""
        ...

    def enter(self, workspace: int, /) -> None:
        """From now on only rows of the workspace with this number are seen; EVERYWHERE lifts that."""
        ...

    def take_turns(self, matter: str, /) -> None:
        """One transaction at a time, of any workspace, goes on from here until it ends."""
        ...


class ApswDriver:
    """The driver over an apsw connection, which keeps its own prepared statements by SQL text."""

    __slots__ = ("_connection",)

    backend = Backend.SQLITE

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        """All rows of a query."""
        # Always to the end: a statement left open would hold the snapshot.
        return self._connection.execute(*statement.prepare(_SQLITE, values)).fetchall()

    def one(self, statement: Statement, /, **values: Any) -> Row | None:
        """The first row, or None."""
        found = self._connection.execute(*statement.prepare(_SQLITE, values)).fetchall()
        return found[0] if found else None

    def run(self, statement: Statement, /, **values: Any) -> int:
        """Change rows; return how many."""
        self._connection.execute(*statement.prepare(_SQLITE, values)).fetchall()
        return self._connection.changes()

    def enter(self, workspace: int, /) -> None:
        """Every statement names its workspace, and SQLite has no second belt."""

    def take_turns(self, matter: str, /) -> None:
        """SQLite's transactions that write come one at a time anyway."""

    def many(self, statement: Statement, values: Iterable[dict[str, Any]], /) -> None:
        """Run one statement for each of these."""
        prepared = [statement.prepare(_SQLITE, row) for row in values]
        if prepared:
            self._connection.executemany(prepared[0][0], [row for _, row in prepared])
