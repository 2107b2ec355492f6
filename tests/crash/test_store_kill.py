"""`kill -9` of a process that writes, and of the database: nothing acknowledged is lost, nothing is doubled, no
number is missing."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from cyberai.domain.errors import Unavailable
from cyberai.domain.ids import ScanId
from cyberai.domain.unit import Stage
from cyberai.ports.store import Store
from support.postgres import Databases, require_programs
from support.store import Stored, opened, store_at
from support.store_samples import HERE, NOW, shard
from support.store_writer import prepare, step
from tools.postgres_server import PostgresServer, postgres_server

pytestmark = pytest.mark.crash

KILLS = {"sqlite": 20, "postgres": 6}
WRITERS = 4
SEED = 20_240_501


@contextmanager
def writing(place: str) -> Iterator["subprocess.Popen[str]"]:
    """The child, killed by its id at the end."""
    command = [sys.executable, "-m", "support.store_writer", place, str(WRITERS)]
    here = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": f"{here.parent / 'src'}{os.pathsep}{here}"}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGKILL)
        # What was acknowledged before the kill may still stand in the pipe.
        child.stdout.close() if child.stdout else None
        child.wait(30)


def acknowledged(child: "subprocess.Popen[str]", lines: int, last: dict[int, int]) -> None:
    """Read so many lines, kill the child, and read what it still managed to say."""
    assert child.stdout is not None
    for count, line in enumerate(child.stdout, start=1):
        writer, _, number = line.partition(" ")
        # A line cut off by the kill is no acknowledgement.
        if number.endswith("\n"):
            last[int(writer)] = int(number)
        if count == lines:
            child.send_signal(signal.SIGKILL)


def check(stored: Stored, last: dict[int, int]) -> int:
    """Compare what the store holds with what was acknowledged; return how many steps are in it."""
    events = stored.read(lambda tx: tx.events.after(0, 1_000_000))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    told = [msgspec.json.decode(event.data)["name"] for event in events]
    assert len(set(told)) == len(told)
    done = dict.fromkeys(range(WRITERS), -1)
    for name in told:
        writer, number = map(int, name.split("-"))
        # A chain has no gap either.
        assert number == done[writer] + 1
        done[writer] = number
    for writer, number in last.items():
        assert number <= done[writer] <= number + 1
    # The one step that a kill left unacknowledged is known now; the next kill may leave another.
    last.update(done)
    found = stored.read(lambda tx: tx.vulnerabilities.of_scan(ScanId("scan_a")))
    assert sorted(v.id.removeprefix("vuln_") for v in found) == sorted(told)
    assert stored.read(lambda tx: tx.vulnerabilities.severities(ScanId("scan_a")))["high"] == len(told)
    (counts,) = stored.read(lambda tx: tx.units.counts(ScanId("scan_a")))
    assert (counts.stage, counts.done, counts.total) == (Stage.CRAWL, len(told), len(told) + WRITERS)
    assert len(stored.read(lambda tx: tx.units.pending(shard(), 100))) == WRITERS
    return len(told)


@pytest.fixture(scope="module")
def database_server() -> Iterator[PostgresServer]:
    """A server of our own, since it is killed."""
    require_programs()
    with postgres_server() as server:
        yield server


@pytest.fixture
def database(database_server: PostgresServer) -> Iterator[str]:
    with Databases(database_server.url("postgres")).fresh() as url:
        yield url


@pytest.fixture(params=("postgres", "sqlite"))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path if request.param == "sqlite" else request.getfixturevalue("database"))


def test_nothing_acknowledged_is_lost_and_nothing_doubled(place: str) -> None:
    chance = random.Random(SEED)
    last = dict.fromkeys(range(WRITERS), -1)
    steps = 0
    for _ in range(KILLS["postgres" if place.startswith("postgresql://") else "sqlite"]):
        with writing(place) as child:
            acknowledged(child, chance.randrange(1, 80), last)
        with opened(lambda: store_at(place)) as stored:
            now = check(stored, last)
        assert now > steps
        steps = now


DATABASE_KILLS = 5


class Chains:
    """Writers that go on through an outage: each waits, looks how far it came, and takes up its chain there."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.last: dict[int, int] = {}
        self.over = False
        self._stepped = asyncio.Event()

    async def work(self, writer: int) -> None:
        number = 0
        while not self.over:
            try:
                await self.store.write(HERE, lambda tx, n=number: step(tx, writer, n))
            except Unavailable:
                number = await self._reached(writer)
                continue
            self.last[writer] = number
            self._stepped.set()
            number += 1

    async def acknowledge(self, more: int) -> None:
        """Wait until so many more steps were acknowledged."""
        goal = sum(self.last.values()) + more
        while sum(self.last.values()) < goal:
            await self._stepped.wait()
            self._stepped.clear()

    async def _reached(self, writer: int) -> int:
        for _ in range(600):
            await asyncio.sleep(0.05)
            with contextlib.suppress(Unavailable):
                left = await self.store.read(HERE, lambda tx: tx.units.pending(shard(), 100))
                names = [head.asset.key.removeprefix("host:").split("-") for head in left]
                return next(int(number) for who, number in names if int(who) == writer)
        raise AssertionError("the database did not come back")


def test_a_database_that_is_killed_keeps_what_was_acknowledged(
    database: str, database_server: PostgresServer
) -> None:
    async def kills(chains: Chains) -> None:
        try:
            for _ in range(DATABASE_KILLS):
                await chains.acknowledge(40)
                database_server.kill()
                await asyncio.to_thread(database_server.start)
        finally:
            chains.over = True

    async def scenario(store: Store) -> dict[int, int]:
        chains = Chains(store)
        work = (chains.work(writer) for writer in range(WRITERS))
        await asyncio.wait_for(asyncio.gather(kills(chains), *work), 120)
        return chains.last

    with opened(lambda: store_at(database)) as stored:
        stored.write(lambda tx: tx.ensure_workspace(NOW))
        stored.write(lambda tx: prepare(tx, WRITERS))
        last = stored.run(scenario(stored.store))
        assert check(stored, last) >= DATABASE_KILLS * 40
