"""Lists with every filter, every page, against a naive oracle that filters and sorts in Python."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contract.store.conftest import BACKENDS
from cyberai.domain.finding import Tier
from cyberai.domain.history import OPERATOR
from cyberai.domain.ids import ScanId
from cyberai.domain.report import Report, ReportFormat, ReportStatus, ReportType
from cyberai.domain.risk import terms_of
from cyberai.domain.scan import Criticality, Scan, ScanStatus, ScanType
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Detection, Vulnerability, VulnerabilityStatus
from cyberai.ports.repositories import Count, Order, Page, ReportFilter, ScanFilter, VulnerabilityFilter
from cyberai.ports.store import Tx
from support.postgres import stored_at
from support.store import Stored
from support.store_samples import NOW, OTHER, SECOND, report, scan, sighting, vulnerability

CASES = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = ("a", "b", "c")
WEAK = ("CWE-1", "CWE-2", "CWE-3")
TIMES = st.one_of(st.none(), st.integers(NOW - 2, NOW + 100))


def some(values: Any) -> st.SearchStrategy[tuple[str, ...]]:
    """A filter: often nothing, else a few values, one of which may be unknown."""
    known = [getattr(value, "value", value) for value in values]
    return st.one_of(
        st.just(()), st.lists(st.sampled_from([*known, "unknown"]), min_size=1, max_size=4).map(tuple)
    )


def fits(value: Any, wanted: tuple[str, ...]) -> bool:
    return not wanted or getattr(value, "value", value) in wanted


def within(at: int, where: Any) -> bool:
    after, before = where.created_after, where.created_before
    return (after is None or at > after) and (before is None or at < before)


WORDS = ("injection", "Header", "größe", "path")
SEARCHES = st.one_of(
    st.none(), st.sampled_from(["injected", "GRÖßE path", "größe", "header PATH", "nowhere", 'path" OR "'])
)


def base(word: str) -> str:
    """The base form of the few words that occur here."""
    plain = word.lower().replace("ö", "o").replace('"', "")
    return "inject" if plain.startswith("inject") else plain


def says(text: str, q: str | None) -> bool:
    return q is None or {base(word) for word in q.split()} - {""} <= {base(word) for word in text.split()}


def paged(
    read: Callable[[Page], list[Any]], limit: int, order: Order = Order.CREATED, ascending: bool = False
) -> list[Any]:
    """Every row, page by page, seeking on the rank of the last one."""
    rows: list[Any] = []
    before = None
    while True:
        page = read(Page(limit, before, order, ascending))
        assert len(page) <= limit
        rows += page
        if len(page) < limit:
            return rows
        before = page[-1].rank


@pytest.fixture(scope="module", params=[(b, walk) for b in sorted(BACKENDS) for walk in ("long", "short")])
def filled(request: pytest.FixtureRequest) -> Iterator[tuple[Stored, dict[str, list[Any]]]]:
    """A store with some of everything, and the same rows in lists, oldest first. With short walks, so few rows
    too take the ways of a million."""
    backend, walk = request.param
    with pytest.MonkeyPatch.context() as patch:
        if walk == "short":
            for name, value in (("MAX_WALK", 12), ("FEW_RUNS", 1), ("MAX_RUNS", 3)):
                patch.setattr(f"cyberai.storage.listing.{name}", value)
            for name, value in (("FEW", 40), ("STRETCH", 10), ("MAX_WALK", 30)):
                patch.setattr(f"cyberai.storage.sifting.{name}", value)
            patch.setattr("cyberai.storage.sifting.MOST_HELD", 50)
            patch.setattr("cyberai.storage.text_search.MOST_HELD", 50)
            patch.setattr("cyberai.storage.text_search.SPREAD", 2)
            for name, value in (("SEEKS", 15), ("MOST_GATHERED", 60)):
                patch.setattr(f"cyberai.storage.text_search.{name}", value)
            patch.setattr("cyberai.storage.sifting.LONG_STRETCH", 20)
        if backend == "sqlite":
            with tempfile.TemporaryDirectory() as folder:
                yield from _filled(folder)
        else:
            # A database of its own: that of the other tests is emptied after each of them.
            with request.getfixturevalue("pg_databases").fresh() as url:
                yield from _filled(url)


def _filled(place: str) -> Iterator[tuple[Stored, dict[str, list[Any]]]]:
    with stored_at(place) as stored:
        rows = {"scan": _scans(stored), "vulnerability": _vulnerabilities(stored), "report": _reports(stored)}
        yield stored, rows


def _scans(stored: Stored) -> list[Scan]:
    def make(n: int) -> Scan:
        return scan(
            f"s{n}",
            at=NOW + n // 3,
            status=list(ScanStatus)[n * 7 % 8],
            kind=list(ScanType)[n * 3 % 5],
            target=f"http://{NAMES[n % 3]}.example/",
            tags=tuple(NAMES[i] for i in range(3) if n >> i & 1),
        )

    values = [make(n) for n in range(150)]
    stored.write(lambda tx: [tx.scans.insert(value) for value in values])
    stored.write(lambda tx: tx.scans.insert(scan("foreign", workspace=OTHER)), OTHER)
    return values


def _vulnerabilities(stored: Stored) -> list[tuple[Vulnerability, set[str]]]:
    def put(tx: Tx, n: int) -> tuple[Vulnerability, set[str]]:
        seen = {NAMES[n % 3]}
        value = vulnerability(
            f"v{n}",
            scan=NAMES[n % 3],
            at=NOW + n // 4,
            severity=list(Severity)[n * 7 % 5],
            tier=list(Tier)[n % 3],
            check_id=f"web.{NAMES[n // 3 % 3]}",
            type=NAMES[n // 5 % 3],
            target=f"http://{NAMES[n // 2 % 3]}.example/",
            cwe=WEAK[: n % 4],
        ).replace(
            description=" ".join(word for i, word in enumerate(WORDS) if n * 5 >> i & 1),
            criticality=list(Criticality)[n // 3 % 3],
            last_seen=NOW + n * 13 % 37 * SECOND // 2,
        )
        tx.vulnerabilities.record(sighting(value))
        if n % 5 == 0:
            seen.add(NAMES[(n + 1) % 3])
            again = value.replace(
                scan_id=ScanId(f"scan_{NAMES[(n + 1) % 3]}"),
                updated_at=NOW + 999,
                last_seen=value.last_seen + n % 4 * SECOND,
                description=f"Path {value.description}",
            )
            value, *_ = tx.vulnerabilities.record(sighting(again))
        if n % 2:
            value = value.replace(
                status=list(VulnerabilityStatus)[n // 2 % 5],
                detection=list(Detection)[n // 2 % 6],
                severity_override=Severity.LOW if n % 7 == 0 else None,
            )
            tx.vulnerabilities.update(value, OPERATOR)
        return value, seen

    rows = stored.write(lambda tx: [put(tx, n) for n in range(400)])
    foreign = vulnerability("foreign", workspace=OTHER)
    stored.write(lambda tx: tx.vulnerabilities.record(sighting(foreign)), OTHER)
    return rows


def _reports(stored: Stored) -> list[Report]:
    def make(n: int) -> Report:
        return report(
            f"r{n}",
            at=NOW + n,
            scans=tuple(NAMES[i] for i in range(3) if (n % 7 + 1) >> i & 1),
            status=list(ReportStatus)[n % 4],
            type=list(ReportType)[n % 5],
            format=list(ReportFormat)[n % 3],
        )

    values = [make(n) for n in range(100)]
    stored.write(lambda tx: [tx.reports.insert(value) for value in values])
    return values


SCAN_FILTERS = st.builds(
    ScanFilter,
    status=some(ScanStatus),
    scan_type=some(ScanType),
    target=some([f"http://{n}.example/" for n in NAMES]),
    tags=some(NAMES),
    created_after=TIMES,
    created_before=TIMES,
)


@CASES
@given(where=SCAN_FILTERS, limit=st.integers(1, 60), ascending=st.booleans())
def test_scans(
    filled: tuple[Stored, dict[str, list[Any]]], where: ScanFilter, limit: int, ascending: bool
) -> None:
    stored, rows = filled
    expected = [
        s
        for s in (rows["scan"] if ascending else reversed(rows["scan"]))
        if fits(s.status, where.status)
        and fits(s.spec.scan_type, where.scan_type)
        and fits(s.target, where.target)
        and (not where.tags or set(where.tags) & set(s.spec.tags))
        and within(s.created_at, where)
    ]
    found = paged(
        lambda page: stored.read(lambda tx: tx.scans.page(where, page)), limit, Order.CREATED, ascending
    )
    assert [row.scan for row in found] == expected
    counts(stored.read(lambda tx: tx.scans.count(where, limit)), len(expected), limit)


def counts(found: Count, n: int, most: int) -> None:
    assert found == Count(min(n, most), n >= most)


VULNERABILITY_FILTERS = st.builds(
    VulnerabilityFilter,
    severity=some(Severity),
    status=some(VulnerabilityStatus),
    detection=some(Detection),
    tier=some(Tier),
    scan_id=some([f"scan_{n}" for n in NAMES]),
    target=some([f"http://{n}.example/" for n in NAMES]),
    type=some(NAMES),
    cwe=some(WEAK),
    check_id=some([f"web.{n}" for n in NAMES]),
    created_after=TIMES,
    created_before=TIMES,
    q=SEARCHES,
)


KEYS: dict[Order, Callable[[Vulnerability], float]] = {
    Order.CREATED: lambda v: v.created_at,
    Order.LAST_SEEN: lambda v: v.last_seen // SECOND,
    Order.SEVERITY: lambda v: v.effective_severity.rank,
    Order.RISK: lambda v: terms_of(v).score,
}


def sliced(
    stored: Stored, where: VulnerabilityFilter, limit: int, order: Order, ascending: bool
) -> list[Vulnerability]:
    """Every row, slice by slice: what ends early says where it goes on."""
    rows: list[Vulnerability] = []
    before = None
    while True:
        page = Page(limit, before, order, ascending)
        part = stored.read(lambda tx, page=page: tx.vulnerabilities.slice(where, page))
        assert len(part.rows) <= limit
        rows += [row.vulnerability for row in part.rows]
        if len(part.rows) < limit and part.resume is None:
            return rows
        before = part.rows[-1].rank if len(part.rows) == limit else part.resume


def matching(rows: dict[str, list[Any]], where: VulnerabilityFilter) -> list[Vulnerability]:
    """What a list with these filters holds, the oldest first."""
    return [
        v
        for v, seen in rows["vulnerability"]
        if fits(v.effective_severity, where.severity)
        and fits(v.status, where.status)
        and fits(v.detection, where.detection)
        and fits(v.tier, where.tier)
        and (not where.scan_id or {f"scan_{name}" for name in seen} & set(where.scan_id))
        and fits(v.target, where.target)
        and fits(v.type, where.type)
        and (not where.cwe or set(where.cwe) & set(v.cwe))
        and fits(v.check_id, where.check_id)
        and within(v.created_at, where)
        and says(v.description, where.q)
    ]


@CASES
@given(
    where=VULNERABILITY_FILTERS,
    limit=st.integers(1, 130),
    order=st.sampled_from(Order),
    ascending=st.booleans(),
)
def test_vulnerabilities(
    filled: tuple[Stored, dict[str, list[Any]]],
    where: VulnerabilityFilter,
    limit: int,
    order: Order,
    ascending: bool,
) -> None:
    stored, rows = filled
    key = KEYS[order]
    # In order of creation already; sorting is stable, so that equal rows stay in it.
    ordered = sorted(matching(rows, where), key=key)
    expected = ordered if ascending else ordered[::-1]
    assert sliced(stored, where, limit, order, ascending) == expected
    count = stored.read(lambda tx: tx.vulnerabilities.count(where, limit))
    if where.q is None:
        counts(count, len(expected), limit)
    else:
        # A search may stop counting early, and then says so.
        assert count.n <= min(len(expected), limit)
        assert count.capped or count.n == len(expected)


VALUES: dict[str, Callable[[Vulnerability], str]] = {
    "severity": lambda v: v.effective_severity.value,
    "status": lambda v: v.status.value,
    "detection": lambda v: v.detection.value,
    "tier": lambda v: v.tier.value,
    "type": lambda v: v.type,
    "check_id": lambda v: v.check_id,
    "target": lambda v: v.target,
}
CLOSED = ("severity", "status", "detection", "tier")


@CASES
@given(where=VULNERABILITY_FILTERS, most=st.integers(1, 500))
@example(where=VulnerabilityFilter(), most=1)
@example(where=VulnerabilityFilter(severity=("high", "low"), status=("open",)), most=1)
@example(where=VulnerabilityFilter(target=("http://a.example/",)), most=1)
@example(where=VulnerabilityFilter(check_id=("web.a", "web.b")), most=1)
@example(where=VulnerabilityFilter(scan_id=("scan_a",)), most=500)
@example(where=VulnerabilityFilter(scan_id=("scan_a", "scan_b"), cwe=("CWE-1",)), most=500)
@example(where=VulnerabilityFilter(q="path"), most=500)
def test_facets(filled: tuple[Stored, dict[str, list[Any]]], where: VulnerabilityFilter, most: int) -> None:
    stored, rows = filled
    expected = matching(rows, where)
    found = stored.read(lambda tx: tx.vulnerabilities.facets(where, most))
    assert tuple(found.by) == (*CLOSED, "type", "check_id", "target")
    for name, tally in found.by.items():
        counts = Counter(VALUES[name](v) for v in expected)
        assert list(tally.values) == sorted(tally.values, key=lambda pair: (-pair[1], pair[0]))
        assert not tally.more
        if not tally.capped:
            assert dict(tally.values) == dict(counts)
        assert all(0 < n <= counts[value] for value, n in tally.values)
    assert found.total == len(expected) or (found.capped and found.total <= len(expected))
    terms = [where.scan_id, where.target, where.type, where.cwe, where.check_id]
    asked = [values for values in terms if values]
    timed = where.q is not None or where.created_after is not None or where.created_before is not None
    if not timed and not asked:
        # Counters know it all, however many rows there are.
        assert not found.capped
        assert not any(tally.capped for tally in found.by.values())
    if not timed and len(asked) == 1 and len(set(asked[0])) == 1:
        assert not found.capped
        assert not any(found.by[name].capped for name in CLOSED)
        faceted = any((where.severity, where.status, where.detection, where.tier))
        assert faceted or not any(tally.capped for tally in found.by.values())
    if not timed and len(asked) == 1 and not (where.scan_id or where.cwe):
        # No row has two targets: counts of several add up.
        assert not found.capped
    if where.q is None and len(expected) < most:
        assert not any(tally.capped for tally in found.by.values())


@pytest.mark.parametrize("name", NAMES)
def test_severities_of_a_scan(filled: tuple[Stored, dict[str, list[Any]]], name: str) -> None:
    stored, rows = filled
    expected = dict.fromkeys((band.value for band in Severity), 0)
    for value, seen in rows["vulnerability"]:
        if name in seen:
            expected[value.effective_severity.value] += 1
    assert stored.read(lambda tx: tx.vulnerabilities.severities(ScanId(f"scan_{name}"))) == expected


REPORT_FILTERS = st.builds(
    ReportFilter,
    status=some(ReportStatus),
    type=some(ReportType),
    format=some(ReportFormat),
    scan_id=some([f"scan_{n}" for n in NAMES]),
)


@CASES
@given(where=REPORT_FILTERS, limit=st.integers(1, 40))
def test_reports(filled: tuple[Stored, dict[str, list[Any]]], where: ReportFilter, limit: int) -> None:
    stored, rows = filled
    expected = [
        r
        for r in reversed(rows["report"])
        if fits(r.status, where.status)
        and fits(r.type, where.type)
        and fits(r.format, where.format)
        and (not where.scan_id or set(where.scan_id) & set(r.scan_ids))
    ]
    found = paged(lambda page: stored.read(lambda tx: tx.reports.page(where, page)), limit)
    assert [row.report for row in found] == expected
    counts(stored.read(lambda tx: tx.reports.count(where, limit)), len(expected), limit)
