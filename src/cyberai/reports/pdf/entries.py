"""Findings on paper: all in the table, the worst in full."""

from msgspec import Struct, structs

from cyberai.reports.page.exchange import EvidenceView
from cyberai.reports.page.findings import FindingView, Reference
from cyberai.reports.page.prose import Block
from cyberai.reports.pdf.fitting import (
    breakable,
    evidence_fitted,
    facts_fitted,
    prose_fitted,
    reference_fitted,
)

MAX_DETAILED = 500
"""Findings shown in full; the others stand in the table of all. It bounds the memory that setting them takes."""
MAX_LISTED = 5_000
"""Findings in the table."""

_MAX_EVIDENCE = 2


class Entry(Struct, frozen=True, kw_only=True):
    """A finding on paper: `FindingView`, and whether it has a section of its own."""

    detailed: bool
    number: int
    anchor: str
    id: str
    severity: str
    title: str
    full_title: str
    where: str
    tier: str
    confidence: int
    why: str
    facts: tuple[tuple[str, str], ...]
    description: tuple[Block, ...]
    impact: tuple[Block, ...]
    remediation: tuple[Block, ...]
    references: tuple[Reference, ...]
    evidence: tuple[EvidenceView, ...]


def entries(findings: tuple[FindingView, ...], in_full: frozenset[str]) -> tuple[Entry, ...]:
    """The findings that are listed; those of `in_full` (ids) with all that is known, as many as may be."""
    made = []
    left = MAX_DETAILED
    for finding in findings[:MAX_LISTED]:
        detailed = finding.id in in_full and left > 0
        left -= detailed
        made.append(_entry(finding, detailed=detailed))
    return tuple(made)


def _entry(finding: FindingView, *, detailed: bool) -> Entry:
    row = structs.asdict(finding) | {
        "anchor": f"finding-{finding.number}",
        "title": breakable(finding.title),
        "full_title": breakable(finding.full_title),
        "where": breakable(finding.where),
    }
    told = ("facts", "description", "impact", "remediation", "references", "evidence")
    if not detailed:
        return Entry(detailed=False, **row | dict.fromkeys(told, ()))
    row["facts"] = facts_fitted(finding.facts)
    row["references"] = tuple(reference_fitted(reference) for reference in finding.references)
    row["evidence"] = tuple(evidence_fitted(item) for item in finding.evidence[:_MAX_EVIDENCE])
    for name in ("description", "impact", "remediation"):
        row[name] = prose_fitted(row[name])
    return Entry(detailed=True, **row)
