"""Lists, searches, facets, changes and depth at a million vulnerabilities on both stores, through the use cases.

`python -m benchmarks.million [COUNT] [sqlite|postgres]`. The median and the 99th percentile of interleaved rounds, and the
median as a ratio to the bare indexed statement that takes its turn in every round: fifty rows by an index (lists, facets),
one row written back by its key with a flush (changes). Reads of SQLite run in the product's own thread and are measured by
its CPU time, so that a busy machine weighs less; all else is wall time, as a client waits for it.
"""

import asyncio
import gc
import itertools
import math
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.api_postgres import copy_rows
from benchmarks.fill import START, STEP, WORKSPACE, filled_folder, identity
from benchmarks.store import counted, filters, orders
from benchmarks.table import Row, show
from cyberai.app.bulk import update_vulnerabilities
from cyberai.app.context import App
from cyberai.app.facets import vulnerability_facets
from cyberai.app.listing import Sort
from cyberai.app.requests import BulkRequest, VulnerabilityPatch
from cyberai.app.vulnerabilities import list_vulnerabilities, update_vulnerability
from cyberai.bootstrap.build import open_app
from cyberai.config import load
from cyberai.domain.history import OPERATOR
from cyberai.ports.repositories import Order, Page, VulnerabilityFilter
from cyberai.storage.codec import first_rank
from cyberai.storage.opening import writer_connection
from tools.postgres_server import PostgresServer, postgres_server, program

ROUNDS = 60
PAGE = 50
MANY = 10_000
AIM_MS = 50.0
"""For the 99th percentile of lists and facets: printed, not enforced, since the machine has a part in it."""

_PAGE = "SELECT rank, doc FROM vulnerability WHERE workspace = 1 AND rank < {} ORDER BY rank DESC LIMIT 50"
_WRITE = (
    "UPDATE vulnerability SET doc = CASE WHEN substr(doc, length(doc)) = ' ' THEN rtrim(doc) ELSE doc || ' ' END "
    "WHERE workspace = 1 AND id = {}"
)
"""A blank comes or goes: SQLite would write nothing where nothing changes."""

Work = Callable[[], Awaitable[object]]
Bare = Callable[[str, object], None]
Clock = Callable[[], float]


def filled_database(server: PostgresServer, count: int) -> str:
    """The address of a database with the rows of the SQLite benchmark and their words."""
    from cyberai.storage.postgres.database import Database
    from cyberai.storage.postgres.opening import prepare

    server.run("ALTER SYSTEM SET max_wal_size = '8GB'", "SELECT pg_reload_conf()")
    server.run("CREATE DATABASE filled TEMPLATE template0 ENCODING 'UTF8' OWNER cyberai")
    prepare(Database(server.url("filled")))
    # Made last, so that they are sorted once rather than kept in order row by row.
    with psycopg.connect(server.url("filled", user="postgres"), autocommit=True) as connection:
        made = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname IN ('posting_facet', 'vulnerability_text_words')"
        ).fetchall()
        connection.execute("DROP INDEX posting_facet, vulnerability_text_words")
        copy_rows(filled_folder(count) / "cyberai.db", server.url("filled", user="postgres"))
        connection.execute(
            "INSERT INTO vulnerability_text (tenant, rowid, words) SELECT 'tenant1', number, cyberai_words('tenant1', concat_ws("
            "' ', doc::json->>'title', doc::json->>'affected_component', doc::json->>'description')) FROM vulnerability"
        )
        connection.execute("SET maintenance_work_mem = '512MB'")
        for (statement,) in made:
            connection.execute(str(statement).encode())
        connection.execute("VACUUM ANALYZE")
    return server.url("filled")


@contextmanager
def bare_sqlite(path: Path) -> Iterator[Bare]:
    """The bare statements on a connection like the product's."""
    connection = writer_connection(path)
    try:
        yield lambda sql, value: connection.execute(sql.format("?"), (value,)).fetchall() and None
    finally:
        connection.close()


@contextmanager
def bare_postgres(url: str) -> Iterator[Bare]:
    """The same, prepared, each in a transaction of its own."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as connection:
        connection.execute("SET cyberai.workspace = '1'")

        def run(sql: str, value: object) -> None:
            found = connection.execute(sql.format("%s").encode(), (value,))
            if found.description is not None:
                found.fetchall()

        yield run


def lists(app: App, count: int) -> dict[str, Work]:
    """Pages by every filter and order, the first one and one from the middle."""

    def page(where: VulnerabilityFilter, order: Order = Order.CREATED, ascending: bool = False) -> Work:
        sort = Sort(order, ascending)
        return lambda: list_vulnerabilities(app, WORKSPACE, where, limit=PAGE, cursor=None, sort=sort)

    def deep(where: VulnerabilityFilter) -> Work:
        middle = Page(PAGE, first_rank(START + count // 2 * STEP))
        return lambda: app.store.read(WORKSPACE, lambda tx: tx.vulnerabilities.slice(where, middle))

    found = {f"list: {name}": page(where) for name, where in filters(count).items()}
    found |= {
        f"list: {name}": page(where, order, ascending)
        for name, (order, ascending, where) in orders(count).items()
    }
    names = ("no filter", "severity", "check_id", "severity + status", "check_id + target")
    return found | {f"list at depth {count // 2:,}: {name}": deep(filters(count)[name]) for name in names}


def facets(app: App, count: int) -> dict[str, Work]:
    """The counts under every filter."""
    asked = filters(count) | counted(count)
    return {
        f"facets: {name}": lambda where=where: vulnerability_facets(app, WORKSPACE, where)  # type: ignore[misc]
        for name, where in asked.items()
    }


def changes(app: App, count: int) -> dict[str, Work]:
    """One change at a time, each durable, to and fro over many rows."""
    turns = itertools.count()

    def change(**members: tuple[Any, Any]) -> Work:
        async def run() -> object:
            turn = next(turns)
            patch = VulnerabilityPatch(**{name: values[turn % 2] for name, values in members.items()})
            row = identity(turn // 2 * 7919 % count)
            return await update_vulnerability(app, WORKSPACE, row, patch, by=OPERATOR)

        return run

    return {
        "PATCH assignee": change(assignee=("kim", "lee")),
        "PATCH severity_override": change(severity_override=("low", None)),
    }


async def timed(works: dict[str, Work], rounds: int, clock: Clock) -> dict[str, list[float]]:
    """Seconds of each, in interleaved rounds; a first round is not counted."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            started = clock()
            await work()
            if number:
                times[name].append(clock() - started)
    return times


def percentile(times: list[float], share: float) -> float:
    """Of sorted times; with few of them the slowest."""
    return sorted(times)[math.ceil(len(times) * share) - 1]


def rows_of(times: dict[str, list[float]], base: str) -> Iterator[Row]:
    """A row each, with the ratio of the medians."""
    beside = statistics.median(times[base])
    for name, values in times.items():
        median = statistics.median(values)
        slow = percentile(values, 0.99)
        yield Row(name, f"{median * 1e3:.2f}/{slow * 1e3:.1f} ms", median / beside)


async def bulk(app: App, bare: Bare, count: int) -> Iterator[Row]:
    """Ten thousand by their ids, spread over the store, each listed anew; and back. With the CPU of this process. Bare: as
    many rows written back, each flushed."""
    ids = [str(identity(index)) for index in range(0, count, max(1, count // MANY))][:MANY]
    found: list[tuple[float, float, float, int]] = []
    for severity in ("low", None):
        started, cpu = time.perf_counter(), time.process_time()
        patch = VulnerabilityPatch(severity_override=severity)
        done = await update_vulnerabilities(app, WORKSPACE, BulkRequest(ids=ids, patch=patch), by=OPERATOR)
        assert done.failed == 0
        cpu = time.process_time() - cpu
        seconds, started = time.perf_counter() - started, time.perf_counter()
        for id in ids:
            bare(_WRITE, id)
        found.append((seconds, cpu, time.perf_counter() - started, done.updated))
    return iter(
        Row(f"bulk of {MANY:,}, {changed:,} changed", f"{seconds:.1f} s, {cpu:.1f} CPU", seconds / beside)
        for seconds, cpu, beside, changed in found
    )


async def measure(name: str, app: App, bare: Bare, count: int, clock: Clock) -> None:
    """Print the table of one store."""
    # As the server does: else a search for garbage goes through all of its modules now and then (50 ms).
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    depth = itertools.cycle(first_rank(START + count * part // 10 * STEP) for part in range(1, 11))

    async def page() -> None:
        bare(_PAGE, next(depth))

    async def write() -> None:
        bare(_WRITE, identity(count // 2))

    reads = await timed({"bare page of 50": page} | lists(app, count) | facets(app, count), ROUNDS, clock)
    writes = await timed(
        {"bare row written back": write} | changes(app, count), ROUNDS * 4, time.perf_counter
    )
    table = [*rows_of(reads, "bare page of 50"), *rows_of(writes, "bare row written back")]
    table += await bulk(app, bare, count)
    unit = "CPU" if clock is time.thread_time else "wall time"
    title = f"the bare statement of its kind; {name}, {count:,} rows; median/99th percentile of {ROUNDS}; reads: {unit}"
    show(title, table)
    slow = [case for case, times in reads.items() if percentile(times, 0.99) * 1e3 > AIM_MS]
    print(f"99th percentile above {AIM_MS:.0f} ms: {', '.join(slow) or 'none'}")


async def sqlite(count: int) -> None:
    """On SQLite."""
    folder = filled_folder(count)
    async with open_app(load(data_dir=folder, log_level="error")) as app:
        with bare_sqlite(folder / "cyberai.db") as bare:
            await measure("SQLite", app, bare, count, time.thread_time)


async def postgres(count: int, url: str) -> None:
    """On PostgreSQL."""
    settings = load(data_dir=filled_folder(count), database_url=url, log_level="error")
    async with open_app(settings) as app:
        with bare_postgres(url) as bare:
            await measure("PostgreSQL", app, bare, count, time.perf_counter)


def main(arguments: list[str]) -> int:
    """Both stores, or the one that is named."""
    count = next((int(text) for text in arguments if text.isdigit()), 1_000_000)
    if "postgres" not in arguments:
        asyncio.run(sqlite(count))
    if "sqlite" in arguments:
        return 0
    if program("initdb") is None:
        print("PostgreSQL is not installed, so its figures are left out: apt-get install postgresql")
        return 0
    with postgres_server(fsync=True) as server:
        asyncio.run(postgres(count, filled_database(server, count)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
