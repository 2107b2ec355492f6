"""A whole application in a test: the real store and rules, time and chance under the test's control."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cyberai.app.context import App
from cyberai.bootstrap.seal import KEY_NAME, FileSealer
from cyberai.domain.ids import DEFAULT_WORKSPACE, make_id
from cyberai.domain.target import parse_network
from cyberai.engine.registry import all_checks
from cyberai.net.egress import EgressPolicy
from cyberai.net.session import ScanNetwork
from cyberai.ports.network import Network
from cyberai.reports.catalogue import renderer
from cyberai.storage.sqlite import SqliteStore

START = 1_700_000_000_000_000


class TestClock:
    """A clock that stands still until it is moved; sleeping yields to other tasks."""

    __test__ = False

    def __init__(self, at: int = START) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return self.at / 1e6

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.01))

    def advance(self, seconds: float) -> None:
        self.at += round(seconds * 1e6)


class SeededIds:
    """Ids in order, the same on every run."""

    def __init__(self) -> None:
        self._count = 0

    def new(self, prefix: str) -> str:
        self._count += 1
        return make_id(prefix, 1_700_000_000_000 + self._count, self._count)


class SeededRng:
    """Chance that repeats."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def bits(self, count: int) -> int:
        return self._random.getrandbits(count)

    def below(self, limit: int) -> int:
        return self._random.randrange(limit)

    def letters(self, count: int) -> str:
        return "".join(self._random.choice("bcdfghjklmnpqrstvwxz") for _ in range(count))


@asynccontextmanager
async def deployment(
    folder: Path,
    *,
    clock: TestClock | None = None,
    network: Network | None = None,
    allow: str = "127.0.0.0/8",
) -> AsyncIterator[App]:
    """An application on a fresh (or given) data folder; loopback may be scanned."""
    clock = clock or TestClock()
    store = SqliteStore.open(folder / "cyberai.db", clock)
    egress = EgressPolicy(allow=[parse_network(allow)] if allow else [])
    try:
        await store.write(DEFAULT_WORKSPACE, lambda tx: tx.ensure_workspace(clock.now()))
        yield App(
            store=store,
            clock=clock,
            ids=SeededIds(),
            rng=SeededRng(),
            sealer=FileSealer(folder / KEY_NAME, SeededRng()),
            judge=egress,
            network=network or ScanNetwork(egress, clock),
            wake=lambda: None,
            checks=all_checks(),
            renderers=renderer,
            pepper=b"p" * 32,
            cursor_key=b"c" * 32,
            version="0.0-test",
        )
    finally:
        await store.aclose()
