"""A child process that writes units, findings and events without end, and says what was acknowledged.

`python -m support.store_writer PLACE WRITERS`: each writer works on a chain of units; a step stores a unit's
result, the next unit, a finding and an event in one transaction, then prints `WRITER STEP`.
"""

import asyncio
import sys

from cyberai.ports.store import Store, Tx
from support.store import store_at
from support.store_samples import HERE, NOW, event, scan, shard, sighting, unit, vulnerability


def prepare(tx: Tx, writers: int) -> None:
    """Make the scan once."""
    if tx.scans.get(scan().id) is not None:
        return
    tx.scans.insert(scan())
    tx.shards.insert(shard())
    tx.units.add(shard(), [unit(f"{writer}-0") for writer in range(writers)])


def step(tx: Tx, writer: int, number: int) -> None:
    """One unit of work."""
    name = f"{writer}-{number}"
    if not tx.units.complete(shard(), unit(name).id, requests=1, urls=1, failure=""):
        raise AssertionError(f"unit {name} was done before")
    tx.units.add(shard(), [unit(f"{writer}-{number + 1}")])
    tx.vulnerabilities.record(sighting(vulnerability(name, at=NOW + number)))
    tx.events.append(event(name))


async def work(store: Store, writer: int, number: int) -> None:
    """A chain of units, from where it stands."""
    while True:
        await store.write(HERE, lambda tx, n=number: step(tx, writer, n))
        print(writer, number, flush=True)
        number += 1


async def main(place: str, writers: int) -> None:
    """Go on where the last process was killed."""
    store = store_at(place)
    await store.write(HERE, lambda tx: tx.ensure_workspace(NOW))
    await store.write(HERE, lambda tx: prepare(tx, writers))
    heads = await store.read(HERE, lambda tx: tx.units.pending(shard(), 100))
    places = (head.asset.key.removeprefix("host:").split("-") for head in heads)
    await asyncio.gather(*(work(store, int(writer), int(number)) for writer, number in places))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
