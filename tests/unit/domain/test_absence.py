"""What a scan that did not see a vulnerability says of it."""

import pytest
from msgspec.structs import replace

from cyberai.domain.absence import looked
from cyberai.domain.check import CheckMeta, Scope
from cyberai.domain.ids import ScanId
from cyberai.domain.report import CoverageRow
from cyberai.domain.vulnerability import Location
from cyberai.domain.vulnerability_moves import Looked
from support.fake_checks import fake
from unit.domain.test_vulnerability import vulnerability

SCAN = ScanId("scan_2")


def meta(scope: Scope) -> CheckMeta:
    return fake(lambda asset, probe: None, scope, id="web.x").meta  # type: ignore[arg-type, return-value]


def ledger(**changes: object) -> tuple[CoverageRow, ...]:
    other = CoverageRow(host="other:80", check_id="web.x", errored={"timeout": 3})
    return (other, CoverageRow(host="h:80", check_id="web.x", **changes))  # type: ignore[arg-type]


ROW = vulnerability(location=Location(url="http://h/", port=80))


@pytest.mark.parametrize(
    ("scope", "counts", "how"),
    [
        (Scope.INSERTION, {"clean": 9}, Looked.ELSEWHERE),
        (Scope.PAGE, {"clean": 9}, Looked.ELSEWHERE),
        (Scope.ORIGIN, {"clean": 1}, Looked.CLEAN),
        (Scope.ORIGIN, {"found": 1}, Looked.CLEAN),
        (Scope.TLS, {"clean": 1}, Looked.CLEAN),
        (Scope.SERVICE, {"skipped": {"not_applicable": 1}}, Looked.ELSEWHERE),
        (Scope.ORIGIN, {"clean": 1, "errored": {"timeout": 1}}, Looked.PARTLY),
        (Scope.INSERTION, {"clean": 9, "skipped": {"budget": 1}}, Looked.PARTLY),
        (Scope.INSERTION, {"clean": 9, "skipped": {"auth_lost": 1}}, Looked.PARTLY),
        (Scope.INSERTION, {"clean": 9, "skipped": {"no_influence": 1}}, Looked.ELSEWHERE),
    ],
)
def test_the_ledger_says_how_it_was_looked_at(scope: Scope, counts: dict[str, object], how: Looked) -> None:
    assert looked(ROW, SCAN, meta(scope), ledger(**counts)) is how


def test_a_place_that_was_tested_clean_is_clean_whatever_happened_elsewhere() -> None:
    cleared = replace(ROW, cleared_by=SCAN)
    assert looked(cleared, SCAN, meta(Scope.INSERTION), ledger(errored={"timeout": 1})) is Looked.CLEAN
    assert looked(cleared, ScanId("scan_3"), meta(Scope.INSERTION), ledger(clean=1)) is Looked.ELSEWHERE


def test_a_scan_with_other_checks_says_nothing() -> None:
    assert looked(ROW, SCAN, meta(Scope.ORIGIN), ()) is Looked.NEVER
    assert looked(ROW, SCAN, None, ledger(clean=1)) is Looked.NEVER
