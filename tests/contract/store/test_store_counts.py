"""Counters and briefs equal a full count after anything that changes rows, on both stores."""

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest
from sqlalchemy import Table, select

from cyberai.domain.history import OPERATOR
from cyberai.domain.ids import ScanId, VulnerabilityId
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import VulnerabilityStatus
from cyberai.ports.repositories import VulnerabilityFilter
from cyberai.ports.store import Tx
from cyberai.storage import schema
from cyberai.storage.dialect import arg
from cyberai.storage.statements import Statement
from cyberai.storage.vulnerability_kind import KIND
from support.postgres import stored_at
from support.store import Stored
from support.store_samples import HERE, NOW, OTHER, SECOND, sighting, vulnerability
from support.take_back import TO_0006

NAMES = ("a", "b", "c")
KINDS = {"target": 0, "type": 1, "check": 2}


def _all_of(table: Table, *columns: str) -> Statement:
    return Statement(
        select(*(table.c[name] for name in columns)).where(table.c.workspace == arg("workspace"))
    )


_TERMS = _all_of(schema.term, "number", "kind", "value")
_ROWS = _all_of(schema.vulnerability, "number", "facet", "doc")
_SEEN = _all_of(schema.sighting, "vulnerability", "scan")
_PAIRS = _all_of(schema.pair_count, "term", "dimension", "other", "n")
_COUNTS = _all_of(schema.posting_count, "term", "facet", "n")
_BRIEFS = _all_of(schema.vulnerability_brief, *schema.vulnerability_brief.c.keys()[1:])

Found = dict[Any, Any]


def kept(tx: Tx, statement: Statement) -> list[tuple[Any, ...]]:
    scope = tx._scope  # type: ignore[attr-defined]
    rows: list[tuple[Any, ...]] = scope.db.rows(statement, workspace=scope.readable())
    return rows


def counted(tx: Tx) -> tuple[Found, Found, Found]:
    """What the store has counted, in words: per pair, per facet, and the briefs."""
    terms = {n: (kind.removeprefix("vulnerability."), value) for n, kind, value in kept(tx, _TERMS)}
    pairs = {(terms[t], d, terms[o][1]): n for t, d, o, n in kept(tx, _PAIRS)}
    facets = {(terms[t], f): n for t, f, n in kept(tx, _COUNTS) if n}
    briefs = {item: (facet, *(terms[t][1] for t in own)) for item, facet, *own in kept(tx, _BRIEFS)}
    return pairs, facets, briefs


def recounted(tx: Tx) -> tuple[Found, Found, Found]:
    """The same from the rows themselves, and the scans that saw them."""
    scans: dict[int, set[int]] = {}
    for number, scan in kept(tx, _SEEN):
        scans.setdefault(number, set()).add(scan)
    names = {n: value for n, kind, value in kept(tx, _TERMS) if kind == "vulnerability.scan"}
    pairs: Counter[Any] = Counter()
    facets: Counter[Any] = Counter()
    briefs: Found = {}
    for number, facet, doc in kept(tx, _ROWS):
        value = KIND.decode(doc)
        assert KIND.facet_of(value) == facet
        own = {"target": value.target, "type": value.type, "check": value.check_id}
        carried = {*KIND.terms_of(value), *(("scan", names[scan]) for scan in scans[number])}
        for term in carried:
            for dimension, place in KINDS.items():
                if term[0] != dimension:
                    pairs[term, place, own[dimension]] += 1
        for term in {*carried, ("", "")}:
            facets[term, facet] += 1
        briefs[number] = (facet, *own.values())
    return dict(pairs), dict(facets), briefs


def right(stored: Stored) -> None:
    for workspace in (HERE, OTHER):
        assert stored.read(counted, workspace) == stored.read(recounted, workspace)


class Life:
    """Random changes of a few vulnerabilities; a name stands for a row, whatever became of it."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._at = NOW

    def step(self) -> Callable[[Tx], None]:
        return self._random.choice([self.see, self.see, self.see, self.change, self.change, self.purge])()

    def see(self) -> Callable[[Tx], None]:
        draw = self._random
        number, scan = draw.randrange(12), draw.choice(NAMES)
        self._at += SECOND
        value = vulnerability(
            f"v{number}",
            scan=scan,
            at=self._at,
            severity=draw.choice(list(Severity)),
            check_id=f"web.{NAMES[number % 3]}",
            type=NAMES[number % 2],
            target=f"http://{NAMES[number // 4]}.example/",
            cwe=tuple(draw.sample(("CWE-1", "CWE-2", "CWE-3"), draw.randrange(3))),
        ).replace(cve=("CVE-2024-0001",) if draw.randrange(3) == 0 else ())

        def record(tx: Tx) -> None:
            tx.vulnerabilities.record(sighting(value.replace(workspace=tx.workspace)))

        return record

    def change(self) -> Callable[[Tx], None]:
        draw = self._random
        id = VulnerabilityId(f"vuln_v{draw.randrange(12)}")
        members: dict[str, Any] = draw.choice(
            [
                {"status": draw.choice(list(VulnerabilityStatus))},
                {"severity_override": draw.choice([*Severity, None])},
                {"assignee": draw.choice(NAMES)},
                # What no one changes today, but a migration of checks may.
                {"check_id": f"web.{draw.choice(NAMES)}"},
                {"type": draw.choice(NAMES), "target": f"http://{draw.choice(NAMES)}.example/"},
            ]
        )

        def change(tx: Tx) -> None:
            known = tx.vulnerabilities.get(id)
            if known is not None:
                tx.vulnerabilities.update(known.replace(**members), OPERATOR)

        return change

    def purge(self) -> Callable[[Tx], None]:
        scan, most = ScanId(f"scan_{self._random.choice(NAMES)}"), self._random.choice((1, 2, 50))

        def purge(tx: Tx) -> None:
            tx.erase.vulnerabilities(scan, most)

        return purge


def failing(step: Callable[[Tx], None]) -> Callable[[Tx], None]:
    def fail(tx: Tx) -> None:
        step(tx)
        raise ValueError("after all")

    return fail


@pytest.mark.parametrize("seed", range(4))
def test_counters_equal_a_full_count_after_random_changes(stored: Stored, seed: int) -> None:
    life = Life(seed)
    draw = random.Random(seed)
    for _ in range(12):
        workspace = draw.choice((HERE, HERE, OTHER))
        steps = [life.step() for _ in range(draw.randrange(1, 9))]
        if draw.randrange(3) == 0:
            # Several in one transaction: they share changes of counts, and read what waits.
            stored.write(lambda tx, steps=steps: [step(tx) for step in steps], workspace)
        elif draw.randrange(3) == 0:
            results = stored.together(steps[0], failing(life.see()), *steps[1:], workspace=workspace)
            assert [type(each) for each in results if each is not None] == [ValueError]
        else:
            stored.together(*steps, workspace=workspace)
        right(stored)
    for scan in NAMES:
        for workspace in (HERE, OTHER):
            stored.write(
                lambda tx, scan=scan: tx.erase.vulnerabilities(ScanId(f"scan_{scan}"), 99), workspace
            )
    assert stored.read(counted) == ({}, {}, {})


def test_counts_are_read_as_they_are_within_a_transaction(stored: Stored) -> None:
    def count(tx: Tx) -> tuple[int, dict[str, int]]:
        found = tx.vulnerabilities.facets(VulnerabilityFilter(check_id=("web.x",)), 1)
        assert not any(tally.capped for tally in found.by.values())
        return found.total, dict(found.by["target"].values)

    def work(tx: Tx) -> list[tuple[int, dict[str, int]]]:
        found = [count(tx)]
        for name in NAMES:
            target = f"http://{name[0] if name != 'c' else 'a'}.example/"
            tx.vulnerabilities.record(sighting(vulnerability(name, check_id="web.x", target=target)))
            found.append(count(tx))
        return found

    a, b = "http://a.example/", "http://b.example/"
    assert stored.write(work) == [(0, {}), (1, {a: 1}), (2, {a: 1, b: 1}), (3, {a: 2, b: 1})]
    assert stored.read(count) == (3, {a: 2, b: 1})


@contextlib.contextmanager
def _of_version_0006(place: str) -> Iterator[Stored]:
    with stored_at(place) as stored:
        yield stored
    if place.startswith("postgresql://"):
        with psycopg.connect(place, autocommit=True) as connection:
            for statement in TO_0006:
                connection.execute(statement.encode())
    else:
        store = apsw.Connection(str(Path(place) / "cyberai.db"))
        for statement in TO_0006:
            store.execute(statement)
        store.close()


@pytest.mark.parametrize("back_end", ["postgres", "sqlite"])
def test_the_rows_of_version_0006_are_counted_by_the_upgrade(
    back_end: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with contextlib.ExitStack() as stack:
        place = str(tmp_path)
        if back_end == "postgres":
            place = stack.enter_context(request.getfixturevalue("pg_databases").fresh())
        life = Life(7)
        with _of_version_0006(place) as stored:
            for workspace in (HERE, OTHER):
                steps = [life.step() for _ in range(80)]
                stored.write(lambda tx, steps=steps: [step(tx) for step in steps], workspace)
            before = [stored.read(counted, workspace) for workspace in (HERE, OTHER)]
            assert all(len(pairs) > 20 and len(briefs) > 3 for pairs, _, briefs in before)
        with stored_at(place) as stored:
            assert [stored.read(counted, workspace) for workspace in (HERE, OTHER)] == before
            right(stored)
            stored.write(lambda tx: [life.step()(tx) for _ in range(20)])
            right(stored)
