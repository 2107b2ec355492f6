"""The crawler on a generated site with traps: real pages reached, requests per page, memory over many pages.

The engine runs whole, the network is a function of this process. Memory is what the process holds after a fifth of
the pages and at the end; the frontier lies in a file, as it lies in the database of a server.

    python -m benchmarks.crawl [--pages 10000] [--long 50000]     # --long 0 leaves the memory run out
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from array import array
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import msgspec

from benchmarks.generated_site import GeneratedSite
from benchmarks.table import Row, show
from cyberai.domain.asset import RequestAsset
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.scan import ScanOptions, ScanSpec
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import parse_target
from cyberai.domain.unit import Unit
from cyberai.engine.plan import entry_units
from cyberai.engine.run import EngineSession

HOST = "10.0.0.1"
BATCH = 64
LEAST_SHARE = 0.98
REQUESTS_PER_PAGE = 1.2
MEMORY_MIB = 24.0
"""What the process may hold more at the end than after a fifth of the pages: 16 are the baselines that are kept for
the checks, whatever the site; the rest is what keeps pages apart."""


class FunctionNetwork:
    """A network session over one function: HTTP and nothing else, which is all that a crawl of one URL asks for."""

    def __init__(self, site: GeneratedSite) -> None:
        self._site = site
        self.requests_sent = 0
        self.reached: set[str] = set()

    @property
    def http(self) -> "FunctionNetwork":
        """Itself."""
        return self

    async def send(
        self,
        request: HttpRequest,
        *,
        timeout: float | None = None,
        max_body: int | None = None,
        private: bool = False,
    ) -> HttpResponse:
        """The site's answer, at once and whole."""
        del timeout, max_body, private
        self.requests_sent += 1
        await asyncio.sleep(0)
        if request.url.target in self._site.addresses:
            self.reached.add(request.url.target)
        return self._site.respond(request)

    async def aclose(self) -> None:
        """Nothing to close."""


class Clock:
    """Time; pauses of the engine take none."""

    monotonic = staticmethod(time.monotonic)

    def now(self) -> int:
        """UTC microseconds."""
        return time.time_ns() // 1000

    async def sleep(self, seconds: float) -> None:
        """Let the others go on."""
        await asyncio.sleep(seconds * 0)


class Chance:
    """ports.runtime.Rng with a seed."""

    def __init__(self) -> None:
        self._random = random.Random(1)

    def bits(self, count: int) -> int:
        """Random bits."""
        return self._random.getrandbits(count)

    def below(self, limit: int) -> int:
        """A number below the limit."""
        return self._random.randrange(limit)

    def letters(self, count: int) -> str:
        """Letters."""
        return "".join(self._random.choice("bcdfghjklmnpqrstvwxz") for _ in range(count))


class Frontier:
    """Units by depth, in a file; in memory only where each stands and a number for each id."""

    def __init__(self, folder: str) -> None:
        self._file = Path(folder, "units").open("w+b")  # noqa: SIM115 - open as long as this object
        self._seen: set[int] = set()
        self._waiting: dict[tuple[int, int], array[int]] = {}
        self._done: dict[tuple[int, int], int] = {}

    def add(self, units: Sequence[Unit]) -> None:
        """Queue what was not queued before."""
        self._file.seek(0, os.SEEK_END)
        for unit in units:
            number = int(unit.id[:15], 16)
            if number not in self._seen:
                self._seen.add(number)
                place = self._waiting.setdefault((unit.stage, unit.depth), array("Q"))
                body = msgspec.msgpack.encode(unit)
                place.append(self._file.tell() << 24 | len(body))
                self._file.write(body)

    def pending(self) -> list[Unit]:
        """The next units of the lowest stage and depth."""
        for key in sorted(self._waiting):
            done = self._done.get(key, 0)
            entries = self._waiting[key][done : done + BATCH]
            if entries:
                self._done[key] = done + len(entries)
                return [self._read(entry) for entry in entries]
        return []

    def _read(self, entry: int) -> Unit:
        self._file.seek(entry >> 24)
        return msgspec.msgpack.decode(self._file.read(entry & 0xFFFFFF), type=Unit)


def resident_mib() -> float:
    """What this process holds in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2


class Crawl:
    """One crawl of a site and what it cost."""

    def __init__(self, pages: int, depth: int) -> None:
        self.site = GeneratedSite(pages)
        self.network = FunctionNetwork(self.site)
        self._depth = depth
        self.fetched = 0
        self.cpu = 0.0
        self.early_mib = self.late_mib = 0.0

    async def run(self) -> None:
        """Crawl to the end."""
        target = parse_target(f"http://{HOST}/")
        spec = ScanSpec(targets=(f"http://{HOST}/",), options=ScanOptions(depth=self._depth, concurrent=4))
        session = EngineSession(
            spec=spec,
            scope=ScanScope((target,)),
            network=self.network,
            clock=Clock(),
            rng=Chance(),
            checks=(),
        )
        started = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            frontier = Frontier(folder)
            frontier.add(entry_units((target,), HOST, spec))
            while units := frontier.pending():
                async with aclosing(session.run(units)) as results:
                    async for result in results:
                        self.fetched += isinstance(result.unit.asset, RequestAsset) and result.urls
                        frontier.add(result.found)
                if not self.early_mib and self.fetched * 5 >= len(self.site.addresses):
                    self.early_mib = resident_mib()
        self.cpu = time.process_time() - started
        self.late_mib = resident_mib()

    @property
    def share(self) -> float:
        """Real pages reached, of all."""
        return len(self.network.reached) / len(self.site.addresses)


def crawled(pages: int, depth: int) -> Crawl:
    """A finished crawl."""
    crawl = Crawl(pages, depth)
    asyncio.run(crawl.run())
    return crawl


def rows(pages: int, long: int) -> list[Row]:
    """The table's rows."""
    crawl = crawled(pages, 10)
    real = len(crawl.site.addresses)
    per_page = crawl.network.requests_sent / real
    missed = 1 - crawl.share
    found = [
        Row(f"real pages of {real:,} not reached", f"{missed:.2%}", missed, round(1 - LEAST_SHARE, 2)),
        Row("requests per real page", f"{crawl.network.requests_sent:,} sent", per_page, REQUESTS_PER_PAGE),
        Row("CPU per request", f"{crawl.cpu / crawl.network.requests_sent * 1000:.2f} ms"),
    ]
    if long:
        # A site with more pages than are fetched at the greatest depth: the cap is part of what is measured.
        crawl = crawled(long, 10)
        grown = crawl.late_mib - crawl.early_mib
        found += [
            Row(f"memory after {crawl.fetched // 5:,} pages", f"{crawl.early_mib:.0f} MiB"),
            Row(
                f"memory after {crawl.fetched:,} pages, MiB more",
                f"{crawl.late_mib:.0f} MiB",
                grown,
                MEMORY_MIB,
            ),
        ]
    return found


def main() -> int:
    """Crawl and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--long", type=int, default=50_000)
    options = parser.parse_args()
    return show("the site's real pages", rows(options.pages, options.long))


if __name__ == "__main__":
    sys.exit(main())
