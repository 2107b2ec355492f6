"""The summary a reader without time needs: how much was found, what is worst, what was not tested."""

from msgspec import Struct

from cyberai.domain.finding import Tier
from cyberai.domain.report import ReportModel
from cyberai.reports.page.charts import severity_counts
from cyberai.reports.page.coverage import CoverageView
from cyberai.reports.page.findings import SEVERITIES, FindingView
from cyberai.reports.page.prose import Block

TOP_RISKS = 5
_MAX_GAPS = 8

PROOF = (
    (Tier.CONFIRMED.value, "proven, and the proof was checked"),
    (Tier.STRONG.value, "one clear proof"),
    (Tier.LEAD.value, "worth a look, not proven"),
)
"""Tiers, best first, and what they mean."""


class TopRisk(Struct, frozen=True, kw_only=True):
    """One kind of flaw among the worst, with its first place; `count` findings share its title."""

    number: int
    anchor: str
    severity: str
    title: str
    where: str
    count: int
    impact: tuple[Block, ...]


def top_risks(findings: tuple[FindingView, ...]) -> tuple[TopRisk, ...]:
    """The worst flaws that are proven, each title once, in the order of the findings; those of no consequence stay
    out."""
    groups: dict[str, list[FindingView]] = {}
    for finding in findings:
        if finding.severity != SEVERITIES[-1] and finding.tier != Tier.LEAD.value:
            groups.setdefault(finding.title, []).append(finding)
    return tuple(
        TopRisk(
            number=first.number,
            anchor=first.anchor,
            severity=first.severity,
            title=first.title,
            where=first.where,
            count=count,
            impact=first.impact[:1] or first.description[:1],
        )
        for first, count in [(group[0], len(group)) for group in groups.values()][:TOP_RISKS]
    )


def headline(findings: tuple[FindingView, ...]) -> str:
    """`8 findings: 2 critical, 1 high and 5 low; 7 of them proven.` Empty without findings."""
    if not findings:
        return ""
    proven = sum(f.tier != Tier.LEAD.value for f in findings)
    counts = [f"{count:,} {name}" for name, count in severity_counts(findings).items() if count]
    one = len(findings) == 1
    listed = counts[0] if len(counts) == 1 else f"{', '.join(counts[:-1])} and {counts[-1]}"
    proven_words = "it is proven" if one and proven else f"{proven:,} of them proven"
    return f"{len(findings):,} {'finding' if one else 'findings'}: {listed}; {proven_words}."


def nothing(model: ReportModel, percent: float) -> str:
    """What it means that there is no finding."""
    chosen = model.report.filters
    if chosen.severity or chosen.status or chosen.tier:
        return "No finding matches the filters of this report."
    return f"Nothing was found. {percent} % of what applies was tested; the coverage below says what was not."


def untested(coverage: CoverageView) -> tuple[str, ...]:
    """What was not tested though it applies, the largest gaps first: one sentence for each check."""
    gaps = [line for line in coverage.checks if line.missed]
    shown = [
        f"{line.detail or line.name}: {line.missed:,} of {line.missed + line.tested:,} places"
        f" ({'; '.join(line.missed_reasons)})"
        for line in gaps[:_MAX_GAPS]
    ]
    if len(gaps) > _MAX_GAPS:
        shown.append(f"and {len(gaps) - _MAX_GAPS:,} more checks in part; the appendix lists them")
    return tuple(shown)


def beyond(model: ReportModel) -> str:
    """What is said of the findings that the report has no room for; empty when it has room for all."""
    if not model.rest:
        return ""
    return (
        f"{len(model.rest):,} more findings, the least severe, have no room here: the CSV report holds all of them, and "
        "filters choose among them."
    )
