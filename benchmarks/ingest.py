"""Durable ingest of findings at a million rows beside the same rows written by bare SQL.

`python -m benchmarks.ingest [COUNT]`. A finding is recorded as a worker records it: looked for by its fingerprint, merged
or inserted, with its evidence, its place, its words, every list and counter, and its event; a unit's findings share a
transaction, and every transaction is on the disk before the next of that worker. What changed a row is noted on the way
and written once more to a second copy of the store by bare statements in transactions as large, whose CPU time is what ours
is compared with. The two take turns, and after each pair the disk is asked how often it flushes: what is written per
commit at that moment, appended and flushed by nothing but the operating system's own call.
"""

import asyncio
import itertools
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import apsw

from benchmarks.fill import OUT, TARGETS, WORKSPACE, filled_folder, vulnerability
from benchmarks.store import RealClock
from benchmarks.table import Row, show
from cyberai.app.context import App
from cyberai.app.events import vulnerability_event
from cyberai.bootstrap.build import open_app
from cyberai.config import load
from cyberai.domain.event import EventType
from cyberai.domain.finding import HttpEvidence
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.domain.ids import ScanId, make_id
from cyberai.domain.vulnerability import Detection, Sighting, VulnerabilityStatus
from cyberai.ports.store import Tx
from cyberai.storage.driver import ApswDriver
from cyberai.storage.opening import writer_connection
from cyberai.storage.statements import Statement

FINDINGS = 6_000
ROUNDS = 6
PER_UNIT = 10
WORKERS = 4
KNOWN_EVERY = 5
"""Every fifth finding is one that an earlier scan has seen."""
MIN_RATE = 1_500
MAX_CPU_RATIO = 3.0

FLUSHES = 40
FLUSHED_BYTES = 64 * 4096
"""Pages of a commit of some forty findings, roughly."""

Written = list[tuple[str, tuple[Any, ...]]]


class Spent(NamedTuple):
    """Seconds."""

    wall: float
    cpu: float


class Round(NamedTuple):
    """What both spent, statements that changed a row, commits, and flushes per second of the disk."""

    mine: Spent
    other: Spent
    statements: int
    commits: int
    flushes: float


def sightings(worker: int, count: int) -> Iterator[Sighting]:
    """What a worker finds on its host in a new scan: vulnerabilities no one has seen, now and then one that is known."""
    target = (worker * 97 + 13) % TARGETS
    there = [index for index in range(count) if index * 2_654_435_761 % (1 << 32) // 64 % TARGETS == target]
    known = itertools.cycle(there)
    scan = ScanId(make_id("scan", RealClock().now() // 1000, worker))
    for number in itertools.count(1):
        old = number % KNOWN_EVERY == 0
        row = vulnerability(next(known) if old else count + WORKERS * number + worker)
        at = RealClock().now()
        yield Sighting(
            vulnerability=row.replace(
                target=f"http://host-{target}.example/",
                status=VulnerabilityStatus.OPEN,
                detection=Detection.NEW,
                scan_id=scan,
                first_scan_id=scan,
                first_seen=at,
                last_seen=at,
                created_at=at,
                updated_at=at,
            ),
            evidence=(evidence(row.target, number),),
            place=f"GET {row.target}search q {number}",
        )


def evidence(target: str, number: int) -> HttpEvidence:
    """An exchange and its control, with pages of two kilobytes."""
    url = Url.parse(f"{target}search?q={number}")
    page = "".join(f"<p>row {n} of {number}</p>" for n in range(100)).encode()
    request = HttpRequest("GET", url, (("User-Agent", "CyberAI/0.1.0"), ("Accept", "text/html")))
    plain, marked = (
        HttpResponse(200, (("Content-Type", "text/html"),), body, elapsed=0.01, reason="OK")
        for body in (page, b"<q>" + page)
    )
    return HttpEvidence(Exchange(request, marked), Exchange(request, plain), "<q>", "Reflected.")


def store_unit(app: App, tx: Tx, found: list[Sighting]) -> None:
    """What a worker does with a unit's findings."""
    for seen in found:
        row, first, _ = tx.vulnerabilities.record(seen)
        if first:
            at = seen.vulnerability.last_seen
            tx.events.append(vulnerability_event(app, EventType.VULNERABILITY_FOUND, row, at))


async def ours(app: App, units: list[list[list[Sighting]]]) -> Spent:
    """Each worker stores its units one after the other."""

    async def work(mine: list[list[Sighting]]) -> None:
        for unit in mine:
            await app.store.write(WORKSPACE, lambda tx, unit=unit: store_unit(app, tx, unit))  # type: ignore[misc]

    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work(mine) for mine in units))
    return Spent(time.perf_counter() - started, time.process_time() - cpu)


@contextmanager
def noted() -> Iterator[Written]:
    """What changes rows while the block runs, in order."""
    written: Written = []

    class Noting(ApswDriver):
        def one(self, statement: Statement, /, **values: Any) -> Any:
            before = self._connection.total_changes()
            found = super().one(statement, **values)
            if self._connection.total_changes() > before:
                written.append(statement.prepare(0, values))
            return found

        def run(self, statement: Statement, /, **values: Any) -> int:
            changed = super().run(statement, **values)
            if changed:
                written.append(statement.prepare(0, values))
            return changed

        def many(self, statement: Statement, values: Any, /) -> None:
            rows = list(values)
            super().many(statement, rows)
            written.extend(statement.prepare(0, row) for row in rows)

    with patch("cyberai.storage.writer.ApswDriver", Noting):
        yield written


def bare(connection: apsw.Connection, written: Written, transactions: int) -> Spent:
    """The same statements with the same values, as many of a kind at once as come together."""
    size = len(written) // transactions + 1
    started, cpu = time.perf_counter(), time.process_time()
    for start in range(0, len(written), size):
        connection.execute("BEGIN IMMEDIATE")
        for sql, group in groupby(written[start : start + size], key=lambda item: item[0]):
            connection.executemany(sql, [values for _, values in group]).fetchall()
        connection.execute("COMMIT")
    return Spent(time.perf_counter() - started, time.process_time() - cpu)


def flushes(folder: Path) -> float:
    """How many appends of a commit's size the disk flushes per second now."""
    path, data = folder / "flushed", os.urandom(FLUSHED_BYTES)
    started = time.perf_counter()
    with path.open("wb", buffering=0) as file:
        for _ in range(FLUSHES):
            file.write(data)
            os.fdatasync(file.fileno())
    seconds = time.perf_counter() - started
    path.unlink()
    return FLUSHES / seconds


async def measure(count: int) -> int:
    """Print the table; 1 when a bound is missed."""
    source = filled_folder(count) / "cyberai.db"
    folder = Path(tempfile.mkdtemp(dir=OUT))
    try:
        for name in ("ours", "bare"):
            (folder / name).mkdir()
            shutil.copyfile(source, folder / name / "cyberai.db")
        return await compared(folder, count)
    finally:
        shutil.rmtree(folder)


async def compared(folder: Path, count: int) -> int:
    """Both in turns."""
    workers = [sightings(worker, count) for worker in range(WORKERS)]
    connection = writer_connection(folder / "bare" / "cyberai.db")
    rounds: list[Round] = []
    with noted() as written:
        async with open_app(load(data_dir=folder / "ours", log_level="error")) as app:
            # The first round fills caches and compiles statements: it is not counted.
            for _ in range(ROUNDS + 1):
                units = [
                    [list(islice(found, PER_UNIT)) for _ in range(FINDINGS // WORKERS // PER_UNIT)]
                    for found in workers
                ]
                written.clear()
                commits = app.store.commits  # type: ignore[attr-defined]
                mine = await ours(app, units)
                commits = app.store.commits - commits  # type: ignore[attr-defined]
                other = bare(connection, list(written), commits)
                rounds.append(Round(mine, other, len(written), commits, flushes(folder)))
    connection.close()
    return report(rounds[1:], count)


def report(rounds: list[Round], count: int) -> int:
    """The table."""
    all_of = len(rounds) * FINDINGS
    wall, cpu = (sum(getattr(each.mine, name) for each in rounds) for name in ("wall", "cpu"))
    bare_wall, bare_cpu = (sum(getattr(each.other, name) for each in rounds) for name in ("wall", "cpu"))
    statements = sum(each.statements for each in rounds) / all_of
    commits = sum(each.commits for each in rounds)
    rate = all_of / wall
    disk = sum(each.flushes for each in rounds) / len(rounds)
    rows = [
        Row("findings per second / the least", f"{rate:,.0f}/s", MIN_RATE / rate, 1.0),
        Row("slowest round", f"{FINDINGS / max(each.mine.wall for each in rounds):,.0f}/s"),
        Row("fastest round", f"{FINDINGS / min(each.mine.wall for each in rounds):,.0f}/s"),
        Row("findings per second of CPU", f"{all_of / cpu:,.0f}/s"),
        Row("findings per commit", f"{all_of / commits:.1f}"),
        Row(
            "commits per second, of the flushes this disk did beside",
            f"{commits / wall:.0f}/s of {disk:.0f}/s",
        ),
        Row("CPU per finding / bare", f"{cpu / all_of * 1e6:.0f} us", cpu / bare_cpu, MAX_CPU_RATIO),
        Row("bare SQL", f"{bare_cpu / all_of * 1e6:.0f} us"),
        Row("bare SQL, findings per second", f"{all_of / bare_wall:,.0f}/s"),
        Row("statements that change a row, per finding", f"{statements:.1f}"),
    ]
    shape = f"{PER_UNIT} findings per transaction, {WORKERS} workers, every {KNOWN_EVERY}th known"
    return show(f"bare SQL that writes the same rows, {count:,} rows before; {shape}", rows)


if __name__ == "__main__":
    sys.exit(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)))
