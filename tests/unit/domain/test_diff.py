"""What differs between two scans, rule by rule."""

import pytest

from cyberai.domain.check import CheckMeta
from cyberai.domain.diff import Difference, Scanned, compare, not_compared, severity_at
from cyberai.domain.report import CoverageRow
from cyberai.domain.scan import Scan, ScanStatus
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import (
    MAX_SEVERITY_CHANGES,
    Detection,
    Location,
    Vulnerability,
)
from cyberai.domain.vulnerability_moves import merge_sighting
from cyberai.engine.registry import all_checks
from support.store_samples import NOW, SECOND, scan, vulnerability

INPUTS, WHOLE = "web.reflected-xss", "web.exposed-files"
METAS: dict[str, CheckMeta] = {check.meta.id: check.meta for check in all_checks()}
RAN = (
    CoverageRow(host="a.example", check_id=INPUTS, clean=5),
    CoverageRow(host="a.example", check_id=WHOLE, clean=1),
)


def ended(name: str, at: int, status: ScanStatus = ScanStatus.COMPLETED) -> Scan:
    return scan(name, at=at, status=status).replace(finished_at=at + SECOND)


OLD, NEW = ended("old", NOW), ended("new", NOW + 10 * SECOND)


def row(name: str, check_id: str = INPUTS, at: int = NOW + 1, **changes: object) -> Vulnerability:
    value = vulnerability(name, scan="old", at=at, check_id=check_id)
    return value.replace(**{"affected_component": name, "title": f"Title of {name}", **changes})


def scanned(
    of: Scan, *rows: Vulnerability, ledger: tuple[CoverageRow, ...] = RAN, covers: bool = True
) -> Scanned:
    return Scanned(scan=of, rows=rows, ledger=ledger, covers=lambda _row: covers)


def changes(older: Scanned, newer: Scanned) -> dict[str, Difference]:
    return {item.row.id.removeprefix("vuln_"): item.difference for item in compare(older, newer, METAS)}


LATER = NOW + 10 * SECOND + 1


@pytest.mark.parametrize(
    ("older", "newer", "difference"),
    [
        (scanned(OLD, row("a")), scanned(NEW, row("a")), Difference.STILL_THERE),
        (scanned(OLD), scanned(NEW, row("a", at=LATER)), Difference.NEW),
        (scanned(OLD), scanned(NEW, row("a", at=NOW - 5)), Difference.REGRESSED),
        (scanned(OLD, row("a", WHOLE)), scanned(NEW), Difference.FIXED),
        (scanned(OLD, row("a", cleared_by=NEW.id)), scanned(NEW), Difference.FIXED),
        (scanned(OLD, row("a")), scanned(NEW), Difference.NOT_OBSERVED),
        (scanned(OLD, row("a")), scanned(NEW, ledger=()), Difference.NOT_TESTED),
        (scanned(OLD, row("a", WHOLE)), scanned(NEW, covers=False), Difference.NOT_TESTED),
        (
            scanned(OLD, row("a", WHOLE)),
            scanned(ended("new", LATER, ScanStatus.CANCELLED)),
            Difference.NOT_TESTED,
        ),
        (
            scanned(OLD, row("a", WHOLE)),
            scanned(
                NEW,
                ledger=(CoverageRow(host="a.example", check_id=WHOLE, clean=1, errored={"timeout": 1}),),
            ),
            Difference.NOT_TESTED,
        ),
        (
            scanned(OLD, row("a")),
            scanned(NEW, row("a", scan_id=NEW.id, detection=Detection.REGRESSED)),
            Difference.REGRESSED,
        ),
    ],
)
def test_what_became_of_one(older: Scanned, newer: Scanned, difference: Difference) -> None:
    assert changes(older, newer) == {"a": difference}


def test_what_is_new_may_have_been_there_where_the_older_scan_did_not_look() -> None:
    late = row("a", at=LATER)
    for ledger, untested in ((RAN, False), ((), True), (RAN[1:], True)):
        (item,) = compare(scanned(OLD, ledger=ledger), scanned(NEW, late), METAS)
        assert (item.difference, item.untested_before) == (Difference.NEW, untested)


def test_a_severity_is_that_of_each_scan() -> None:
    old = row("a", severity=Severity.LOW)
    again = old.replace(scan_id=NEW.id, severity=Severity.CRITICAL, updated_at=LATER)
    merged, _ = merge_sighting(old, again, new_place=False)
    third = merged.replace(scan_id="scan_third", severity=Severity.INFO, updated_at=LATER + 100 * SECOND)
    now, _ = merge_sighting(merged, third, new_place=False)
    (item,) = compare(scanned(OLD, now), scanned(NEW, now), METAS)
    assert item.difference is Difference.SEVERITY_CHANGED
    assert (item.before, item.after) == (Severity.LOW, Severity.CRITICAL)
    assert severity_at(now, LATER + 101 * SECOND) is Severity.INFO
    assert compare(scanned(NEW, now), scanned(NEW, now), METAS)[0].difference is Difference.STILL_THERE


def test_changes_of_severity_are_kept_within_bounds() -> None:
    known = row("a")
    for n in range(50):
        seen = known.replace(
            scan_id=f"scan_{n}", severity=list(Severity)[n % 2], updated_at=NOW + n * SECOND, confidence=90
        )
        known, _ = merge_sighting(known, seen, new_place=False)
    assert len(known.severity_changes) == MAX_SEVERITY_CHANGES


def at(url: str, parameter: str | None = "query:q") -> dict[str, object]:
    return {"title": "The same", "location": Location(url=url, method="GET", parameter=parameter)}


def test_the_same_flaw_at_another_place_has_moved() -> None:
    gone, came = (
        row("a", **at("http://a.example/search?q=1")),
        row("b", at=LATER, **at("http://a.example/find?q=2")),
    )
    (item,) = compare(scanned(OLD, gone), scanned(NEW, came), METAS)
    assert (item.difference, item.row.id, item.was) == (Difference.MOVED, "vuln_b", gone)


@pytest.mark.parametrize(
    ("gone", "came"),
    [
        # Two new ones: it could have gone to either.
        ([at("http://a.example/x?q=1")], [at("http://a.example/y?q=1"), at("http://a.example/z?q=1")]),
        ([at("http://a.example/x?q=1")], [at("http://a.example/y?s=1", "query:s")]),
        ([at("http://a.example/x", None)], [at("http://a.example/y", None)]),
    ],
)
def test_what_could_be_something_else_has_not_moved(
    gone: list[dict[str, object]], came: list[dict[str, object]]
) -> None:
    left = [row(f"l{n}", **place) for n, place in enumerate(gone)]
    new = [row(f"n{n}", at=LATER, **place) for n, place in enumerate(came)]
    found = changes(scanned(OLD, *left), scanned(NEW, *new))
    assert Difference.MOVED not in found.values()
    assert len(found) == len(gone) + len(came)


def test_what_is_still_there_has_not_moved() -> None:
    both = row("a", **at("http://a.example/x?q=1"))
    came = row("b", at=LATER, **at("http://a.example/y?q=1"))
    assert changes(scanned(OLD, both), scanned(NEW, both, came)) == {
        "a": Difference.STILL_THERE,
        "b": Difference.NEW,
    }


def test_what_only_one_ran_is_said() -> None:
    skipped = CoverageRow(host="a.example", check_id=WHOLE, skipped={"budget": 1})
    found = not_compared(scanned(OLD), scanned(NEW, ledger=(RAN[0], skipped)))
    assert [(row.host, row.check_id, row.only_in) for row in found] == [("a.example", WHOLE, "against")]
    (row,) = not_compared(scanned(OLD, ledger=()), scanned(NEW, ledger=RAN[:1]))
    assert (row.check_id, row.only_in) == (INPUTS, "scan")


def test_the_worst_come_first_within_each_change() -> None:
    rows = [row(f"r{n}", at=LATER, severity=severity) for n, severity in enumerate(reversed(Severity))]
    found = compare(scanned(OLD, row("x")), scanned(NEW, *rows), METAS)
    assert [item.row.id for item in found] == [
        "vuln_r4",
        "vuln_r3",
        "vuln_r2",
        "vuln_r1",
        "vuln_r0",
        "vuln_x",
    ]
