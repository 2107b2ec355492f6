"""What `write`, `read` and `changed` promise."""

import asyncio
import threading

import pytest

from cyberai.domain.errors import Conflict, NotFound, StoreError
from cyberai.domain.ids import SYSTEM, ScanId
from cyberai.ports.store import Tx
from support.store import Stored
from support.store_samples import HERE, event, scan


def test_a_write_returns_what_its_function_returns(stored: Stored) -> None:
    assert stored.write(lambda tx: (tx.workspace, 7)) == (HERE, 7)


def test_a_write_sees_its_own_rows_and_others_see_them_afterwards(stored: Stored) -> None:
    def work(tx: Tx) -> bool:
        tx.scans.insert(scan())
        return tx.scans.get(ScanId("scan_a")) is not None

    assert stored.write(work)
    assert stored.read(lambda tx: tx.scans.get(ScanId("scan_a"))) == scan()


@pytest.mark.parametrize(
    "error", [NotFound("no", reason="none"), Conflict("no", reason="none"), ZeroDivisionError(), KeyError(1)]
)
def test_a_failing_write_leaves_nothing_and_raises_its_own_error(stored: Stored, error: Exception) -> None:
    def work(tx: Tx) -> None:
        tx.scans.insert(scan())
        raise error

    with pytest.raises(type(error)):
        stored.write(work)
    assert stored.read(lambda tx: tx.scans.get(ScanId("scan_a"))) is None


def test_one_failing_write_among_many_fails_alone(stored: Stored) -> None:
    def insert(index: int, tx: Tx) -> int:
        tx.scans.insert(scan(str(index)))
        if index == 20:
            raise ValueError("alone")
        if index == 30:
            tx.scans.insert(scan("0"))
        return index

    results = stored.together(*(lambda tx, i=i: insert(i, tx) for i in range(50)))
    assert isinstance(results[20], ValueError)
    assert isinstance(results[30], Conflict)
    assert [r for r in results if isinstance(r, int)] == [i for i in range(50) if i not in (20, 30)]
    for index in range(50):
        known = stored.read(lambda tx, i=index: tx.scans.get(ScanId(f"scan_{i}")))
        assert (known is None) == (index in (20, 30))


def test_a_function_that_stops_iteration_does_not_stop_the_store(stored: Stored) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        stored.write(lambda tx: next(iter(())))
    assert stored.write(lambda tx: 1) == 1


def test_writes_of_one_caller_happen_in_its_order(stored: Stored) -> None:
    stored.together(*(lambda tx, i=i: tx.events.append(event(str(i))) for i in range(300)))
    found = stored.read(lambda tx: tx.events.after(0, 1000))
    assert [bytes(e.data) for e in found] == [b'{"name":"%d"}' % i for i in range(300)]


def test_a_read_keeps_nothing(stored: Stored) -> None:
    with pytest.raises(StoreError, match="read must not write"):
        stored.read(lambda tx: tx.scans.insert(scan()))
    assert stored.read(lambda tx: tx.scans.get(ScanId("scan_a"))) is None
    stored.write(lambda tx: tx.scans.insert(scan()))


def test_a_read_is_one_snapshot_whatever_others_commit_meanwhile(stored: Stored) -> None:
    """The writing thread commits between the two looks of one read."""
    stored.write(lambda tx: tx.events.append(event("a")))

    async def scenario() -> tuple[int, int]:
        store = stored.store
        await store.read(HERE, lambda tx: tx.events.head())
        running, go_on, done = threading.Event(), threading.Event(), threading.Event()

        def slow(tx: Tx) -> None:
            tx.events.append(event("b"))
            running.set()
            go_on.wait(10)

        def looks(tx: Tx) -> tuple[int, int]:
            first = tx.events.head()
            go_on.set()
            # The next closure runs only after the commit of the one before it.
            assert done.wait(10)
            return first, tx.events.head()

        writes = [asyncio.ensure_future(store.write(HERE, slow))]
        await asyncio.to_thread(running.wait, 10)
        writes.append(asyncio.ensure_future(store.write(HERE, lambda tx: done.set())))
        await asyncio.sleep(0)
        result = await store.read(HERE, looks)
        await asyncio.gather(*writes)
        return result

    assert stored.run(scenario()) == (1, 1)
    assert stored.read(lambda tx: tx.events.head()) == 2


def test_a_write_that_was_given_up_while_it_waited_has_no_effect(stored: Stored) -> None:
    async def scenario() -> None:
        running, go_on = threading.Event(), threading.Event()

        def slow(tx: Tx) -> None:
            running.set()
            go_on.wait(10)

        first = asyncio.ensure_future(stored.store.write(HERE, slow))
        await asyncio.to_thread(running.wait, 10)
        second = asyncio.ensure_future(stored.store.write(HERE, lambda tx: tx.scans.insert(scan())))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.sleep(0)
        go_on.set()
        await first

    stored.run(scenario())
    stored.write(lambda tx: None)
    assert stored.read(lambda tx: tx.scans.get(ScanId("scan_a"))) is None


def test_changed_waits_for_a_commit_and_no_longer(stored: Stored) -> None:
    async def scenario() -> tuple[bool, bool, float]:
        store, loop = stored.store, asyncio.get_running_loop()
        await store.read(HERE, lambda tx: tx.events.head())
        while await store.changed(0):
            pass
        quiet = await store.changed(0.15)
        waiting = asyncio.ensure_future(store.changed(30))
        await asyncio.sleep(0)
        started = loop.time()
        await store.write(HERE, lambda tx: tx.events.append(event("a")))
        return quiet, await waiting, loop.time() - started

    quiet, woken, seconds = stored.run(scenario())
    assert not quiet
    assert woken
    assert seconds < 10


def test_a_commit_between_a_read_and_the_wait_is_not_missed(stored: Stored) -> None:
    async def scenario() -> bool:
        store = stored.store
        await store.read(HERE, lambda tx: tx.events.head())
        while await store.changed(0):
            pass
        await store.read(HERE, lambda tx: tx.events.head())
        await asyncio.create_task(store.write(HERE, lambda tx: tx.events.append(event("a"))))
        # In a task of its own, as a caller that waits for several things does it.
        return await asyncio.wait_for(store.changed(0), 10)

    assert stored.run(scenario())


def test_every_waiter_is_woken(stored: Stored) -> None:
    async def scenario() -> list[bool]:
        store = stored.store
        await store.changed(0)
        waiting = [asyncio.ensure_future(store.changed(30)) for _ in range(5)]
        await asyncio.sleep(0)
        await store.write(HERE, lambda tx: tx.events.append(event("a")))
        return await asyncio.wait_for(asyncio.gather(*waiting), 30)

    assert stored.run(scenario()) == [True] * 5


def test_a_closed_store_says_so_and_what_was_queued_is_done(stored: Stored) -> None:
    async def scenario() -> list[object]:
        store = stored.store
        queued = [
            asyncio.ensure_future(store.write(HERE, lambda tx, i=i: tx.events.append(event(str(i)))))
            for i in range(20)
        ]
        await asyncio.sleep(0)
        await store.aclose()
        return await asyncio.gather(*queued, return_exceptions=True)

    assert stored.run(scenario()) == [None] * 20
    for call in (
        lambda: stored.write(lambda tx: 1),
        lambda: stored.read(lambda tx: tx.setting("a"), SYSTEM),
        lambda: stored.run(stored.store.changed(0)),
    ):
        with pytest.raises(StoreError, match="closed"):
            call()
    stored.run(stored.store.aclose())
