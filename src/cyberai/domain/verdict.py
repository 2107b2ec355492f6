"""Coverage and verdict: what a scan's silence is worth (DESIGN section 7)."""

from collections.abc import Iterable

from cyberai.domain.check import PAGES_ALIKE, SkipReason
from cyberai.domain.finding import Tier
from cyberai.domain.report import CoverageRow
from cyberai.domain.scan import StatusReason, Verdict, VerdictResult
from cyberai.domain.severity import Severity

MIN_COVERAGE = 95.0
"""Below this percentage a scan is inconclusive."""

_LEAVING = frozenset(reason.value for reason in SkipReason if reason.leaves_coverage)
_REASON_TEXT = {
    SkipReason.AUTH_LOST.value: "The login was lost during the scan",
    SkipReason.TARGET_HEALTH.value: "The target became unhealthy and was left alone",
    SkipReason.BLOCKED_BY_WAF.value: "A firewall refused most of the payloads: what is behind it was not tested",
}
_ERROR_TEXT = {PAGES_ALIKE: "All pages look like the missing page"}


def coverage_percent(rows: Iterable[CoverageRow], untested: int = 0, reached: int = 0) -> float:
    """(clean + found) / applicable pairs, 0-100 with one decimal; 0 when nothing was applicable. `untested` are
    pages and services the scan had found and did not come to, `reached` those it did: each of the former counts as
    many missed pairs as one of the latter has on average, at least one."""
    done = applicable = 0
    for row in rows:
        ran = row.clean + row.found
        missed = sum(row.errored.values())
        missed += sum(count for reason, count in row.skipped.items() if reason not in _LEAVING)
        done += ran
        applicable += ran + missed
    applicable += max(untested, untested * applicable // reached if reached else 0)
    # Rounded down: 94.96 must not read 95.0 beside "inconclusive".
    return int(1000 * done / applicable) / 10 if applicable else 0.0


def decide(
    rows: tuple[CoverageRow, ...],
    *,
    findings: Iterable[tuple[Severity, Tier]],
    fail_on: Severity,
    ended_early: StatusReason | None = None,
    problems: tuple[str, ...] = (),
    untested: int = 0,
    reached: int = 0,
) -> Verdict:
    """The verdict. `ended_early` is set when the scan did not complete; `problems` are missing stages; for
    `untested` and `reached` see coverage_percent."""
    coverage = coverage_percent(rows, untested, reached)
    reasons = list(problems)
    if ended_early is not None:
        reasons.append(f"The scan ended early: {in_words(ended_early.value)}")
    reasons += [text for reason, text in _REASON_TEXT.items() if any(reason in row.skipped for row in rows)]
    reasons += [text for reason, text in _ERROR_TEXT.items() if any(reason in row.errored for row in rows)]
    if coverage < MIN_COVERAGE:
        reasons.append(_coverage_reason(rows, coverage, untested))
    if reasons:
        return Verdict(
            result=VerdictResult.INCONCLUSIVE,
            reasons=tuple(dict.fromkeys(reasons)),
            coverage_percent=coverage,
        )
    counted = [s for s, tier in findings if tier is not Tier.LEAD and s.rank >= fail_on.rank]
    if counted:
        worst = max(counted, key=lambda s: s.rank)
        text = f"{len(counted)} proven finding{'s' if len(counted) != 1 else ''} at or above {fail_on.value}"
        return Verdict(
            result=VerdictResult.FAIL,
            reasons=(f"{text}; the worst is {worst.value}",),
            coverage_percent=coverage,
        )
    return Verdict(result=VerdictResult.PASS, coverage_percent=coverage)


def _coverage_reason(rows: tuple[CoverageRow, ...], coverage: float, untested: int) -> str:
    if coverage == 0 and not any(row.clean + row.found for row in rows):
        return "Nothing was tested"
    missed: dict[str, int] = {"not reached": untested} if untested else {}
    for row in rows:
        for reason, count in (*row.errored.items(), *row.skipped.items()):
            if reason not in _LEAVING:
                missed[reason] = missed.get(reason, 0) + count
    if not missed:
        return "Nothing was tested"
    worst = sorted(missed.items(), key=lambda item: (-item[1], item[0]))[:3]
    causes = ", ".join(f"{in_words(reason)} {count}" for reason, count in worst)
    return f"Only {coverage} % of what applies was tested ({causes})"


def in_words(reason: str) -> str:
    """A reason code as people read it."""
    return reason.replace("_", " ")
