"""A real SQLite database in memory, in which anyone's SQL may run and nothing lasts.

Guarded by: an authorizer that allows reading, writing rows and harmless functions only (no ATTACH, PRAGMA,
schema change, transaction control or extension); limits on statement and value length; a step budget that
interrupts runaway statements without a clock; sorting in memory; and a rollback after every statement, so
that each request meets the same data. `SLEEP(seconds)`, as MySQL has it, only adds to `slept`: time is emulated.
"""

import contextlib
from collections.abc import Sequence
from typing import Any

import apsw

SqlValue = str | int | float | bytes | None
Row = tuple[SqlValue, ...]

MAX_ROWS = 200
MAX_SLEEP = 10.0
_STEP = 1_000
_MAX_STEPS = 300
_LIMITS = (
    (apsw.SQLITE_LIMIT_LENGTH, 200_000),
    (apsw.SQLITE_LIMIT_SQL_LENGTH, 50_000),
    (apsw.SQLITE_LIMIT_ATTACHED, 0),
    (apsw.SQLITE_LIMIT_EXPR_DEPTH, 200),
    (apsw.SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 5_000),
)
_ALLOWED = frozenset(
    {
        apsw.SQLITE_SELECT,
        apsw.SQLITE_READ,
        apsw.SQLITE_FUNCTION,
        apsw.SQLITE_RECURSIVE,
        apsw.SQLITE_INSERT,
        apsw.SQLITE_UPDATE,
        apsw.SQLITE_DELETE,
    }
)
_DENIED_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})


class StatementError(Exception):
    """The statement failed; the text is SQLite's own message."""


class Database:
    """One database of the practice shop. `script` is trusted and builds it."""

    def __init__(self, script: str) -> None:
        # Without a statement cache no statement prepared in trust is ever reused for a visitor's text.
        self._connection = apsw.Connection(":memory:", statementcachesize=0)
        self._steps = 0
        self.slept = 0.0
        self._connection.execute("PRAGMA temp_store = MEMORY")
        self._connection.execute(script)
        for limit, value in _LIMITS:
            self._connection.limit(limit, value)
        self._connection.create_scalar_function("SLEEP", self._sleep, 1)
        self._connection.set_progress_handler(self._over_budget, _STEP)

    def query(self, statement: str, parameters: Sequence[SqlValue] = ()) -> list[Row]:
        """The rows of the statement (at most 200); raises StatementError. Changes are rolled back. `slept` is
        then the time the statement would have waited, in seconds."""
        self.slept = 0.0
        self._connection.authorizer = None
        self._connection.execute("BEGIN")
        self._connection.authorizer = _authorize
        self._steps = 0
        try:
            # SQLite reads a statement up to the first NUL, as the C interface of every client does.
            cursor = self._connection.execute(statement.partition("\0")[0], tuple(parameters) or None)
            return [row for row, _ in zip(cursor, range(MAX_ROWS), strict=False)]
        except (apsw.Error, UnicodeEncodeError, OverflowError) as error:
            raise StatementError(str(error)) from error
        finally:
            self._connection.authorizer = None
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()

    def _sleep(self, *arguments: Any) -> int:
        with contextlib.suppress(TypeError, ValueError):
            self.slept = min(MAX_SLEEP, self.slept + max(0.0, float(arguments[0] or 0)))
        return 0

    def _over_budget(self) -> bool:
        self._steps += 1
        return self._steps > _MAX_STEPS


def _authorize(
    action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
) -> int:
    if action not in _ALLOWED:
        return int(apsw.SQLITE_DENY)
    if action == apsw.SQLITE_FUNCTION and (second or "").lower() in _DENIED_FUNCTIONS:
        return int(apsw.SQLITE_DENY)
    # The schema may be read as on any server, never written.
    if action != apsw.SQLITE_READ and action != apsw.SQLITE_FUNCTION and (first or "").startswith("sqlite_"):
        return int(apsw.SQLITE_DENY)
    return int(apsw.SQLITE_OK)
