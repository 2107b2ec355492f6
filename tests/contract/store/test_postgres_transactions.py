"""What only PostgreSQL can do to a transaction: lose it against another, break the connection, be elsewhere."""

import asyncio
import threading
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import func, select

from cyberai.domain.errors import StoreError, Unavailable
from cyberai.domain.ids import SYSTEM
from cyberai.ports.store import Store, Tx
from cyberai.storage.postgres.store import PostgresStore
from cyberai.storage.statements import Statement
from support.postgres import stored_at
from support.store import Stored, opened
from support.store_samples import HERE, NOW, OTHER, event, scan

_ONCE = """
CREATE SEQUENCE tries;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('tries') <= {times} THEN RAISE EXCEPTION 'lost' USING ERRCODE = '{code}'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON setting FOR EACH ROW EXECUTE FUNCTION refuse();
"""
_REMOVE = "DROP TRIGGER refuse ON setting; DROP FUNCTION refuse; DROP SEQUENCE tries;"


def run(url: str, statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements.encode())


@pytest.mark.parametrize("code", ["40001", "40P01"])
@pytest.mark.parametrize("together", [1, 5])
def test_a_transaction_that_lost_against_another_is_run_again(pg_url: str, code: str, together: int) -> None:
    run(pg_url, _ONCE.format(code=code, times=2))
    tries: list[int] = []

    def write(index: int, tx: Tx) -> int:
        tries.append(index)
        tx.set_setting(f"name {index}", "value")
        return index

    try:
        with stored_at(pg_url) as stored:
            writes = [lambda tx, i=i: write(i, tx) for i in range(together)]
            assert stored.together(*writes, workspace=SYSTEM) == list(range(together))
            assert tries.count(0) == 3
            for index in range(together):
                assert stored.read(lambda tx, i=index: tx.setting(f"name {i}"), SYSTEM) == "value"
    finally:
        run(pg_url, _REMOVE)


def test_one_that_always_loses_says_that_the_store_is_busy_and_leaves_nothing(pg_url: str) -> None:
    run(pg_url, _ONCE.format(code="40001", times=1000))
    try:
        with stored_at(pg_url) as stored:
            with pytest.raises(Unavailable, match="busy"):
                stored.system(lambda tx: tx.set_setting("a", "b"))
            assert stored.read(lambda tx: tx.setting("a"), SYSTEM) is None
    finally:
        run(pg_url, _REMOVE)


def test_a_real_deadlock_is_survived(pg_url: str) -> None:
    with stored_at(pg_url) as stored, psycopg.connect(pg_url) as other:
        stored.system(lambda tx: (tx.set_setting("a", "1"), tx.set_setting("b", "1")))
        other.execute("UPDATE setting SET value = '2' WHERE name = 'b'")
        first, tries = threading.Event(), []

        def work(tx: Tx) -> None:
            tries.append(1)
            tx.set_setting("a", "3")
            first.set()
            tx.set_setting("b", "3")

        def cross() -> bool:
            first.wait(10)
            try:
                other.execute("UPDATE setting SET value = '2' WHERE name = 'a'")
                other.commit()
            except psycopg.errors.DeadlockDetected:
                other.rollback()
                return False
            return True

        async def scenario() -> bool:
            write = asyncio.ensure_future(stored.store.write(SYSTEM, work))
            won = await asyncio.to_thread(cross)
            await write
            return won

        won = stored.run(scenario())
        # The server chooses the victim. On a busy machine it may choose both, or us once more: the next try may take
        # the row before the other has woken.
        assert len(tries) >= 2 or not won
        assert [stored.read(lambda tx, n=n: tx.setting(n), SYSTEM) for n in "ab"] == ["3", "3"]


def test_two_stores_do_not_lose_each_other_s_changes(pg_url: str) -> None:
    """Reading and writing back what was read, from two stores at once: each sees what the other committed."""
    with stored_at(pg_url) as one, opened(lambda: PostgresStore.open(pg_url)) as two:
        one.write(lambda tx: tx.scans.insert(scan()))

        def count(tx: Tx) -> None:
            found = tx.scans.get(scan().id)
            assert found is not None
            tx.scans.update(found.replace(resumed_count=found.resumed_count + 1))

        async def many(store: Store) -> None:
            for _ in range(40):
                await store.write(HERE, count)

        threads = [threading.Thread(target=lambda s=s: s.run(many(s.store))) for s in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        found = one.read(lambda tx: tx.scans.get(scan().id))
        assert found is not None
        assert found.resumed_count == 80


def test_workspaces_do_not_wait_for_each_other(pg_url: str) -> None:
    async def scenario(stored: Stored) -> None:
        running, go_on = threading.Event(), threading.Event()

        def slow(tx: Tx) -> None:
            tx.events.append(event("a"))
            running.set()
            assert go_on.wait(20)

        write = asyncio.ensure_future(stored.store.write(HERE, slow))
        await asyncio.to_thread(running.wait, 10)
        await asyncio.wait_for(stored.store.write(OTHER, lambda tx: tx.events.append(event("b"))), 10)
        go_on.set()
        await write

    with stored_at(pg_url) as stored:
        stored.run(scenario(stored))


def end_connections(url: str) -> None:
    """As an administrator, or a restart of the server, ends them."""
    run(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user",
    )


def test_broken_connections_are_made_anew_without_a_word(pg_url: str) -> None:
    with stored_at(pg_url) as stored:
        for index in range(3):
            end_connections(pg_url)
            stored.write(lambda tx, i=index: tx.events.append(event(str(i))))
            end_connections(pg_url)
            assert stored.read(lambda tx: tx.events.head()) == index + 1


def test_a_connection_that_breaks_in_a_transaction_repeats_it(pg_url: str) -> None:
    tries: list[int] = []

    def write(tx: Tx) -> None:
        tries.append(1)
        tx.events.append(event("a"))
        tx.scans.insert(scan())
        if len(tries) == 1:
            end_connections(pg_url)

    def read(tx: Tx) -> int:
        tries.append(1)
        tx.events.head()
        if len(tries) == 3:
            end_connections(pg_url)
        return tx.events.head()

    with stored_at(pg_url) as stored:
        stored.write(write)
        assert len(tries) == 2
        assert stored.read(read) == 1
        assert len(tries) == 4


def test_news_go_on_after_the_listener_s_connection_broke(pg_url: str) -> None:
    with stored_at(pg_url) as stored, stored_at(pg_url) as other:
        store = stored.store

        async def woken_by(what: Callable[[], object]) -> bool:
            await store.read(HERE, lambda tx: tx.events.head())
            while await store.changed(0):
                pass
            waiting = asyncio.ensure_future(store.changed(20))
            await asyncio.sleep(0)
            await asyncio.to_thread(what)
            return await waiting

        assert stored.run(woken_by(lambda: other.write(lambda tx: tx.events.append(event("a")))))
        # The new connection itself is news, since nobody listened meanwhile.
        assert stored.run(woken_by(lambda: end_connections(pg_url)))
        assert stored.run(woken_by(lambda: other.write(lambda tx: tx.events.append(event("b")))))


def test_what_changed_nothing_wakes_nobody(pg_url: str) -> None:
    with stored_at(pg_url) as stored, stored_at(pg_url) as other:
        store = stored.store

        async def woken_by(what: Callable[[], object]) -> bool:
            await store.read(HERE, lambda tx: tx.events.head())
            while await store.changed(0):
                pass
            await asyncio.to_thread(what)
            return await store.changed(0.3)

        idle = NOW, NOW + 1
        assert not stored.run(woken_by(lambda: other.system(lambda tx: tx.shards.claim("w", *idle))))
        assert not stored.run(woken_by(lambda: other.read(lambda tx: tx.events.head())))


def test_a_closure_that_hides_a_failed_statement_is_not_acknowledged(pg_url: str) -> None:
    def work(tx: Tx) -> None:
        tx.scans.insert(scan())
        try:
            tx.scans.insert(scan())
        except psycopg.Error:
            return

    with stored_at(pg_url) as stored:
        with pytest.raises(StoreError, match="went on after"):
            stored.write(work)
        assert stored.read(lambda tx: tx.scans.get(scan().id)) is None


def test_a_commit_is_durable_whatever_the_server_s_default(pg_url: str) -> None:
    name = pg_url.rpartition("/")[2]
    run(pg_url, f"ALTER DATABASE {name} SET synchronous_commit = off")
    try:
        with stored_at(pg_url) as stored:

            def look(tx: Tx) -> str:
                driver = tx.scans._scope.db  # type: ignore[attr-defined]
                setting = Statement(select(func.current_setting("synchronous_commit")))
                return str(driver.rows(setting)[0][0])

            assert stored.write(look) == "on"
    finally:
        run(pg_url, f"ALTER DATABASE {name} RESET synchronous_commit")


def test_a_store_that_is_there_and_cannot_be_reached_says_so_and_comes_back(pg_url: str) -> None:
    name = pg_url.rpartition("/")[2]
    admin = pg_url.removesuffix(name) + "postgres"
    with stored_at(pg_url) as stored:
        stored.write(lambda tx: tx.events.append(event("a")))
        run(admin, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            run(
                admin,
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
            )
            with pytest.raises(Unavailable, match="cannot be reached"):
                stored.read(lambda tx: tx.events.head())
            with pytest.raises(Unavailable, match="cannot be reached"):
                stored.write(lambda tx: tx.events.append(event("b")))
        finally:
            run(admin, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        stored.write(lambda tx: tx.events.append(event("c")))
        assert [e.id for e in stored.read(lambda tx: tx.events.after(0, 9))] == ["evt_a", "evt_c"]
