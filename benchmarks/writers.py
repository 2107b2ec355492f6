"""Small durable writes beside a busy worker, on both stores: rate, 99th percentile, and the price of durability.

`python -m benchmarks.writers`. Another process stores results of units with findings and events as fast as it can;
1, 4 and 16 writers of this one each append an event and wait for its commit. Then the same without waiting for the disk
(SQLite's synchronous=NORMAL, PostgreSQL's synchronous_commit=off).
"""

import asyncio
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

from benchmarks.fill import OUT, START, WORKSPACE, vulnerability
from benchmarks.store import RealClock
from benchmarks.table import Row, show
from cyberai.domain.asset import HostAsset
from cyberai.domain.event import EventType, NewEvent
from cyberai.domain.finding import ServiceEvidence
from cyberai.domain.ids import EventId, ScanId, ShardId
from cyberai.domain.scan import Scan, ScanSpec, ScanStatus
from cyberai.domain.unit import Shard, Stage, Unit
from cyberai.domain.vulnerability import Sighting
from cyberai.ports.store import Store, Tx
from tools.postgres_server import postgres_server, program

SECONDS = 3.0
WRITERS = (1, 4, 16)
SCAN = ScanId("scan_busy")
SHARD = Shard(ShardId("shard_busy"), WORKSPACE, SCAN, "host.example")
EVIDENCE = (ServiceEvidence("host.example", 6379, b"PING\r\n", b"+PONG", "redis-cli ping", "+PONG", ""),)

Figures = tuple[float, float]
"""(writes per second, 99th percentile in milliseconds)."""


def event(name: str) -> NewEvent:
    """A small event."""
    return NewEvent(EventId(f"evt_{name}"), EventType.SCAN_PROGRESS, START, msgspec.Raw(b"{}"))


def open_store(place: str) -> Store:
    """The store in a folder or at an address."""
    if place.startswith("postgresql://"):
        from cyberai.storage.postgres.store import PostgresStore

        return PostgresStore.open(place)
    from cyberai.storage.sqlite import SqliteStore

    return SqliteStore.open(Path(place) / "cyberai.db", RealClock())


# ---- the busy worker (a child process) ----


def begin(tx: Tx) -> None:
    """A scan with one shard."""
    tx.ensure_workspace(START)
    scan = Scan(
        id=SCAN,
        workspace=WORKSPACE,
        spec=ScanSpec(targets=("http://host.example/",)),
        status=ScanStatus.RUNNING,
        created_at=START,
        estimated_completion=START,
        updated_at=START,
    )
    tx.scans.insert(scan)
    tx.shards.insert(SHARD)


def result(tx: Tx, number: int) -> None:
    """What a worker stores per unit: its result, three new units, a finding, an event."""
    units = [Unit(Stage.CRAWL, HostAsset(f"{number}-{each}"), 0) for each in range(3)]
    tx.units.add(SHARD, units)
    tx.units.complete(SHARD, units[0].id, requests=5, urls=1, failure="")
    tx.vulnerabilities.record(
        Sighting(vulnerability=vulnerability(number), evidence=EVIDENCE, place=f"/{number}")
    )
    tx.events.append(event(str(number)))


async def stay_busy(place: str) -> None:
    """Until killed."""
    store = open_store(place)
    await store.write(WORKSPACE, begin)
    number = 0
    while True:
        await store.write(WORKSPACE, lambda tx, n=number: result(tx, n))
        if number == 0:
            print("busy", flush=True)
        number += 1


@contextmanager
def busy_worker(place: str) -> Iterator[None]:
    """The child while the block runs."""
    command = [sys.executable, "-m", "benchmarks.writers", "--busy", place]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        if not process.stdout.readline():
            raise SystemExit("the busy worker did not start")
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


# ---- the measuring process ----


async def rate(store: Store, writers: int) -> Figures:
    """So many writers, each with one write on its way at a time."""
    times: list[float] = []
    end = time.monotonic() + SECONDS

    async def write(name: int) -> None:
        while (started := time.monotonic()) < end:
            await store.write(WORKSPACE, lambda tx: tx.events.append(event(str(name))))
            times.append(time.monotonic() - started)

    await asyncio.gather(*(write(name) for name in range(writers)))
    times.sort()
    return len(times) / SECONDS, times[math.ceil(len(times) * 0.99) - 1] * 1000


async def rates(place: str) -> dict[int, Figures]:
    """The figures of each number of writers."""
    store = open_store(place)
    await store.write(WORKSPACE, lambda tx: tx.ensure_workspace(START))
    found = {writers: await rate(store, writers) for writers in WRITERS}
    await store.aclose()
    return found


def without_waiting_for_the_disk() -> ExitStack:
    """A context in which stores of this process are opened so."""
    from cyberai.storage import sqlite

    connect = sqlite.writer_connection

    def normal(path: Path) -> Any:
        connection = connect(path)
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    stack = ExitStack()
    stack.enter_context(patch.object(sqlite, "writer_connection", normal))
    stack.enter_context(patch("cyberai.storage.postgres.database._DURABLE", "SET synchronous_commit = off"))
    return stack


def compare(name: str, fresh: Callable[[], str]) -> None:
    """Print the figures of one store."""
    tables: list[dict[int, Figures]] = []
    for surrounding in (ExitStack, without_waiting_for_the_disk):
        place = fresh()
        # The busy worker waits for the disk in either case.
        with busy_worker(place), surrounding():
            tables.append(asyncio.run(rates(place)))
    full, lazy = tables
    rows = []
    for writers, (speed, slowest) in full.items():
        rows.append(Row(f"{writers} writers", f"{speed:.0f}/s, p99 {slowest:.1f} ms", speed / full[1][0]))
    for writers, (speed, slowest) in lazy.items():
        figure = f"{speed:.0f}/s, p99 {slowest:.1f} ms"
        rows.append(Row(f"{writers} writers, not waiting for the disk", figure, speed / full[writers][0]))
    show(f"{name}, beside a busy worker: a lone writer; without the disk: as many that wait for it", rows)


def main() -> int:
    """Both stores, one after the other."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=OUT) as folder:
        compare("SQLite", lambda: tempfile.mkdtemp(dir=folder))
    if program("initdb") is None:
        print("PostgreSQL is not installed, so its figures are left out: apt-get install postgresql")
        return 0
    with postgres_server(fsync=True) as server:
        names = iter(("waiting", "lazy"))

        def fresh() -> str:
            name = next(names)
            server.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' OWNER cyberai")
            return server.url(name)

        compare("PostgreSQL", fresh)
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--busy"]:
        asyncio.run(stay_busy(sys.argv[2]))
    else:
        raise SystemExit(main())
