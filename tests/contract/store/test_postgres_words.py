"""The words of vulnerabilities on PostgreSQL: a search asks the index, and the index knows workspaces apart."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from cyberai.domain.ids import SYSTEM, WorkspaceId
from cyberai.ports.repositories import VulnerabilityFilter
from cyberai.ports.store import Tx
from cyberai.storage.migrations import VERSION_TABLE
from cyberai.storage.postgres.database import Database
from cyberai.storage.postgres.opening import prepare
from cyberai.storage.text_search import TextIndex
from support.postgres import Databases, stored_at
from support.store import Stored
from support.store_samples import HERE, OTHER, sighting, vulnerability
from support.take_back import TO_0011

Connection = psycopg.Connection[tuple[Any, ...]]

SEARCHES = (
    "cyberai_holding('injected paths', 100)",
    "cyberai_holding_of('injected paths', (SELECT array_agg(i) FROM generate_series(1::bigint, 1000) i))",
)

BEFORE = (
    *TO_0011,
    "DROP TABLE vulnerability_text",
    'CREATE TABLE vulnerability_text (rowid bigint PRIMARY KEY, tenant text COLLATE "C" NOT NULL, words tsvector NOT NULL)',
    "CREATE INDEX vulnerability_text_words ON vulnerability_text USING gin (words)",
    r"""
    CREATE FUNCTION cyberai_words(content text) RETURNS tsvector LANGUAGE sql STABLE AS
    $$ SELECT to_tsvector('cyberai', regexp_replace(content, '[^[:alnum:]]+', ' ', 'g')) $$
    """,
    "CREATE FUNCTION cyberai_query(asked text) RETURNS tsquery LANGUAGE sql STABLE AS "
    "$$ SELECT plainto_tsquery('cyberai', asked) $$",
    "SET cyberai.workspace = '0'",
    "INSERT INTO vulnerability_text SELECT number, 'tenant' || workspace, cyberai_words(doc::json->>'title') "
    "FROM vulnerability",
    "ALTER TABLE vulnerability_text ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE vulnerability_text FORCE ROW LEVEL SECURITY",
    "CREATE POLICY own_workspace ON vulnerability_text USING (tenant = 'tenant' || "
    "current_setting('cyberai.workspace', true) OR current_setting('cyberai.workspace', true) = '0')",
    f"UPDATE {VERSION_TABLE} SET version_num = '0010'",
)
"""The index as schema 0010 had it."""


def record(tx: Tx) -> None:
    """A vulnerability with the same words in every workspace, and that name itself."""
    value = vulnerability(tx.workspace, workspace=tx.workspace, scan=tx.workspace)
    tx.vulnerabilities.record(
        sighting(value.replace(title=f"Path injection tenant1 1 2=path {tx.workspace}"))
    )


def fill(stored: Stored) -> None:
    for workspace in (HERE, OTHER):
        stored.write(record, workspace)


def found(stored: Stored, asked: str, workspace: WorkspaceId = HERE) -> int:
    where = VulnerabilityFilter(q=asked)
    return stored.read(lambda tx: tx.vulnerabilities.count(where, 100).n, workspace)


@pytest.fixture
def filled(pg_url: str) -> str:
    with stored_at(pg_url) as stored:
        fill(stored)
    return pg_url


@contextlib.contextmanager
def entered(url: str) -> Iterator[tuple[Connection, dict[str, int], dict[str, int]]]:
    """A connection, the numbers of the workspaces, and those of their vulnerabilities."""
    with psycopg.connect(url) as connection:
        numbers = {str(name): int(n) for name, n in connection.execute("SELECT id, number FROM workspace")}
        connection.execute("SET cyberai.workspace = '0'")
        rows = {str(id): int(n) for id, n in connection.execute("SELECT id, number FROM vulnerability")}
        yield connection, numbers, {name: rows[f"vuln_{name}"] for name in (HERE, OTHER)}
        connection.rollback()


@pytest.fixture
def on_postgres(pg_url: str) -> Iterator[Stored]:
    with stored_at(pg_url) as stored:
        yield stored


def enter(connection: Connection, number: object) -> None:
    connection.execute("SELECT set_config('cyberai.workspace', %s, false)", (str(number),))


def numbers_of(connection: Connection, query: str) -> list[int]:
    return [int(n) for (n,) in connection.execute(query.encode()).fetchall()]


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_finds_the_rows_of_its_own_workspace_alone(filled: str, search: str) -> None:
    with entered(filled) as (connection, number, row):
        for name in (HERE, OTHER):
            enter(connection, number[name])
            wide = search.replace("1000", str(max(row.values())))
            assert numbers_of(connection, f"SELECT {wide}") == [row[name]]
        for nobody in ("", "0", "-1"):
            enter(connection, nobody)
            assert numbers_of(connection, f"SELECT {search}") == []


@pytest.mark.parametrize("search", SEARCHES)
def test_the_words_alone_keep_workspaces_apart(filled: str, search: str) -> None:
    """The index seeks words of this workspace: also where no policy would hide what it finds."""
    with entered(filled) as (connection, number, row):
        wide = search.replace("1000", str(max(row.values())))
        connection.execute("ALTER TABLE vulnerability_text DISABLE ROW LEVEL SECURITY")
        query = (
            "SELECT rowid FROM vulnerability_text WHERE words @@ cyberai_wanted('injected paths')::tsquery"
        )
        for name in (HERE, OTHER):
            enter(connection, number[name])
            assert numbers_of(connection, query) == [row[name]]
        connection.execute("ALTER TABLE vulnerability_text ENABLE ROW LEVEL SECURITY")
        assert numbers_of(connection, f"SELECT {wide}") == [row[OTHER]]


def test_the_policy_alone_keeps_workspaces_apart(filled: str) -> None:
    """Whatever the table is asked for, by a statement of ours with a fault in it."""
    with entered(filled) as (connection, number, row):
        enter(connection, number[HERE])
        for asked in (f"'{number[OTHER]}=path'", "!'path'", ""):
            connection.execute("SELECT set_config('cyberai.asked', %s, false)", (asked,))
            assert row[OTHER] not in numbers_of(connection, "SELECT rowid FROM vulnerability_text")
        assert numbers_of(connection, "SELECT rowid FROM vulnerability_text") == [row[HERE]]
        assert connection.execute("DELETE FROM vulnerability_text").rowcount == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(
                "INSERT INTO vulnerability_text VALUES (%s, 1, '')", (f"tenant{number[OTHER]}",)
            )


def test_a_search_asks_the_index(filled: str) -> None:
    """Under the policy an index gets no condition but the policy's own."""
    with entered(filled) as (connection, number, _):
        enter(connection, number[HERE])
        # So few rows are better found by their key; it comes back at the end of the transaction.
        connection.execute("ALTER TABLE vulnerability_text DROP CONSTRAINT vulnerability_text_key")
        connection.execute("SET enable_seqscan = off")
        connection.execute(f"SET cyberai.asked = '''{number[HERE]}=path'''".encode())
        plan = connection.execute("EXPLAIN SELECT rowid FROM vulnerability_text").fetchall()
        indexes = [line.split(" on ")[1].split()[0] for (line,) in plan if "Index Scan" in line]
        conditions = [line for (line,) in plan if "Index Cond" in line]
        assert "vulnerability_text_words" in indexes
        assert any("words @@" in line for line in conditions)


def test_nothing_of_a_search_is_syntax(pg_url: str) -> None:
    with stored_at(pg_url) as stored:
        fill(stored)
        for workspace in (HERE, OTHER):
            assert found(stored, "injection PATHS", workspace) == 1
            assert found(stored, "2=path", workspace) == 1  # two words, which stand there
            assert found(stored, "path nowhere", workspace) == 0
        for asked in (
            "'",
            "'' \\' | !",
            "path' | 'nowhere",
            "\\",
            "&",
            "=",
            "1=other",
            "(((",
            ":*",
            "!path nowhere",
        ):
            assert found(stored, asked) == 0, asked


@pytest.mark.parametrize(
    ("text", "held", "lost"),
    [
        ("short " + "x" * 2040, "short", "x" * 2040),
        ("short " + "\N{GREEK SMALL LETTER OMEGA}" * 1000 + " end", "end short", "nowhere"),
        ("first " + " ".join(f"{n:05}w" for n in range(90_000)), "first", "80000w"),
        ("\N{GRINNING FACE}" * 600_000 + " behind", "\N{GREEK SMALL LETTER OMEGA}", "behind"),
    ],
    ids=["long word", "long in bytes", "many words", "no words"],
)
def test_a_hostile_text_is_indexed_as_far_as_the_index_holds(
    on_postgres: Stored, text: str, held: str, lost: str
) -> None:
    value = vulnerability(HERE, workspace=HERE, scan=HERE).replace(title=f"omega \u03c9 {text}")
    on_postgres.write(lambda tx: tx.vulnerabilities.record(sighting(value)))
    assert found(on_postgres, held) == 1
    assert found(on_postgres, lost) == 0


def test_words_that_most_rows_hold_are_not_looked_for(pg_url: str) -> None:
    def few(tx: Tx, asked: str, most: int) -> list[int] | None:
        scope = tx.vulnerabilities._scope  # type: ignore[attr-defined]
        return TextIndex(scope, scope.readable()).search(asked).few(most)

    with stored_at(pg_url) as stored:
        for workspace in (HERE, OTHER):
            for n in range(60 if workspace == HERE else 2):
                value = vulnerability(f"{workspace}{n}", workspace=workspace, scan=workspace)
                value = value.replace(title="known" if n else "sole", fingerprint=f"v1:{n}")
                stored.write(lambda tx, v=value: tx.vulnerabilities.record(sighting(v)), workspace)
        with psycopg.connect(pg_url, autocommit=True) as connection:
            connection.execute("ANALYZE vulnerability_text")
        # 59 rows hold it, more than four times ten; what the planner does not expect is counted.
        assert stored.read(lambda tx: few(tx, "known", 10)) is None
        assert stored.read(lambda tx: few(tx, "known", 58)) is None
        assert len(stored.read(lambda tx: few(tx, "known", 59)) or ()) == 59
        assert len(stored.read(lambda tx: few(tx, "sole", 1)) or ()) == 1
        assert len(stored.read(lambda tx: few(tx, "known", 1), OTHER) or ()) == 1
        assert stored.read(lambda tx: few(tx, "nowhere", 1)) == []


def test_words_are_changed_after_a_search_in_the_same_transaction(pg_url: str) -> None:
    def change(tx: Tx) -> list[str]:
        counts = tx.vulnerabilities.count(VulnerabilityFilter(q="path"), 9)
        value = vulnerability(HERE, workspace=HERE, scan=HERE, at=2_000_000_000_000_000)
        tx.vulnerabilities.record(sighting(value.replace(title="Quite another")))
        return [str(counts.n), str(tx.vulnerabilities.count(VulnerabilityFilter(q="another"), 9).n)]

    with stored_at(pg_url) as stored:
        fill(stored)
        stored.write(change)
        assert found(stored, "path", OTHER) == 1
        with psycopg.connect(pg_url) as connection:
            enter(connection, 0)
            assert connection.execute("SELECT count(*) FROM vulnerability_text").fetchall() == [(0,)]
        assert stored.read(lambda tx: len(tx.workspaces()), SYSTEM) >= 2


def test_the_words_of_an_older_store_are_written_anew(pg_databases: Databases) -> None:
    with pg_databases.fresh() as url:
        with stored_at(url) as stored:
            fill(stored)
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in BEFORE:
                connection.execute(statement.encode())
        prepare(Database(url))
        with stored_at(url) as stored:
            for workspace in (HERE, OTHER):
                assert found(stored, "injected paths", workspace) == 1
            assert found(stored, "nowhere") == 0
            fill(stored)  # the same again: its row is found and replaced
            assert found(stored, "injected paths") == 1
        with psycopg.connect(url) as connection:
            left = connection.execute(
                "SELECT proname FROM pg_proc WHERE proname IN ('cyberai_query', 'cyberai_words') AND pronargs = 1"
            ).fetchall()
            assert left == []
