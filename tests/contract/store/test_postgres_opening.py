"""Making, upgrading and refusing databases: what goes wrong at a start is said with what to do."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import create_engine

from cyberai.domain.errors import StoreError
from cyberai.storage.migrations import HEAD, VERSION_TABLE
from cyberai.storage.postgres import protection
from cyberai.storage.postgres.database import Database
from cyberai.storage.postgres.opening import prepare, schema_version
from cyberai.storage.postgres.store import PostgresStore
from cyberai.storage.schema import metadata
from support.postgres import Databases, require_programs
from support.store import opened
from support.store_samples import HERE, event
from tools.postgres_server import PASSWORD, PostgresServer, postgres_server


@pytest.fixture
def empty(pg_databases: Databases) -> Iterator[str]:
    """A database with nothing in it."""
    with pg_databases.fresh(empty=True) as url:
        yield url


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server whose roles a test may change."""
    require_programs()
    with postgres_server() as server:
        yield server


def refusal(url: str) -> str:
    """What a store that cannot be opened says; never the password."""
    with pytest.raises(StoreError) as caught:
        PostgresStore.open(url)
    assert PASSWORD not in str(caught.value)
    assert "pass%20" not in str(caught.value)
    return str(caught.value)


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_the_migrations_lead_to_the_schema_of_the_code(pg_url: str) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(pg_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "version_table": "none",
                "include_name": lambda name, kind, parents: (
                    kind != "table" or name not in ("rate_hit", "vulnerability_text")
                ),
            },
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_many_processes_make_one_new_store(empty: str) -> None:
    errors: list[BaseException] = []

    def make() -> None:
        try:
            prepare(Database(empty))
        except (StoreError, psycopg.Error) as error:
            errors.append(error)

    threads = [threading.Thread(target=make) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    with Database(empty).connect() as connection:
        assert schema_version(connection) == HEAD
        assert connection.execute(f"SELECT count(*) FROM {VERSION_TABLE}").fetchall() == [(1,)]


def test_texts_are_ordered_by_their_bytes(pg_url: str) -> None:
    with psycopg.connect(pg_url) as connection:
        others = connection.execute(
            "SELECT attrelid::regclass, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
            "WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND attnum > 0 "
            "AND attcollation NOT IN (0, '\"C\"'::regcollation)"
        ).fetchall()
    assert others == []


def test_protecting_again_changes_nothing_and_covers_a_table_that_came_later(pg_databases: Databases) -> None:
    with pg_databases.fresh() as url, psycopg.connect(url) as connection:
        ((protected,),) = connection.execute("SELECT count(*) FROM pg_policy").fetchall()
        connection.execute("DROP POLICY own_workspace ON scan")
        connection.execute("ALTER TABLE scan DISABLE ROW LEVEL SECURITY")
        for _ in range(2):
            protection.protect(connection, metadata)
        (rows,) = connection.execute("SELECT count(*) FROM pg_policy").fetchall()
        assert rows == (protected,)
        assert connection.execute(
            "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'scan'"
        ).fetchall() == [(True,)]


def test_a_newer_store_is_refused_with_what_to_do(pg_databases: Databases) -> None:
    with pg_databases.fresh() as url:
        run(url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
        said = refusal(url)
        assert "newer Cyber AI (schema 9999" in said
        assert "install that version" in said


def test_a_store_with_a_version_nobody_knows_is_refused(pg_databases: Databases) -> None:
    with pg_databases.fresh() as url:
        run(url, f"UPDATE {VERSION_TABLE} SET version_num = '0000'")
        assert "cannot be upgraded" in refusal(url)


def test_a_database_of_something_else_is_left_alone(empty: str) -> None:
    run(empty, "CREATE TABLE scan (theirs int)")
    assert "holds tables of something else (scan)" in refusal(empty)
    with psycopg.connect(empty) as connection:
        assert connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall() == [("scan",)]


def test_tables_of_others_beside_ours_are_no_hindrance(empty: str) -> None:
    run(empty, "CREATE TABLE theirs (workspace text)")
    with opened(lambda: PostgresStore.open(empty)) as stored:
        stored.write(lambda tx: tx.ensure_workspace(1))
        stored.write(lambda tx: tx.events.append(event("a")), HERE)
    with psycopg.connect(empty) as connection:
        query = "SELECT relrowsecurity FROM pg_class WHERE relname = 'theirs'"
        assert connection.execute(query).fetchall() == [(False,)]


def test_a_server_that_is_down(own_server: PostgresServer) -> None:
    url = own_server.url("postgres")
    own_server.stop()
    try:
        said = refusal(url)
        assert f"postgres at 127.0.0.1:{own_server.port} as cyberai" in said
        assert "Connection refused" in said
        assert "Start PostgreSQL" in said
    finally:
        own_server.start()


def test_a_wrong_password_a_missing_role_and_a_missing_database(own_server: PostgresServer) -> None:
    said = refusal(own_server.url("postgres", password="wrong"))
    assert 'password authentication failed for user "cyberai"' in said
    assert "Correct the password" in said
    assert "wrong" not in said
    assert "Correct the password" in refusal(own_server.url("postgres", user="nobody"))
    assert "Create the database" in refusal(own_server.url("missing"))


def test_a_role_that_may_not_make_tables(own_server: PostgresServer) -> None:
    own_server.run("CREATE DATABASE theirs TEMPLATE template0 ENCODING 'UTF8'")
    said = refusal(own_server.url("theirs"))
    assert "permission denied for schema public" in said
    assert "GRANT it CREATE on the schema" in said


def test_a_role_that_may_not_use_the_tables(own_server: PostgresServer) -> None:
    own_server.run(
        "CREATE DATABASE shared TEMPLATE template0 ENCODING 'UTF8' OWNER cyberai",
        f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'",
    )
    prepare(Database(own_server.url("shared")))
    guest = own_server.url("shared", user="guest")
    assert "permission denied for table schema_version" in refusal(guest)
    own_server.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest", database="shared")
    said = refusal(guest)
    assert "The role guest may not use acceptance, api_key" in said
    assert "GRANT SELECT, INSERT, UPDATE, DELETE" in said
    own_server.run(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO guest",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO guest",
        database="shared",
    )
    with opened(lambda: PostgresStore.open(guest)) as stored:
        stored.write(lambda tx: tx.ensure_workspace(1))
        stored.write(lambda tx: tx.events.append(event("a")))
        assert stored.read(lambda tx: tx.events.head()) == 1


def test_a_database_that_cannot_hold_every_character(own_server: PostgresServer) -> None:
    own_server.run("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' OWNER cyberai")
    assert "encoded in LATIN1" in refusal(own_server.url("latin"))


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise psycopg.errors.DiskFull("no room")

    with monkeypatch.context() as patch:
        patch.setattr("cyberai.storage.postgres.opening.protect", fail)
        assert "no room" in refusal(empty)
    with psycopg.connect(empty) as connection:
        count = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        assert connection.execute(count).fetchall() == [(0,)]
    prepare(Database(empty))


@pytest.mark.parametrize(
    "address", ["postgresql://[::1", "postgresql://h/db?nonsense=1", "postgresql://h:port/x"]
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(StoreError) as caught:
        PostgresStore.open(address)
    assert address not in str(caught.value)
    assert "CYBERAI_DATABASE_URL" in str(caught.value)


def test_the_address_for_people_has_no_password() -> None:
    name = Database("postgresql://me:secret@db.example:5433/store").name
    assert name == "store at db.example:5433 as me"
    assert Database("postgresql:///x?host=/run/pg").name == "x at /run/pg"


def test_the_server_s_own_address_is_told(pg_url: str) -> None:
    given = conninfo_to_dict(pg_url)
    assert (str(given["host"]), int(str(given["port"]))) in prepare(Database(pg_url))
