"""Imported feeds: seen whole or not at all, for every workspace, and scored anew where they make a difference."""

import msgspec
import pytest
from msgspec import structs

from cyberai.domain.errors import Conflict, StoreError
from cyberai.domain.history import BY_ITSELF
from cyberai.domain.ids import SYSTEM
from cyberai.domain.known.flaw import Alternative, Flaw, Range
from cyberai.domain.risk import terms_of
from cyberai.domain.threat import Epss, Exposure, Kev, Threat
from cyberai.domain.vulnerability import Vulnerability
from cyberai.ports.feeds import UPDATES, Feed, FeedName, KeptRow
from cyberai.ports.repositories import Order, Page, VulnerabilityFilter
from support.store import Stored
from support.store_samples import NOW, SECOND, sighting, vulnerability

LOG, JQUERY = "CVE-2021-44228", "CVE-2020-11023"


def scores(day: str, **by: float) -> list[Epss]:
    return [
        Epss(cve=cve, score=score, percentile=score, date=day)
        for cve, score in ((LOG, by.get("log")), (JQUERY, by.get("jquery")))
        if score is not None
    ]


def feed(name: FeedName, generation: int, entries: int, day: str = "2026-11-26") -> Feed:
    return Feed(
        name=name, generation=generation, date=day, version="v1", entries=entries, imported_at=generation
    )


def put(stored: Stored, generation: int, rows: list[Epss]) -> None:
    stored.write(lambda tx: tx.feeds.add(FeedName.EPSS, generation, rows), workspace=SYSTEM)


def test_an_import_is_seen_whole_or_not_at_all(stored: Stored) -> None:
    put(stored, 7, scores("2026-11-25", log=0.9))
    assert stored.read(lambda tx: tx.feeds.threat((LOG,))) is None
    first = feed(FeedName.EPSS, 7, 1, "2026-11-25")
    stored.write(lambda tx: tx.feeds.publish(first), workspace=SYSTEM)
    known = Threat(epss=scores("2026-11-25", log=0.9)[0])
    assert stored.read(lambda tx: tx.feeds.threat((JQUERY, LOG))) == known
    assert stored.read(lambda tx: tx.feeds.threat((JQUERY,))) is None
    # A further import, half-way: the one before counts on.
    put(stored, 9, scores("2026-11-26", log=0.8))
    assert stored.read(lambda tx: tx.feeds.threat((LOG,))) == known
    with pytest.raises(Conflict):
        stored.write(lambda tx: tx.feeds.publish(feed(FeedName.EPSS, 9, 2)), workspace=SYSTEM)
    assert stored.read(lambda tx: tx.feeds.current(FeedName.EPSS)) == first
    put(stored, 9, scores("2026-11-26", jquery=0.1))
    stored.write(lambda tx: tx.feeds.publish(feed(FeedName.EPSS, 9, 2)), workspace=SYSTEM)
    assert stored.read(lambda tx: tx.feeds.threat((LOG,))) == Threat(epss=scores("2026-11-26", log=0.8)[0])


def test_what_does_not_count_is_removed_step_by_step(stored: Stored) -> None:
    many = [Epss(cve=f"CVE-2020-{n:05}", score=0.5, percentile=0.5, date="") for n in range(25)]
    for generation in (3, 5, 8):
        put(stored, generation, many)
    stored.write(lambda tx: tx.feeds.publish(feed(FeedName.EPSS, 5, 25)), workspace=SYSTEM)
    steps = 0
    while stored.write(lambda tx: tx.feeds.drop_unseen(FeedName.EPSS, 10), workspace=SYSTEM):
        steps += 1
    assert steps == 6
    threat = stored.read(lambda tx: tx.feeds.threat(("CVE-2020-00024",)))
    assert threat is not None
    stored.write(lambda tx: tx.feeds.publish(feed(FeedName.EPSS, 5, 25)), workspace=SYSTEM)
    with pytest.raises(Conflict):
        stored.write(lambda tx: tx.feeds.publish(feed(FeedName.EPSS, 8, 25)), workspace=SYSTEM)


def test_a_catalogue_without_an_entry_says_that_it_is_not_listed(stored: Stored) -> None:
    listed = Kev(cve=LOG, added="2021-12-10", due="2021-12-24", ransomware=True)
    stored.write(lambda tx: tx.feeds.add(FeedName.KEV, 7, [listed]), workspace=SYSTEM)
    stored.write(lambda tx: tx.feeds.publish(feed(FeedName.KEV, 7, 1)), workspace=SYSTEM)
    assert stored.read(lambda tx: tx.feeds.threat((LOG, JQUERY))) == Threat(kev=listed, kev_known=True)
    assert stored.read(lambda tx: tx.feeds.threat((JQUERY,))) == Threat(kev_known=True)


def test_a_tenant_writes_no_feed(stored: Stored) -> None:
    with pytest.raises(StoreError):
        stored.write(lambda tx: tx.feeds.add(FeedName.EPSS, 1, scores("2026-11-26", log=0.9)))
    with pytest.raises(StoreError):
        stored.write(lambda tx: tx.feeds.publish(feed(FeedName.EPSS, 1, 0)))
    with pytest.raises(StoreError):
        stored.write(lambda tx: tx.feeds.drop_unseen(FeedName.EPSS, 1))


def some(stored: Stored) -> list[Vulnerability]:
    """Five vulnerabilities, of which the second, third and fifth have a CVE."""
    rows = [
        vulnerability(str(n), at=NOW + n * SECOND).replace(cve=cve, exposure=exposure)
        for n, (cve, exposure) in enumerate([
            ((), None), ((LOG,), Exposure.PUBLIC), ((JQUERY, LOG), Exposure.LOOPBACK), ((), Exposure.PRIVATE), ((JQUERY,), None),
        ])
    ]  # fmt: skip
    for row in rows:
        stored.write(lambda tx, row=row: tx.vulnerabilities.record(sighting(row)))  # type: ignore[misc]
    return rows


def test_those_with_a_cve_come_page_by_page(stored: Stored) -> None:
    rows = some(stored)
    page = stored.read(lambda tx: tx.vulnerabilities.with_cve(None, 2))
    assert [row.vulnerability.id for row in page] == [rows[4].id, rows[2].id]
    rest = stored.read(lambda tx: tx.vulnerabilities.with_cve(page[-1].rank, 2))
    assert [row.vulnerability.id for row in rest] == [rows[1].id]


def test_order_and_sum_follow_what_is_known(stored: Stored) -> None:
    rows = some(stored)
    threats = [None, Threat(epss=scores("", log=0.7)[0]), Threat(kev=Kev(cve=LOG, added="2021-12-10"), kev_known=True),
               None, Threat(epss=scores("", jquery=0.001)[0], kev_known=True)]  # fmt: skip
    rows = [row.replace(threat=threat) for row, threat in zip(rows, threats, strict=True)]
    for row in rows:
        stored.write(lambda tx, row=row: tx.vulnerabilities.update(row, BY_ITSELF))  # type: ignore[misc]
    best = sorted(rows, key=lambda row: (-terms_of(row).score, -row.created_at))
    found = stored.read(lambda tx: tx.vulnerabilities.page(VulnerabilityFilter(), Page(5, order=Order.RISK)))
    assert [row.vulnerability.id for row in found] == [row.id for row in best]
    assert [terms_of(row).score for row in best] == [72.0, 60.0, 54.0, 48.0, 45.0]
    counts = stored.read(lambda tx: tx.vulnerabilities.facets(VulnerabilityFilter(), 100))
    of_target = VulnerabilityFilter(target=(rows[0].target,), q="title")
    counted = stored.read(lambda tx: tx.vulnerabilities.facets(of_target, 100))
    # 1 - 0.4816 x 0.64 x 0.7084 x 0.7696 x 0.7975
    assert (counts.risk, counted.risk) == (86.6, 86.6)
    assert stored.read(lambda tx: tx.vulnerabilities.facets(of_target, 3)).risk is None


def flaw(modified: str) -> str:
    return msgspec.json.encode(Flaw(modified, (Alternative((Range(end="1.19.0"),)),))).decode()


def part(name: str, generation: int, rows: int) -> Feed:
    return structs.replace(feed(FeedName.NVD, generation, 1), part=name, rows=rows)


def test_parts_count_side_by_side_and_changes_on_top(stored: Stored) -> None:
    def put_rows(generation: int, label: str, *rows: tuple[str, str]) -> None:
        kept = [KeptRow(key, doc) for key, doc in rows]
        stored.write(lambda tx: tx.feeds.add(FeedName.NVD, generation, kept), workspace=SYSTEM)
        shown = part(label, generation, len(rows))
        stored.write(lambda tx: tx.feeds.publish(shown), workspace=SYSTEM)

    def found(*starts: str) -> list[tuple[str, str, str]]:
        rows = stored.read(lambda tx: tx.feeds.flaws(FeedName.NVD, starts))
        return sorted((name, id, row.modified) for name, id, row in rows)

    put_rows(
        3,
        "2024",
        ("=CVE-2024-1", "b"),
        ("a:f5:nginx CVE-2024-1", flaw("b")),
        ("a:f5:nginx_plus CVE-2024-1", flaw("b")),
    )
    put_rows(4, "2025", ("=CVE-2025-1", "b"), ("a:f5:nginx CVE-2025-1", flaw("b")))
    assert found("a:f5:nginx ") == [("a:f5:nginx", "CVE-2024-1", "b"), ("a:f5:nginx", "CVE-2025-1", "b")]
    assert found("a:f5:nginx_plus ", "a:f5:none ") == [("a:f5:nginx_plus", "CVE-2024-1", "b")]
    assert len(found("a:f5:")) == 3
    # A change that says nothing more of the product hides it; an older one does not.
    put_rows(5, UPDATES, ("=CVE-2024-1", "c"), ("=CVE-2025-1", "a"), ("a:f5:nginx CVE-2025-1", flaw("a")))
    assert found("a:f5:nginx ") == [("a:f5:nginx", "CVE-2025-1", "b")]
    assert found("a:f5:nginx_plus ") == []
    assert [one.part for one in stored.read(lambda tx: tx.feeds.parts(FeedName.NVD))] == [
        "2024",
        "2025",
        "updates",
    ]
    assert stored.read(lambda tx: tx.feeds.modified(FeedName.NVD, "CVE-2024-1")) == "c"
    assert stored.read(lambda tx: tx.feeds.modified(FeedName.NVD, "CVE-2024-1", but=5)) == "b"
    kept = stored.read(lambda tx: tx.feeds.kept(FeedName.NVD, 5, "=CVE-2024-1", 10))
    assert [row.key for row in kept] == ["=CVE-2025-1", "a:f5:nginx CVE-2025-1"]
    # A year anew: what it replaced is removed, the other parts stay.
    put_rows(9, "2024", ("=CVE-2024-1", "d"), ("a:f5:nginx CVE-2024-1", flaw("d")))
    while stored.write(lambda tx: tx.feeds.drop_unseen(FeedName.NVD, 2), workspace=SYSTEM):
        pass
    assert found("a:f5:nginx ") == [("a:f5:nginx", "CVE-2024-1", "d"), ("a:f5:nginx", "CVE-2025-1", "b")]
    assert stored.read(lambda tx: tx.feeds.kept(FeedName.NVD, 3, "", 10)) == []
    assert stored.read(lambda tx: tx.feeds.threats(("CVE-2024-1",))) == {}
