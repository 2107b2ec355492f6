"""What the PDF shows, as the template reads it: the views of the HTML page, wrapped and capped for paper."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct, structs

from cyberai.domain.report import ReportModel, ReportType
from cyberai.reports.page.charts import severity_counts
from cyberai.reports.page.coverage import CoverageView, coverage_view
from cyberai.reports.page.exchange import EvidenceView, Pane
from cyberai.reports.page.findings import FindingView, Reference, finding_views
from cyberai.reports.page.prose import Block
from cyberai.reports.page.scans import ScanView, VerdictView, risk_score, scan_views, verdict_view
from cyberai.reports.page.summary import PROOF, TopRisk, headline, nothing, top_risks, untested
from cyberai.reports.pdf.wrapping import breakable, wrapped, wrapped_segments
from cyberai.reports.plain_text import capped, one_line, utc

MAX_DETAILED = 500
"""Findings shown in full; the others stand in the table of all. It bounds the memory that setting them takes."""
MAX_LISTED = 5_000
"""Findings in the table."""

_MAX_TITLE = 200
_MAX_TARGETS = 5
_PANE_COLUMNS = 106
_MAX_COMMAND = 2_000
_MAX_EVIDENCE = 2
_MAX_LINK = 2_000
"""Characters of an address; PDF readers take no endless ones."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


class Date(Struct, frozen=True):
    """A day and time, in the words of the template's `datetime`."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int


class Document(Struct, frozen=True, kw_only=True):
    """All that the template reads; text is text, never markup."""

    id: str
    kind: str
    title: str
    short_title: str
    version: str
    generated: str
    date: Date
    verdict: VerdictView
    counts: tuple[tuple[str, int], ...]
    cover: tuple[tuple[str, str], ...]
    headline: str
    nothing: str
    proof: tuple[tuple[str, str, int], ...]
    top: tuple[TopRisk, ...]
    untested: tuple[str, ...]
    findings: tuple[Entry, ...]
    not_listed: str
    coverage: CoverageView
    scans: tuple[ScanView, ...]


def document(model: ReportModel) -> Document:
    """The document of a report."""
    findings = finding_views(model)
    coverage = coverage_view(model.coverage, model.check_titles)
    title = capped(one_line(model.title), _MAX_TITLE)
    return Document(
        id=one_line(model.report.id),
        kind=model.report.type.value,
        title=breakable(title),
        short_title=breakable(capped(title, 80)),
        version=model.version,
        generated=utc(model.generated_at),
        date=_date(model.generated_at),
        verdict=_verdict(verdict_view(model)),
        counts=tuple(severity_counts(findings).items()),
        cover=_cover(model, coverage),
        headline=headline(findings),
        nothing=nothing(model, coverage.percent),
        proof=tuple((name, words, sum(f.tier == name for f in findings)) for name, words in PROOF),
        top=tuple(_top(risk) for risk in top_risks(findings)),
        untested=tuple(breakable(text) for text in untested(coverage)),
        findings=_entries(findings, detailed=model.report.type is not ReportType.EXECUTIVE),
        not_listed=_not_listed(len(findings)),
        coverage=_coverage(coverage),
        scans=tuple(_scan(scan) for scan in scan_views(model)),
    )


def _date(microseconds: int) -> Date:
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return Date(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)


def _cover(model: ReportModel, coverage: CoverageView) -> tuple[tuple[str, str], ...]:
    targets = [one_line(target) for scan in model.scans for target in scan.spec.targets]
    shown = list(dict.fromkeys(capped(target, 120) for target in targets))
    more = f", and {len(shown) - _MAX_TARGETS:,} more" if len(shown) > _MAX_TARGETS else ""
    risk = risk_score(model)
    facts = (
        ("Target" if len(shown) == 1 else "Targets", ", ".join(shown[:_MAX_TARGETS]) + more),
        ("Tested", f"{coverage.percent} % of what applies"),
        ("Risk score", f"{risk} of 100" if risk else ""),
    )
    return tuple((name, breakable(text)) for name, text in facts if text)


def _entries(findings: tuple[FindingView, ...], *, detailed: bool) -> tuple[Entry, ...]:
    return tuple(
        _entry(finding, detailed=detailed and finding.number <= MAX_DETAILED)
        for finding in findings[:MAX_LISTED]
    )


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
    row["facts"] = _facts(finding.facts)
    row["references"] = tuple(_reference(reference) for reference in finding.references)
    row["evidence"] = tuple(_evidence(item) for item in finding.evidence[:_MAX_EVIDENCE])
    for name in ("description", "impact", "remediation"):
        row[name] = _prose(row[name])
    return Entry(detailed=True, **row)


def _reference(reference: Reference) -> Reference:
    link = reference.link if len(reference.link) <= _MAX_LINK else ""
    return Reference(breakable(capped(reference.text, _MAX_LINK)), link)


def _prose(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(
        structs.replace(
            block,
            lines=tuple(
                tuple(structs.replace(span, text=breakable(span.text)) for span in line)
                for line in block.lines
            ),
        )
        for block in blocks
    )


def _facts(facts: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((breakable(name), breakable(text)) for name, text in facts)


def _evidence(item: EvidenceView) -> EvidenceView:
    return structs.replace(
        item,
        note=breakable(item.note),
        summary=breakable(item.summary),
        unseen=breakable(item.unseen),
        reproduce=wrapped(capped(item.reproduce, _MAX_COMMAND), _PANE_COLUMNS),
        facts=_facts(item.facts),
        panes=tuple(_pane(pane) for pane in item.panes),
    )


def _pane(pane: Pane) -> Pane:
    return structs.replace(pane, segments=wrapped_segments(pane.segments, _PANE_COLUMNS))


def _top(risk: TopRisk) -> TopRisk:
    return structs.replace(
        risk, title=breakable(risk.title), where=breakable(risk.where), impact=_prose(risk.impact)
    )


def _verdict(verdict: VerdictView) -> VerdictView:
    return structs.replace(verdict, reasons=tuple(breakable(reason) for reason in verdict.reasons))


def _coverage(view: CoverageView) -> CoverageView:
    return structs.replace(
        view,
        checks=tuple(structs.replace(line, name=breakable(line.name)) for line in view.checks),
        hosts=tuple(structs.replace(line, name=breakable(line.name)) for line in view.hosts),
    )


def _scan(scan: ScanView) -> ScanView:
    return structs.replace(
        scan,
        name=breakable(scan.name),
        targets=tuple(breakable(target) for target in scan.targets),
        facts=_facts(scan.facts),
        changes=tuple(
            structs.replace(change, place=breakable(change.place), shown_at=breakable(change.shown_at))
            for change in scan.changes
        ),
    )


def _not_listed(count: int) -> str:
    words = []
    if count > MAX_LISTED:
        words.append(f"{count - MAX_LISTED:,} more findings are in the JSON and CSV reports only.")
    if count > MAX_DETAILED:
        words.append(f"The {MAX_DETAILED:,} worst findings follow in full.")
    return " ".join(words)
