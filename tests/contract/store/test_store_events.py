"""The event log and the order of commits."""

import asyncio

import msgspec
import pytest

from cyberai.domain.errors import StoreError
from cyberai.domain.event import Event, EventType, NewEvent
from cyberai.domain.ids import EventId, ScanId
from cyberai.ports.store import Tx
from support.store import Stored
from support.store_samples import HERE, NOW, OTHER, event


def names(events: list[Event]) -> list[str]:
    return [msgspec.json.decode(e.data)["name"] for e in events]


def test_events_are_numbered_in_order_per_workspace(stored: Stored) -> None:
    assert stored.read(lambda tx: (tx.events.head(), tx.events.oldest())) == (0, 0)

    def two(tx: Tx) -> None:
        tx.events.append(event("a"))
        tx.events.append(event("b"))

    stored.write(two)
    stored.write(lambda tx: tx.events.append(event("elsewhere")), OTHER)
    stored.write(lambda tx: tx.events.append(event("c")))
    found = stored.read(lambda tx: tx.events.after(0, 10))
    assert [e.seq for e in found] == [1, 2, 3]
    assert names(found) == ["a", "b", "c"]
    assert names(stored.read(lambda tx: tx.events.after(1, 1))) == ["b"]
    assert stored.read(lambda tx: tx.events.after(3, 10)) == []
    assert stored.read(lambda tx: (tx.events.head(), tx.events.oldest())) == (3, 1)
    assert stored.read(lambda tx: tx.events.head(), OTHER) == 1


def test_an_event_comes_back_as_it_was_appended(stored: Stored) -> None:
    data = '{"text":"ü\\u0000 \\" 😀","n":[1,2.5,null]}'.encode()
    new = NewEvent(EventId("evt_x"), EventType.SCAN_FAILED, NOW, msgspec.Raw(data), ScanId("scan_a"))
    stored.write(lambda tx: tx.events.append(new))
    (found,) = stored.read(lambda tx: tx.events.after(0, 1))
    assert bytes(found.data) == data
    assert (found.seq, found.workspace, found.id, found.type) == (1, HERE, new.id, new.type)
    assert (found.at, found.scan_id) == (NOW, "scan_a")


def test_an_event_has_no_number_before_its_transaction_ends(stored: Stored) -> None:
    def look(tx: Tx) -> tuple[int, int]:
        tx.events.append(event("a"))
        return tx.events.head(), len(tx.events.after(0, 9))

    assert stored.write(look) == (0, 0)
    assert stored.read(lambda tx: tx.events.head()) == 1


def test_the_deployment_has_no_events(stored: Stored) -> None:
    with pytest.raises(StoreError, match="workspace"):
        stored.system(lambda tx: tx.events.append(event("a")))


def test_a_failed_transaction_leaves_no_hole(stored: Stored) -> None:
    def write(index: int, tx: Tx) -> None:
        tx.events.append(event(str(index)))
        if index % 3 == 1:
            raise ValueError(index)

    results = stored.together(*(lambda tx, i=i: write(i, tx) for i in range(60)))
    failed = [i for i, result in enumerate(results) if isinstance(result, ValueError)]
    assert failed == list(range(1, 60, 3))
    found = stored.read(lambda tx: tx.events.after(0, 100))
    assert [e.seq for e in found] == list(range(1, 41))
    assert sorted(map(int, names(found))) == [i for i in range(60) if i % 3 != 1]


def test_a_tailer_sees_every_event_once_while_others_write(stored: Stored) -> None:
    """The order of commits is the order of numbers: nothing appears below a number already seen."""

    async def scenario() -> list[int]:
        store = stored.store
        seen: list[int] = []

        async def tail() -> None:
            while True:
                found = await store.read(HERE, lambda tx: tx.events.after(seen[-1] if seen else 0, 1000))
                seen.extend(e.seq for e in found)
                if len(seen) >= 400:
                    return
                await store.changed(5)

        async def write(name: str) -> None:
            for n in range(50):
                await store.write(HERE, lambda tx, n=n: tx.events.append(event(f"{name}{n}")))

        await asyncio.wait_for(asyncio.gather(tail(), *(write(str(w)) for w in range(8))), 60)
        return seen

    assert stored.run(scenario()) == list(range(1, 401))
