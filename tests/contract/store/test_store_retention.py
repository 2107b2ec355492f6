"""What is old: counted and removed alike, in one workspace, without a hole in what stays."""

import pytest

from cyberai.domain.errors import LeaseLost, StoreError
from cyberai.domain.event import NewEvent
from cyberai.domain.ids import SYSTEM, ReportId, ScanId, VulnerabilityId
from cyberai.domain.report import ReportStatus
from cyberai.domain.scan import ScanStatus
from cyberai.ports.repositories import Page, ReportFilter
from cyberai.ports.retention import Amount
from cyberai.ports.store import Tx
from support.store import Stored
from support.store_samples import (
    HERE,
    NOW,
    OTHER,
    SECOND,
    event,
    report,
    scan,
    shard,
    sighting,
    unit,
    vulnerability,
)

SCAN = ScanId("scan_a")


def dated(name: str, at: int) -> NewEvent:
    made = event(name)
    return NewEvent(made.id, made.type, at, made.data)


def test_the_log_loses_its_beginning_only(stored: Stored) -> None:
    for number in range(6):
        # The clock went back once: what stands behind a young event stays, or there would be a hole.
        at = NOW + (number if number != 4 else 0) * SECOND
        stored.write(lambda tx, n=number, at=at: tx.events.append(dated(f"{n}", at)))
    stored.write(lambda tx: tx.events.append(dated("other", NOW)), OTHER)
    first = stored.read(lambda tx: tx.retention.old_events(NOW + 3 * SECOND, 0, 2))
    assert first is not None
    assert (first.last, first.amount.rows) == (2, 2)
    rest = stored.read(lambda tx: tx.retention.old_events(NOW + 3 * SECOND, first.last, 100))
    assert rest is not None
    assert (rest.last, rest.amount.rows) == (3, 1)
    assert stored.read(lambda tx: tx.retention.old_events(NOW + 3 * SECOND, rest.last, 100)) is None
    stored.write(lambda tx: tx.retention.drop_events(rest.last))
    assert [e.seq for e in stored.read(lambda tx: tx.events.after(0, 10))] == [4, 5, 6]
    assert stored.read(lambda tx: (tx.events.oldest(), tx.events.head())) == (4, 6)
    assert stored.read(lambda tx: tx.events.head(), OTHER) == 1
    stored.write(lambda tx: tx.events.append(event("next")))
    assert stored.read(lambda tx: tx.events.head()) == 7


def test_the_work_of_one_scan_goes_in_steps(stored: Stored) -> None:
    def begin(tx: Tx) -> None:
        for name in "ab":
            tx.scans.insert(scan(name))
            tx.shards.insert(shard(name))
            tx.units.add(shard(name), [unit(f"{name}{n}") for n in range(5)])

    stored.write(begin)
    kept = stored.read(lambda tx: tx.retention.work(SCAN))
    assert kept.rows == 5
    assert kept.bytes > 0
    assert [stored.write(lambda tx: tx.retention.drop_work(SCAN, 3)) for _ in range(3)] == [3, 2, 0]
    assert stored.read(lambda tx: tx.retention.work(SCAN)) == Amount()
    assert stored.read(lambda tx: tx.retention.work(ScanId("scan_b"))).rows == 5
    # The sums stay: they tell that something was left to do.
    assert sum(row.total - row.done for row in stored.read(lambda tx: tx.units.counts(SCAN))) == 5


def test_evidence_goes_and_the_vulnerability_stays(stored: Stored) -> None:
    value = vulnerability()
    other = VulnerabilityId("vuln_b")
    stored.write(lambda tx: tx.vulnerabilities.record(sighting(value)))
    stored.write(lambda tx: tx.vulnerabilities.record(sighting(vulnerability("b"))))
    kept = stored.read(lambda tx: tx.retention.evidence(value.id))
    assert kept.rows == 1
    assert kept.bytes > 0
    assert stored.read(lambda tx: tx.retention.evidence(value.id), OTHER) == Amount()
    stored.write(lambda tx: tx.retention.drop_evidence(value.id))
    assert stored.read(lambda tx: tx.retention.evidence(value.id)) == Amount()
    assert stored.read(lambda tx: tx.vulnerabilities.evidence(value.id)) == ()
    assert stored.read(lambda tx: tx.vulnerabilities.get(value.id)) == value
    assert stored.read(lambda tx: tx.vulnerabilities.evidence(other))


def test_a_report_goes_with_its_file_and_from_every_list(stored: Stored) -> None:
    def make(tx: Tx) -> None:
        for name in "ab":
            tx.reports.insert(report(name, status=ReportStatus.COMPLETED, scans=("x", name)))
            tx.blobs.put(f"report_{name}", b"0123456789" * 200_000, "a/b", "f")

    stored.write(make)
    gone, kept = ReportId("report_a"), ReportId("report_b")
    assert stored.read(lambda tx: tx.retention.report(gone)) == Amount(1, 2_000_000)
    stored.write(lambda tx: tx.retention.drop_report(gone), OTHER)
    assert stored.read(lambda tx: tx.retention.report(gone)).rows == 1
    stored.write(lambda tx: tx.retention.drop_report(gone))
    stored.write(lambda tx: tx.retention.drop_report(gone))
    assert stored.read(lambda tx: (tx.reports.get(gone), tx.blobs.get(gone))) == (None, None)
    assert stored.read(lambda tx: tx.retention.report(gone)) == Amount()
    for where in (
        ReportFilter(),
        ReportFilter(scan_id=("scan_x",)),
        ReportFilter(status=("completed",)),
        ReportFilter(status=("completed",), scan_id=("scan_x",), format=("json",)),
    ):
        page = stored.read(lambda tx, where=where: tx.reports.page(where, Page(10)))
        assert [row.report.id for row in page] == [kept]
    assert stored.read(lambda tx: tx.reports.page(ReportFilter(scan_id=("scan_a",)), Page(10))) == []
    assert stored.read(lambda tx: tx.blobs.get(kept)) is not None


def test_what_ran_out_is_the_deployments(stored: Stored) -> None:
    stored.system(lambda tx: tx.workers.beat("dead", 1, NOW))
    stored.system(lambda tx: tx.workers.beat("alive", 1, NOW + SECOND))
    assert stored.read(lambda tx: tx.retention.stale(NOW), SYSTEM).rows == 1
    with pytest.raises(StoreError):
        stored.write(lambda tx: tx.retention.drop_stale(NOW), HERE)
    stored.system(lambda tx: tx.retention.drop_stale(NOW))
    assert stored.read(lambda tx: tx.retention.stale(NOW), SYSTEM).rows == 0
    assert stored.read(lambda tx: tx.workers.live_slots(NOW), SYSTEM) == 1


def test_a_scan_is_opened_again_and_the_old_lease_is_lost(stored: Stored) -> None:
    def begin(tx: Tx) -> None:
        tx.scans.insert(scan(owner="cli-1"))
        tx.shards.insert(shard(), "cli-1")
        tx.units.add(shard(), [unit("done"), unit("left")])

    stored.write(begin)
    lease = stored.system(lambda tx: tx.shards.claim("cli-1", NOW, NOW + SECOND, "cli-1"))
    assert lease is not None

    def end(tx: Tx) -> None:
        tx.units.complete(shard(), unit("done").id, requests=1, urls=1, failure="")
        tx.scans.update(scan(owner="cli-1", status=ScanStatus.CANCELLED))
        tx.shards.close_scan(SCAN)

    stored.write(end)
    assert stored.system(lambda tx: tx.shards.claim("cli-2", NOW, NOW + SECOND, "cli-2")) is None

    def take_over(tx: Tx) -> int:
        tx.scans.update(scan(owner="cli-2"))
        return tx.shards.reopen(SCAN)

    assert stored.write(lambda tx: tx.shards.reopen(SCAN), OTHER) == 0
    assert stored.write(take_over) == 1
    with pytest.raises(LeaseLost):
        stored.write(lambda tx: tx.shards.hold(lease, NOW + 9 * SECOND))
    again = stored.system(lambda tx: tx.shards.claim("cli-2", NOW, NOW + SECOND, "cli-2"))
    assert again is not None
    assert [u.id for u in stored.read(lambda tx: tx.units.pending(again.shard, 10))] == [unit("left").id]
