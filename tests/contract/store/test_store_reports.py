"""Reports and files."""

import hashlib

import pytest

from cyberai.domain.errors import Conflict, NotFound
from cyberai.domain.ids import SYSTEM, ReportId
from cyberai.domain.report import Report, ReportFilters, ReportStatus
from support.store import Stored
from support.store_samples import HERE, NOW, OTHER, report

UNTIL = NOW + 30


def put(stored: Stored, *reports: Report) -> None:
    for value in reports:
        stored.write(lambda tx, value=value: tx.reports.insert(value), value.workspace)


def claim(stored: Stored, now: int = NOW, until: int = UNTIL) -> Report | None:
    return stored.system(lambda tx: tx.reports.claim("w", now, until))


def test_a_report_comes_back_and_is_replaced(stored: Stored) -> None:
    value = report(scans=("a", "b")).replace(filters=ReportFilters(severity=("high",)), title="T")
    put(stored, value)
    assert stored.read(lambda tx: tx.reports.get(value.id)) == value
    assert stored.read(lambda tx: tx.reports.get(value.id), OTHER) is None
    done = value.replace(status=ReportStatus.COMPLETED, size=5, digest="d", completed_at=NOW + 5)
    stored.write(lambda tx: tx.reports.update(done))
    assert stored.read(lambda tx: tx.reports.get(value.id)) == done
    with pytest.raises(Conflict):
        put(stored, value)
    with pytest.raises(NotFound):
        stored.write(lambda tx: tx.reports.update(report("z")))


def test_queued_reports_are_claimed_once_oldest_first_in_any_workspace(stored: Stored) -> None:
    put(stored, report("a"), report("b", workspace=OTHER), report("c", status=ReportStatus.COMPLETED))
    first, second, third = claim(stored), claim(stored), claim(stored)
    assert first == report("a").replace(status=ReportStatus.GENERATING, updated_at=NOW)
    assert second is not None
    assert (second.id, second.workspace) == ("report_b", OTHER)
    assert third is None
    assert stored.read(lambda tx: tx.reports.get(ReportId("report_a"))) == first


def test_a_report_whose_worker_died_is_claimed_again_until_it_is_done(stored: Stored) -> None:
    put(stored, report("a"))
    first = claim(stored)
    assert claim(stored, now=UNTIL - 1) is None
    again = claim(stored, now=UNTIL, until=UNTIL + 30)
    assert again == first
    assert again is not None
    done = again.replace(status=ReportStatus.FAILED, error="why")
    stored.write(lambda tx: tx.reports.update(done), HERE)
    assert claim(stored, now=UNTIL + 99) is None


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20])
def test_a_file_of_any_size_comes_back_byte_for_byte(stored: Stored, size: int) -> None:
    # Half of it compresses, half of it does not.
    noise = hashlib.shake_256(b"seed").digest(size // 2)
    content = noise + b"a" * (size - len(noise))
    stored.write(lambda tx: tx.blobs.put("report_a", content, "text/html", "r.html"))
    assert stored.read(lambda tx: tx.blobs.get("report_a")) == (content, "text/html", "r.html")
    assert stored.read(lambda tx: tx.blobs.get("report_a"), OTHER) is None
    assert stored.read(lambda tx: tx.blobs.get("report_b")) is None
    assert stored.read(lambda tx: tx.blobs.get("report_a"), SYSTEM) is None


def test_a_file_is_replaced_whole_and_only_with_its_transaction(stored: Stored) -> None:
    stored.write(lambda tx: tx.blobs.put("x", b"long " * 1_000_000, "text/plain", "x.txt"))
    stored.write(lambda tx: tx.blobs.put("x", b"short", "text/csv", "x.csv"))
    assert stored.read(lambda tx: tx.blobs.get("x")) == (b"short", "text/csv", "x.csv")

    def fail(tx: object) -> None:
        tx.blobs.put("x", b"never", "a/b", "n")  # type: ignore[attr-defined]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stored.write(fail)
    assert stored.read(lambda tx: tx.blobs.get("x")) == (b"short", "text/csv", "x.csv")
