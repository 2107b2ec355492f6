"""Row-level security: the second belt, under every table that has a workspace, later ones included."""

import psycopg
import pytest
from sqlalchemy import Text

from cyberai.domain.errors import StoreError
from cyberai.domain.ids import SYSTEM
from cyberai.ports.store import Tx
from cyberai.storage.postgres.driver import PostgresDriver
from cyberai.storage.postgres.protection import bypassed
from cyberai.storage.schema import metadata
from support.postgres import stored_at
from support.store import Stored
from support.store_samples import (
    HERE,
    NOW,
    OTHER,
    event,
    key,
    report,
    scan,
    shard,
    sighting,
    unit,
    vulnerability,
)

TENANT_TABLES = sorted(
    table.name
    for table in metadata.sorted_tables
    if "workspace" in table.c and not isinstance(table.c.workspace.type, Text)
)
FILLED = (
    "api_key",
    "event",
    "evidence",
    "posting",
    "report",
    "scan",
    "shard",
    "term",
    "unit",
    "vulnerability",
)


def fill(tx: Tx) -> None:
    """A row in most tables."""
    workspace = tx.workspace
    mine = scan(workspace, workspace=workspace)
    tx.scans.insert(mine)
    tx.shards.insert(shard(workspace, of=mine))
    tx.units.add(shard(workspace, of=mine), [unit("a")])
    tx.vulnerabilities.record(sighting(vulnerability(workspace, workspace=workspace, scan=workspace)))
    tx.reports.insert(report(workspace, workspace=workspace, scans=(workspace,)))
    tx.keys.insert(key(workspace, workspace=workspace))
    tx.events.append(event(workspace))


@pytest.fixture
def filled(pg_url: str) -> str:
    with stored_at(pg_url) as stored:
        for workspace in (HERE, OTHER):
            stored.write(fill, workspace)
    return pg_url


def numbers(connection: "psycopg.Connection[tuple[object, ...]]") -> dict[str, int]:
    return {
        str(name): int(str(n))
        for name, n in connection.execute("SELECT id, number FROM workspace").fetchall()
    }


def test_every_table_of_tenants_is_protected_even_from_its_owner(pg_url: str) -> None:
    with psycopg.connect(pg_url) as connection:
        rows = connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
            "WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polpermissive"
        ).fetchall()
        assert not bypassed(connection), "the test's role is too mighty to see anything of this"
    assert sorted(name for (name,) in rows) == sorted([*TENANT_TABLES, "vulnerability_text"])
    assert len(TENANT_TABLES) >= 15


def test_a_query_without_the_workspace_sees_nothing(filled: str) -> None:
    with psycopg.connect(filled) as connection:
        for table in TENANT_TABLES:
            assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchall() == [(0,)], table
        connection.execute("SET cyberai.workspace = '0'")
        for table in FILLED:
            assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchall()[0][0] >= 2, table


def test_a_query_sees_and_changes_its_own_workspace_alone(filled: str) -> None:
    with psycopg.connect(filled) as connection:
        number = numbers(connection)
        connection.execute(f"SET cyberai.workspace = '{number[HERE]}'".encode())
        for table in FILLED:
            found = connection.execute(f"SELECT DISTINCT workspace FROM {table}".encode()).fetchall()
            assert found == [(number[HERE],)], table
        assert connection.execute("UPDATE scan SET doc = 'x'").rowcount == 1
        assert connection.execute("DELETE FROM vulnerability").rowcount == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(
                "INSERT INTO term (workspace, kind, value) VALUES (%s, 'a', 'b')", (number[OTHER],)
            )


def test_a_statement_that_forgets_its_workspace_finds_nothing_of_others(filled: str) -> None:
    """What the belt is for: a repository with a fault in its condition."""
    from sqlalchemy import func, select

    from cyberai.storage.schema import scan as table
    from cyberai.storage.statements import Statement

    faulty = Statement(select(func.count()).select_from(table))

    def count(tx: Tx) -> int:
        driver = tx.scans._scope.db  # type: ignore[attr-defined]
        assert isinstance(driver, PostgresDriver)
        tx.scans.get(scan("x").id)
        row = driver.one(faulty)
        assert row is not None
        return int(row[0])

    with stored_at(filled) as stored:
        for _ in range(2):
            assert stored.read(count, HERE) == 1
            assert stored.write(count, OTHER) == 1
            assert stored.read(count, SYSTEM) == 2


def test_counting_among_all_workspaces_does_not_open_the_rest_of_the_transaction(filled: str) -> None:
    from sqlalchemy import select

    from cyberai.storage.schema import scan as table
    from cyberai.storage.statements import Statement

    def work(tx: Tx) -> tuple[int, int, list[str]]:
        active = tx.scans.count_active()
        tx.scans.oldest_queued(5)
        driver = tx.scans._scope.db  # type: ignore[attr-defined]
        rows = driver.rows(Statement(select(table.c.workspace).distinct()))
        return active, len(rows), [k.id for k in tx.keys.all()]

    with stored_at(filled) as stored:
        assert stored.write(work, HERE) == (2, 1, ["key_default"])
        assert stored.read(work, OTHER) == (2, 1, ["key_other"])


def test_a_workspace_made_in_a_transaction_is_its_own_at_once(pg_url: str) -> None:
    def make(tx: Tx) -> int:
        assert tx.ensure_workspace(NOW)
        fill(tx)
        return len(tx.keys.all())

    with stored_at(pg_url) as stored:
        assert stored.write(make, type(HERE)("third")) == 1

        def fail(tx: Tx) -> None:
            tx.ensure_workspace(NOW)
            tx.keys.all()
            raise ValueError

        with pytest.raises(ValueError):
            stored.write(fail, type(HERE)("fourth"))
        assert not stored.read(lambda tx: tx.workspace_exists(), type(HERE)("fourth"))
        with pytest.raises(StoreError, match="does not exist"):
            stored.write(fill, type(HERE)("fourth"))


def test_hostile_text_is_kept_readable(stored: Stored) -> None:
    """A target may send a NUL, which PostgreSQL's texts cannot hold."""
    mine = scan("a", target="http://a.example/\x00")
    stored.write(lambda tx: tx.scans.insert(mine))
    assert stored.read(lambda tx: tx.scans.get(mine.id)) == mine
    stored.write(lambda tx: tx.shards.insert(shard("a", of=mine)))
    stored.write(lambda tx: tx.units.add(shard("a", of=mine), [unit("b\x00")]))
    outcome = stored.write(
        lambda tx: tx.units.complete(
            shard("a", of=mine), unit("b\x00").id, requests=1, urls=1, failure="a\x00b"
        )
    )
    assert outcome
    (failure,) = stored.read(lambda tx: tx.units.failures(mine.id))
    assert failure[1] in ("a\x00b", "a\N{SYMBOL FOR NULL}b")
