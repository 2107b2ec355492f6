"""Pages out of a million vulnerabilities beside reading one; writers together beside one alone.

`python -m benchmarks.store [COUNT]`. A page's CPU time is compared with that of reading one row by its id; the
page in the middle of the list with the first page; writers that share commits with a lone writer.
"""

import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from benchmarks.fill import OUT, SEEN_SPREAD, START, STEP, WORKSPACE, filled_folder, identity, vulnerability
from benchmarks.table import Row, show
from cyberai.app.listing import MOST_COUNTED
from cyberai.domain.event import EventType, NewEvent
from cyberai.domain.ids import EventId
from cyberai.ports.repositories import Order, Page, VulnerabilityFilter
from cyberai.ports.store import Tx
from cyberai.storage.codec import first_rank
from cyberai.storage.orders import RANK_BITS, graded_position
from cyberai.storage.sqlite import SqliteStore

ROUNDS = 31
PAGE = 50
MAX_DEPTH_RATIO = 1.3
SECONDS = 2.0
DEEP_ROW = 500_000


class RealClock:
    """The machine's clock."""

    def now(self) -> int:
        """UTC microseconds."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def filters(count: int) -> dict[str, VulnerabilityFilter]:
    """What a list is asked for, by name."""
    one = vulnerability(count // 2)
    return {
        "no filter": VulnerabilityFilter(),
        "scan_id": VulnerabilityFilter(scan_id=(one.scan_id,)),
        "severity": VulnerabilityFilter(severity=("high",)),
        "status": VulnerabilityFilter(status=("fixed",)),
        "target": VulnerabilityFilter(target=(one.target,)),
        "check_id": VulnerabilityFilter(check_id=(one.check_id,)),
        "tier": VulnerabilityFilter(tier=("lead",)),
        "type": VulnerabilityFilter(type=(one.type,)),
        "cwe": VulnerabilityFilter(cwe=(*one.cwe, "CWE-3")),
        "detection": VulnerabilityFilter(detection=("new",)),
        "severity + status": VulnerabilityFilter(severity=("critical", "high"), status=("open",)),
        "scan_id + severity": VulnerabilityFilter(scan_id=(one.scan_id,), severity=("critical",)),
        "check_id + target": VulnerabilityFilter(check_id=(one.check_id,), target=(one.target,)),
        "nothing matches": VulnerabilityFilter(
            severity=("critical",), status=("fixed",), tier=("lead",), detection=("new",)
        ),
    }


def orders(count: int) -> dict[str, tuple[Order, bool, VulnerabilityFilter]]:
    """Orders and searches, by name: order, whether ascending, filter."""
    one = vulnerability(count // 2)
    created = Order.CREATED
    return {
        "oldest first": (created, True, VulnerabilityFilter()),
        "-severity": (Order.SEVERITY, False, VulnerabilityFilter()),
        "severity": (Order.SEVERITY, True, VulnerabilityFilter()),
        "-risk_score": (Order.RISK, False, VulnerabilityFilter()),
        "-risk_score + target": (Order.RISK, False, VulnerabilityFilter(target=(one.target,))),
        "-last_seen": (Order.LAST_SEEN, False, VulnerabilityFilter()),
        "-last_seen + status": (Order.LAST_SEEN, False, VulnerabilityFilter(status=("fixed",))),
        "-last_seen + target": (Order.LAST_SEEN, False, VulnerabilityFilter(target=(one.target,))),
        "-last_seen + scan_id": (Order.LAST_SEEN, False, VulnerabilityFilter(scan_id=(one.scan_id,))),
        "q: in every row": (created, False, VulnerabilityFilter(q="scripting")),
        "q: in 96 %": (created, False, VulnerabilityFilter(q="common")),
        "q: in 4 %": (created, False, VulnerabilityFilter(q="seldom")),
        "q: in 0.1 %": (created, False, VulnerabilityFilter(q="rare")),
        "q: in one row": (created, False, VulnerabilityFilter(q=f"number{count // 2}")),
        "q: in none": (created, False, VulnerabilityFilter(q="nowhere")),
        "q: in 4 % + severity": (created, False, VulnerabilityFilter(q="seldom", severity=("critical",))),
        "q: in 4 %, -last_seen": (Order.LAST_SEEN, False, VulnerabilityFilter(q="seldom")),
        "q: in 4 %, -risk_score": (Order.RISK, False, VulnerabilityFilter(q="seldom")),
    }


async def cpu(work: Callable[[], Awaitable[object]]) -> float:
    """CPU seconds of this thread."""
    started = time.thread_time()
    await work()
    return time.thread_time() - started


async def medians(works: dict[str, Callable[[], Awaitable[object]]]) -> dict[str, float]:
    """The median of each, in interleaved rounds, so that a busy machine slows all alike."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            times[name].append(await cpu(work))
    return {name: statistics.median(values) for name, values in times.items()}


def counted(count: int) -> dict[str, VulnerabilityFilter]:
    """What is counted, by name."""
    one = vulnerability(count // 2)
    return {
        "no filter": VulnerabilityFilter(),
        "severity": VulnerabilityFilter(severity=("high",)),
        "check_id": VulnerabilityFilter(check_id=(one.check_id,)),
        "cwe, several": VulnerabilityFilter(cwe=(*one.cwe, "CWE-3")),
        "created_after": VulnerabilityFilter(created_after=START),
        "q: in every row": VulnerabilityFilter(q="scripting"),
        "q: in 4 % + severity": VulnerabilityFilter(q="seldom", severity=("critical",)),
    }


def ordered(store: SqliteStore, where: VulnerabilityFilter, page: Page) -> Callable[[], Awaitable[object]]:
    """Reading that page."""
    return lambda: store.read(WORKSPACE, lambda tx: tx.vulnerabilities.slice(where, page))


def counting(store: SqliteStore, where: VulnerabilityFilter) -> Callable[[], Awaitable[object]]:
    """Counting what matches, as `include=total` does."""
    return lambda: store.read(WORKSPACE, lambda tx: tx.vulnerabilities.count(where, MOST_COUNTED))


async def deep_position(
    store: SqliteStore, where: VulnerabilityFilter, order: Order, ascending: bool
) -> int | None:
    """A position about in the middle of an order that no filter narrows."""
    if where != VulnerabilityFilter() and where.q is None:
        return None
    if order is Order.LAST_SEEN:
        return first_rank(START + SEEN_SPREAD // 2 * 1_000_000)
    if order is Order.CREATED:
        return first_rank(START + DEEP_ROW * STEP)
    first = await store.read(
        WORKSPACE, lambda tx: tx.vulnerabilities.slice(where, Page(1, None, order, ascending))
    )
    grade = first.rows[0].rank >> RANK_BITS
    return graded_position(grade // 2, first_rank(START + DEEP_ROW * STEP))


async def pages(path: Path, count: int) -> int:
    """Print what pages cost; 1 when depth costs more than the bound."""
    store = SqliteStore.open(path, RealClock())
    middle = first_rank(START + count // 2 * STEP)

    def page(where: VulnerabilityFilter, before: int | None) -> Callable[[], Awaitable[object]]:
        return lambda: store.read(WORKSPACE, lambda tx: tx.vulnerabilities.page(where, Page(PAGE, before)))

    works: dict[str, Callable[[], Awaitable[object]]] = {
        "get": lambda: store.read(WORKSPACE, lambda tx: tx.vulnerabilities.get(identity(count // 3)))
    }
    scan = vulnerability(count // 2).scan_id
    works["severities of a scan"] = lambda: store.read(
        WORKSPACE, lambda tx: tx.vulnerabilities.severities(scan)
    )
    for name, where in filters(count).items():
        works[name], works[f"{name}, deep"] = page(where, None), page(where, middle)
    for name, (order, ascending, where) in orders(count).items():
        works[name] = ordered(store, where, Page(PAGE, None, order, ascending))
        deep = await deep_position(store, where, order, ascending)
        if deep is not None:
            works[f"{name}, deep"] = ordered(store, where, Page(PAGE, deep, order, ascending))
    for name, where in counted(count).items():
        works[f"total: {name}"] = counting(store, where)
    found = await medians(works)
    await store.aclose()
    base = found["get"]
    rows = [Row(name, f"{seconds * 1e6:.0f} us CPU", seconds / base) for name, seconds in found.items()]
    depth = found["no filter, deep"] / found["no filter"]
    rows.append(Row(f"page at depth {count // 2:,} / first page", "", depth, MAX_DEPTH_RATIO))
    return show(f"get one row by its id; {count:,} vulnerabilities; median of {ROUNDS} rounds", rows)


async def commits(folder: Path) -> None:
    """Print how many small durable writes a second several writers reach together."""
    store = SqliteStore.open(folder / "cyberai.db", RealClock())
    await store.write(WORKSPACE, lambda tx: tx.ensure_workspace(START))
    event = NewEvent(EventId("evt_1"), EventType.SCAN_PROGRESS, START, msgspec.Raw(b"{}"))

    def append(tx: Tx) -> None:
        tx.events.append(event)

    async def rate(writers: int) -> float:
        end, count = time.monotonic() + SECONDS, 0

        async def write() -> None:
            nonlocal count
            while time.monotonic() < end:
                await store.write(WORKSPACE, append)
                count += 1

        await asyncio.gather(*(write() for _ in range(writers)))
        return count / SECONDS

    rates = {writers: await rate(writers) for writers in (1, 4, 16)}
    await store.aclose()
    show(
        "a lone writer; each write is durable when it returns",
        [
            Row(f"{writers} writers", f"{rate:.0f} writes/s", rate / rates[1])
            for writers, rate in rates.items()
        ],
    )


def main() -> int:
    """Run it; 1 when a limit is not kept."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    missed = asyncio.run(pages(filled_folder(count) / "cyberai.db", count))
    folder = Path(tempfile.mkdtemp(dir=OUT))
    try:
        asyncio.run(commits(folder))
    finally:
        shutil.rmtree(folder)
    return missed


if __name__ == "__main__":
    sys.exit(main())
