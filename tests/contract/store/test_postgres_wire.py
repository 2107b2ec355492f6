"""Statements that are sent together: their order, their errors, what is prepared, and a connection that breaks."""

from collections.abc import Iterator

import psycopg
import pytest

from cyberai.storage.postgres import wire as wire_module
from cyberai.storage.postgres.database import Connection, Database
from cyberai.storage.postgres.wire import NUL_SHOWN, Wire


@pytest.fixture
def connection(pg_url: str) -> Iterator[Connection]:
    with Database(pg_url).connect() as connection:
        connection.execute(b"CREATE TEMPORARY TABLE kept (n bigint PRIMARY KEY, word text, data bytea)")
        yield connection


def words(wire: Wire) -> list[tuple[int, str]]:
    wire.queue("SELECT n, word FROM kept ORDER BY n", ())
    return [(n, word) for n, word in wire.trip().rows()]


def keep(wire: Wire, n: int, word: str) -> None:
    wire.queue("INSERT INTO kept (n, word) VALUES ($1, $2)", (n, word))


def test_what_waits_goes_first_and_the_last_answer_comes_back(connection: Connection) -> None:
    wire = Wire(connection)
    assert wire.idle
    keep(wire, 1, "one")
    wire.control("SET search_path = pg_catalog, public")
    keep(wire, 2, "two")
    assert not wire.idle
    assert words(wire) == [(1, "one"), (2, "two")]
    assert wire.idle
    wire.queue("UPDATE kept SET word = $1", ("x",))
    assert wire.trip().changed == 2


def test_values_of_every_kind_come_back_as_they_went(connection: Connection) -> None:
    wire = Wire(connection)
    sql = "INSERT INTO kept VALUES ($1, $2, $3)"
    for n, word, data in [
        (-(1 << 63), "", b""),
        ((1 << 63) - 1, "\U0001f600 'x'", bytes(range(256))),
        (0, None, None),
    ]:
        wire.queue(sql, (n, word, data))
    wire.queue("SELECT n, word, data FROM kept ORDER BY n", ())
    assert wire.trip().rows() == [
        (-(1 << 63), "", b""),
        (0, None, None),
        ((1 << 63) - 1, "\U0001f600 'x'", bytes(range(256))),
    ]
    wire.queue("SELECT sum(n) + 1, count(*), max(word) FROM kept", ())
    assert wire.trip().rows() == [(0, 3, "\U0001f600 'x'")]


def test_a_nul_is_shown(connection: Connection) -> None:
    wire = Wire(connection)
    keep(wire, 1, "a\x00b")
    assert words(wire) == [(1, f"a{NUL_SHOWN}b")]


def test_after_an_error_nothing_of_the_trip_is_done_and_all_goes_on(connection: Connection) -> None:
    wire = Wire(connection)
    for _ in range(3):
        keep(wire, 1, "one")
        keep(wire, 1, "again")
        wire.queue("SELECT word FROM kept WHERE n = $1", (1,))
        with pytest.raises(psycopg.errors.UniqueViolation):
            wire.trip()
        # The SELECT was to be prepared behind the error, so that the server does not know it.
        wire.queue("SELECT word FROM kept WHERE n = $1", (1,))
        assert wire.trip().rows() == []


def test_more_statements_than_are_kept_prepared(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire_module, "STATEMENTS", 4)
    wire = Wire(connection)
    for _ in range(2):
        for n in range(11):
            wire.queue(f"SELECT {n} + $1::bigint", (n,))
            assert wire.trip().rows() == [(2 * n,)]
    wire.queue("SELECT count(*) FROM pg_prepared_statements", ())
    assert wire.trip().rows()[0][0] <= 5


def test_who_leaves_reads_the_answers_later(connection: Connection) -> None:
    wire = Wire(connection)
    wire.control("BEGIN")
    keep(wire, 1, "one")
    assert words(wire) == [(1, "one")]
    wire.control("ROLLBACK")
    wire.leave()
    assert words(wire) == []


def test_what_is_forgotten_is_not_sent(connection: Connection) -> None:
    wire = Wire(connection)
    keep(wire, 1, "one")
    wire.forget()
    assert wire.idle
    assert words(wire) == []
    keep(wire, 2, "two")
    assert words(wire) == [(2, "two")]


def test_a_large_statement_is_sent_whole(connection: Connection) -> None:
    wire = Wire(connection)
    data = bytes(range(256)) * 40_000
    for n in range(3):
        wire.queue("INSERT INTO kept (n, data) VALUES ($1, $2)", (n, data))
    wire.queue("SELECT data FROM kept", ())
    assert wire.trip().rows() == [(data,)] * 3


def test_a_connection_that_breaks_says_so(pg_url: str, connection: Connection) -> None:
    wire = Wire(connection)
    with psycopg.connect(pg_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
    keep(wire, 1, "one")
    with pytest.raises(psycopg.OperationalError):
        words(wire)
    assert connection.closed
