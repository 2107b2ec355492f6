"""Trips to the database: what can wait goes with the next statement, and their answers come together.

This is libpq's pipeline mode, driven without psycopg's cursors: a statement costs a fifth of their CPU, and a
transaction takes a trip per answer that somebody needs instead of one per statement. Statements are prepared at their
first use. After an error the server skips what else was sent with that statement.
"""

import select
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import abc, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus

from cyberai.storage.driver import Row
from cyberai.storage.postgres.database import STATEMENTS, Connection

NUL = "\x00"
NUL_SHOWN = "\N{SYMBOL FOR NULL}"
"""What stands for a NUL, which PostgreSQL's text cannot hold; a hostile target may send one."""

_Parameters = Sequence[Any]
_Types = tuple[int, ...]
_BINARY = pq.Format.BINARY


class Answer:
    """What a statement gave: rows, or the number of rows it changed."""

    __slots__ = ("_adapt", "_result")

    def __init__(self, adapt: abc.Transformer, result: pq.abc.PGresult) -> None:
        self._adapt = adapt
        self._result = result

    def rows(self) -> list[Row]:
        """All rows."""
        self._adapt.set_pgresult(self._result)
        return self._adapt.load_rows(0, self._result.ntuples, tuple)

    @property
    def changed(self) -> int:
        """How many rows were changed."""
        return self._result.command_tuples or 0


class Wire:
    """A connection whose statements are sent together. After an OperationalError the connection may be lost."""

    def __init__(self, connection: Connection) -> None:
        self._server = connection.pgconn
        self._adapt: abc.Transformer = Transformer(connection)
        self._due: list[
            tuple[bytes, _Parameters | None, Sequence[int] | None, tuple[bytes, _Types] | None]
        ] = []
        self._names: dict[tuple[str, _Types], bytes] = {}
        self._new: list[tuple[str, _Types]] = []
        self._made = 0
        self._owed = 0
        self._readable, self._either = select.poll(), select.poll()
        self._readable.register(self._server.socket, select.POLLIN)
        self._either.register(self._server.socket, select.POLLIN | select.POLLOUT)
        self._server.nonblocking = 1
        self._server.enter_pipeline_mode()

    @property
    def idle(self) -> bool:
        """True when nothing waits to be sent."""
        return not self._due

    def forget(self) -> None:
        """Send nothing of what waits."""
        self._due.clear()
        self._forget_new()

    def control(self, sql: str) -> None:
        """Send a statement without parameters with the next trip."""
        self._due.append((sql.encode(), None, None, None))

    def queue(self, sql: str, values: tuple[Any, ...]) -> None:
        """Send a statement with the next trip."""
        adapt = self._adapt
        formats = [PyFormat.AUTO] * len(values)
        try:
            parameters = adapt.dump_sequence(values, formats)
        except psycopg.DataError:
            # psycopg itself refused a value: the server knows nothing of it.
            parameters = adapt.dump_sequence(_without_nul(values), formats)
        types = adapt.types or ()
        name = self._names.get((sql, types))
        prepare = None
        if name is None:
            name, prepare = self._named(sql, types), (sql.encode(), types)
        self._due.append((name, parameters, adapt.formats, prepare))

    def trip(self) -> Answer:
        """Send what waits; the answer to the last of it. Raise the first error."""
        return Answer(self._adapt, self._results()[-1])

    def trip_for_all(self) -> list[Answer]:
        """Send what waits, in one transaction where none is open; the answer to each of it. Raise the first error."""
        prepared = [prepare is not None for *_, prepare in self._due]
        results = iter(self._results())
        answers: list[Answer] = []
        for first_prepared in prepared:
            if first_prepared:
                next(results)
            answers.append(Answer(self._adapt, next(results)))
        return answers

    def _results(self) -> list[pq.abc.PGresult]:
        self._send()
        for _ in range(self._owed):
            results = self._group()
        self._owed = 0
        failed = next((result for result in results if result.status == ExecStatus.FATAL_ERROR), None)
        if failed is not None:
            self._forget_new()
            raise psycopg.errors.error_from_result(failed)
        self._new.clear()
        return results

    def leave(self) -> None:
        """Send what waits and go: its answers are read, and not looked at, with the next trip."""
        self._send()
        self._new.clear()

    def _named(self, sql: str, types: _Types) -> bytes:
        if len(self._names) >= STATEMENTS:
            self._names.clear()
            self._due.append((b"DEALLOCATE ALL", None, None, None))
        self._made += 1
        name = self._names[sql, types] = b"s%d" % self._made
        self._new.append((sql, types))
        return name

    def _forget_new(self) -> None:
        """Of statements that were to be prepared in a trip that failed nobody knows whether they are."""
        for key in self._new:
            self._names.pop(key, None)
        self._new.clear()

    def _send(self) -> None:
        server, due = self._server, self._due
        self._due = []
        for text, parameters, formats, prepare in due:
            if prepare is not None:
                server.send_prepare(text, *prepare)
            if parameters is None:
                server.send_query_params(text, None)
            else:
                server.send_query_prepared(text, parameters, formats, _BINARY)
        server.pipeline_sync()
        self._owed += 1
        while server.flush():
            self._either.poll()
            server.consume_input()

    def _group(self) -> list[pq.abc.PGresult]:
        """The answers up to where a trip ended."""
        server = self._server
        found: list[pq.abc.PGresult] = []
        while True:
            while server.is_busy():
                self._readable.poll()
                server.consume_input()
            result = server.get_result()
            if result is None:
                if server.status == ConnStatus.BAD:
                    raise psycopg.OperationalError(server.get_error_message())
                continue  # between the answers to two statements
            if result.status == ExecStatus.PIPELINE_SYNC:
                return found
            found.append(result)


def _without_nul(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple([v.replace(NUL, NUL_SHOWN) if isinstance(v, str) else v for v in values])
