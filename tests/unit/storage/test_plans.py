"""No statement of the store walks a table: the plan of each is looked at."""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

import cyberai.storage
from cyberai.storage import cross_counts, listing, opening, reports, scans, vulnerabilities
from cyberai.storage.dialect import Backend
from cyberai.storage.statements import Statement

SMALL = ("workspace", "worker", "host_lease")
"""Tables with a row per tenant, per process or per host that is worked on now: walking them is cheaper than an
index."""


def statements() -> Iterator[tuple[str, Statement]]:
    """Every statement that a module of the store defines."""
    for info in pkgutil.iter_modules(cyberai.storage.__path__):
        module = importlib.import_module(f"cyberai.storage.{info.name}")
        for name, value in vars(module).items():
            if isinstance(value, Statement):
                yield f"{info.name}.{name}", value
    for kind in (scans.KIND, vulnerabilities.KIND, reports.KIND):
        for name, value in vars(kind.statements).items():
            if isinstance(value, Statement):
                yield f"{kind.name}.{name}", value
        yield f"{kind.name}.among", kind.statements.among(64)
        yield f"{kind.name}.facets_among", kind.statements.facets_among(64)
    for size in (0, 8):
        yield f"listing.largest {size}", listing._largest(size)
    crossed = vulnerabilities.KIND.crossed
    yield "cross_counts.largest", cross_counts._largest(4)
    yield "cross_counts.values", cross_counts._values(64)
    yield "cross_counts.among", cross_counts._among(crossed, 64)
    yield "cross_counts.change", cross_counts._change(crossed)
    yield "cross_counts.drop", cross_counts._drop(crossed)
    for shape in (
        (1, True, False, ()),
        (4, False, True, (2, 1)),
        (64, False, False, ()),
        (2, True, True, (8,)),
        (4, False, True, (2, 1), True),
    ):
        yield f"listing.{shape}", listing._merged(*shape)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "cyberai.db"
    opening.prepare(path)
    return path


ALL = dict(statements())


def test_the_statements_were_found() -> None:
    assert len(ALL) > 60
    assert {"shards._HOLD", "units._PENDING", "vulnerability.newest"} <= set(ALL)


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_statement_seeks(store: Path, name: str) -> None:
    sql, values = ALL[name].prepare(Backend.SQLITE, defaultdict(int))
    connection = apsw.Connection(str(store))
    rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    connection.close()
    steps = [str(row[3]) for row in rows]
    walks = [step for step in steps if step.startswith("SCAN ")]
    # An index of open work holds nothing else; CONSTANT ROW and subqueries are no tables.
    # "M" in the plan of the index of words says that the condition on words is what it seeks by.
    allowed = (
        "INDEX scan_open",
        "INDEX report_open",
        "INDEX retest_open",
        "CONSTANT ROW",
        "SCAN waiting",
        "SCAN matching",
        "SCAN most",
        *SMALL,
    )
    allowed += (
        "SCAN vulnerability_text VIRTUAL TABLE INDEX 0:M",
        "SCAN vulnerability_text VIRTUAL TABLE INDEX 192:M",
        "SCAN vulnerability_text VIRTUAL TABLE INDEX 0:=",  # by its number
    )
    assert [step for step in walks if not any(word in step for word in allowed)] == []


@pytest.mark.parametrize("name", [name for name in sorted(ALL) if name.startswith("listing.(")])
def test_a_page_is_merged_and_never_sorted(store: Path, name: str) -> None:
    sql, values = ALL[name].prepare(Backend.SQLITE, defaultdict(int))
    connection = apsw.Connection(str(store))
    steps = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
    connection.close()
    assert not [step for step in steps if "TEMP B-TREE" in step]
    assert all(
        "USING PRIMARY KEY" in s or "USING COVERING INDEX" in s for s in steps if s.startswith("SEARCH")
    )
