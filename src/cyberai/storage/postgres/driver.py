"""The driver over a psycopg connection, and a thread's connection that is made anew when it breaks."""

import hashlib
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from cyberai.storage.dialect import Backend
from cyberai.storage.driver import Row
from cyberai.storage.postgres.database import Connection, Database
from cyberai.storage.postgres.failures import unreachable
from cyberai.storage.postgres.wire import Answer, Wire
from cyberai.storage.statements import Statement

_POSTGRES = int(Backend.POSTGRES)


class PostgresDriver:
    """`storage.driver.Driver`. `changed` says whether anything was written since it was last set to False.

    What gives no answer that anybody needs (`many`, `enter`, `take_turns`, `control`) goes with the next statement that
    does, or with `flush`, where its errors appear."""

    __slots__ = ("_wire", "changed")

    backend = Backend.POSTGRES

    def __init__(self, connection: Connection) -> None:
        self._wire = Wire(connection)
        self.changed = False

    def rows(self, statement: Statement, /, **values: Any) -> list[Row]:
        """All rows of a query."""
        return self._answer(statement, values).rows()

    def one(self, statement: Statement, /, **values: Any) -> Row | None:
        """The first row, or None."""
        found = self._answer(statement, values).rows()
        return found[0] if found else None

    def run(self, statement: Statement, /, **values: Any) -> int:
        """Change rows; return how many."""
        return self._answer(statement, values).changed

    def many(self, statement: Statement, values: Iterable[dict[str, Any]], /) -> None:
        """Run one statement for each of these."""
        for row in values:
            self.changed = True
            self._wire.queue(*statement.prepare(_POSTGRES, row))

    def enter(self, workspace: int, /) -> None:
        """From now on only rows of the workspace with this number are seen; EVERYWHERE lifts that."""
        self._wire.control(entering(workspace))

    def take_turns(self, matter: str, /) -> None:
        """One transaction at a time, of any workspace, goes on from here until it ends."""
        self._wire.control(taking_turns(matter))

    def control(self, *statements: str) -> None:
        """Run statements without parameters and without rows."""
        for sql in statements:
            self._wire.control(sql)

    def flush(self) -> None:
        """Run what waits, now."""
        if not self._wire.idle:
            self._wire.trip()

    def roll_back(self, wait: bool) -> None:
        """End the transaction without effect."""
        self._wire.forget()
        self._wire.control("ROLLBACK")
        if wait:
            self._wire.trip()
        else:
            self._wire.leave()

    def _answer(self, statement: Statement, values: dict[str, Any]) -> Answer:
        sql, parameters = statement.prepare(_POSTGRES, values)
        if not sql.startswith("SELECT"):
            self.changed = True
        self._wire.queue(sql, parameters)
        return self._wire.trip()


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

    def begin(self, *opening: str, at_once: bool = True) -> PostgresDriver:
        """Start a transaction with these statements; raise Unavailable when the database cannot be reached. Not
        `at_once`: they go with the first statement of the work, which must be ready to run again then."""
        if self._driver is not None and not self.lost:
            try:
                return self._started(self._driver, opening, at_once)
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
        return self._started(self._driver, opening, at_once)

    def _started(self, driver: PostgresDriver, opening: tuple[str, ...], at_once: bool) -> PostgresDriver:
        driver.control(*opening)
        if at_once:
            driver.flush()
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

    def roll_back(self, *, wait: bool = True) -> None:
        """End the transaction without effect; never fails. Who wrote nothing need not wait: nobody waits for its
        locks."""
        if self._driver is None or self.lost:
            return
        try:
            self._driver.roll_back(wait)
        except psycopg.Error:
            self.close()

    def close(self) -> None:
        """Give the connection back; never fails."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._driver = None
