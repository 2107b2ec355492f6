"""What a scan's silence is worth."""

from cyberai.domain.finding import Tier
from cyberai.domain.report import CoverageRow
from cyberai.domain.scan import StatusReason, VerdictResult
from cyberai.domain.severity import Severity
from cyberai.domain.verdict import coverage_percent, decide


def row(
    clean: int = 0,
    found: int = 0,
    skipped: dict[str, int] | None = None,
    errored: dict[str, int] | None = None,
) -> CoverageRow:
    return CoverageRow(
        host="h", check_id="c", clean=clean, found=found, skipped=skipped or {}, errored=errored or {}
    )


def test_what_does_not_apply_leaves_the_denominator() -> None:
    assert coverage_percent([row(9, 1, {"not_applicable": 90, "no_influence": 5, "policy": 3})]) == 100.0
    assert coverage_percent([row(8, 1, {"budget": 1})]) == 90.0
    assert coverage_percent([row(9, 0, errored={"timeout": 1})]) == 90.0
    assert coverage_percent([]) == 0.0


def test_what_was_not_reached_weighs_as_much_as_what_was() -> None:
    assert coverage_percent([row(100)], untested=10) == 90.9
    assert coverage_percent([row(1000)], untested=80, reached=40) == 33.3
    assert coverage_percent([row(10)], untested=10, reached=100) == 50.0
    cut = decide((row(1000),), findings=[], fail_on=Severity.HIGH, untested=80, reached=40)
    assert (cut.result, cut.coverage_percent) == (VerdictResult.INCONCLUSIVE, 33.3)
    assert "not reached 80" in cut.reasons[0]


def test_coverage_never_rounds_up_to_the_threshold() -> None:
    assert coverage_percent([row(9496, errored={"timeout": 504})]) == 94.9


def test_pass_needs_full_coverage_and_nothing_proven() -> None:
    rows = (row(10),)
    assert decide(rows, findings=[], fail_on=Severity.HIGH).result is VerdictResult.PASS
    assert (
        decide(rows, findings=[(Severity.MEDIUM, Tier.CONFIRMED)], fail_on=Severity.HIGH).result
        is VerdictResult.PASS
    )
    assert (
        decide(rows, findings=[(Severity.CRITICAL, Tier.LEAD)], fail_on=Severity.HIGH).result
        is VerdictResult.PASS
    )
    failed = decide(rows, findings=[(Severity.HIGH, Tier.STRONG)], fail_on=Severity.HIGH)
    assert failed.result is VerdictResult.FAIL
    assert failed.reasons == ("1 proven finding at or above high; the worst is high",)


def test_what_was_not_tested_is_inconclusive_whatever_was_found() -> None:
    findings = [(Severity.CRITICAL, Tier.CONFIRMED)]
    thin = decide((row(9, errored={"timeout": 1}),), findings=findings, fail_on=Severity.HIGH)
    assert thin.result is VerdictResult.INCONCLUSIVE
    assert "timeout 1" in thin.reasons[0]
    assert decide((), findings=[], fail_on=Severity.HIGH).reasons == ("Nothing was tested",)
    early = decide((row(10),), findings=[], fail_on=Severity.HIGH, ended_early=StatusReason.TIMED_OUT)
    assert early.result is VerdictResult.INCONCLUSIVE
    lost = decide((row(99, skipped={"auth_lost": 1}),), findings=[], fail_on=Severity.HIGH)
    assert lost.result is VerdictResult.INCONCLUSIVE
