"""Scans: storing, counting, queueing. Their lists are in test_store_lists."""

import pytest

from cyberai.domain.errors import Conflict, NotFound
from cyberai.domain.ids import SYSTEM, ScanId, WorkspaceId
from cyberai.domain.scan import Scan, ScanStatus, Verdict, VerdictResult
from cyberai.ports.repositories import Page, ScanFilter
from support.store import Stored
from support.store_samples import HERE, NOW, OTHER, SECOND, scan


def put(stored: Stored, *scans: Scan) -> None:
    for value in scans:
        stored.write(lambda tx, value=value: tx.scans.insert(value), value.workspace)


def test_a_scan_comes_back_as_it_was_stored(stored: Stored) -> None:
    value = scan(tags=("x", "ü")).replace(
        verdict=Verdict(result=VerdictResult.FAIL, reasons=("why",), coverage_percent=99.5),
        counts_by_severity={"high": 1},
        risk_score=7.5,
        cancel_requested=True,
    )
    put(stored, value)
    assert stored.read(lambda tx: tx.scans.get(value.id)) == value


def test_unknown_and_foreign_scans_are_none(stored: Stored) -> None:
    put(stored, scan())
    assert stored.read(lambda tx: tx.scans.get(ScanId("scan_zzz"))) is None
    assert stored.read(lambda tx: tx.scans.get(ScanId("scan_a")), OTHER) is None


def test_an_update_replaces_the_scan_and_moves_it_in_the_lists(stored: Stored) -> None:
    put(stored, scan(tags=("old",)))
    changed = scan(tags=("new",), status=ScanStatus.COMPLETED)
    stored.write(lambda tx: tx.scans.update(changed))
    assert stored.read(lambda tx: tx.scans.get(changed.id)) == changed

    def listed(where: ScanFilter) -> int:
        return len(stored.read(lambda tx: tx.scans.page(where, Page(10))))

    assert listed(ScanFilter(status=("completed",))) == 1
    assert listed(ScanFilter(status=("running",))) == 0
    assert listed(ScanFilter(tags=("new",))) == 1
    assert listed(ScanFilter(tags=("old",))) == 0
    assert listed(ScanFilter(tags=("new",), status=("completed",))) == 1


def test_an_update_of_nothing_is_not_found_and_a_second_insert_a_conflict(stored: Stored) -> None:
    with pytest.raises(NotFound):
        stored.write(lambda tx: tx.scans.update(scan()))
    put(stored, scan())
    with pytest.raises(Conflict):
        put(stored, scan())


def test_active_scans_are_counted_across_workspaces_without_those_that_bring_their_own_worker(
    stored: Stored,
) -> None:
    put(
        stored,
        scan("a", status=ScanStatus.RUNNING),
        scan("b", status=ScanStatus.PAUSING, workspace=OTHER),
        scan("c", status=ScanStatus.CANCELLING),
        scan("d", status=ScanStatus.PAUSED),
        scan("e", status=ScanStatus.QUEUED),
        scan("f", status=ScanStatus.COMPLETED),
        scan("g", status=ScanStatus.RUNNING, owner="cli-1"),
    )
    assert stored.read(lambda tx: tx.scans.count_active(), SYSTEM) == 3


def test_queued_scans_come_oldest_first_from_the_least_busy_workspace(stored: Stored) -> None:
    queued = ScanStatus.QUEUED
    put(
        stored,
        scan("busy", at=NOW),
        scan("q1", at=NOW + 1 * SECOND, status=queued),
        scan("q2", at=NOW + 2 * SECOND, status=queued),
        scan("q3", at=NOW + 3 * SECOND, status=queued, workspace=OTHER),
        scan("q4", at=NOW + 4 * SECOND, status=queued, workspace=OTHER),
        scan("own", at=NOW, status=queued, workspace=OTHER, owner="cli-1"),
    )

    def names(limit: int) -> list[str]:
        return [s.id for s in stored.read(lambda tx: tx.scans.oldest_queued(limit), SYSTEM)]

    assert names(10) == ["scan_q3", "scan_q4", "scan_q1", "scan_q2"]
    assert names(1) == ["scan_q3"]


def test_scans_that_no_worker_will_claim_again(stored: Stored) -> None:
    running, cancelling = ScanStatus.RUNNING, ScanStatus.CANCELLING
    put(
        stored,
        scan("queued", status=ScanStatus.QUEUED),
        scan("running", status=running),
        scan("asked", status=cancelling).replace(cancel_requested=True),
        scan("other", status=cancelling, workspace=OTHER).replace(cancel_requested=True),
        scan("owned", status=running, owner="cli-1:x"),
        *(scan(s.value, status=s, owner="cli-1:x") for s in ScanStatus if s.terminal),
    )
    left = stored.read(lambda tx: tx.scans.unclaimable(), SYSTEM)
    assert {s.id for s in left} == {"scan_asked", "scan_other", "scan_owned"}


def test_the_last_completed_scans_of_a_target(stored: Stored) -> None:
    completed = ScanStatus.COMPLETED
    put(
        stored,
        *(scan(str(n), at=NOW + n * SECOND, status=completed) for n in (1, 2, 3)),
        scan("4", at=NOW + 4 * SECOND, status=ScanStatus.FAILED),
        scan("5", at=NOW + 5 * SECOND, status=completed, target="http://b.example/"),
        scan("6", at=NOW + 6 * SECOND, status=ScanStatus.RUNNING),
    )
    target = "http://a.example/"

    def names(limit: int, workspace: WorkspaceId = HERE) -> list[str]:
        return [s.id for s in stored.read(lambda tx: tx.scans.last_completed(target, limit), workspace)]

    assert names(10) == ["scan_3", "scan_2", "scan_1"]
    assert names(2) == ["scan_3", "scan_2"]
    assert names(2, OTHER) == []
