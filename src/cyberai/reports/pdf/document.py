"""What the PDF shows, as the template reads it: the views of the HTML page, wrapped and capped for paper."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from cyberai.domain.report import ReportModel, ReportType
from cyberai.reports.compliance.judgement import JudgedStandard, judged
from cyberai.reports.page.changes import DeltaView, delta_view, shown_in_full
from cyberai.reports.page.coverage import CoverageView, coverage_view
from cyberai.reports.page.findings import SEVERITIES, finding_views
from cyberai.reports.page.scans import ScanView, VerdictView, risk_score, scan_views, verdict_view
from cyberai.reports.page.summary import PROOF, TopRisk, beyond, headline, nothing, top_risks, untested
from cyberai.reports.page.tls import TlsView, tls_view
from cyberai.reports.page.trend import TrendView, trend_view
from cyberai.reports.pdf.entries import MAX_DETAILED, MAX_LISTED, Entry, entries
from cyberai.reports.pdf.fitting import (
    breakable,
    coverage_fitted,
    delta_fitted,
    scan_fitted,
    tls_fitted,
    top_fitted,
    trend_fitted,
    verdict_fitted,
)
from cyberai.reports.plain_text import capped, one_line, utc

_DETAILED = (ReportType.TECHNICAL, ReportType.RAW)
_MAX_TITLE = 200
_MAX_TARGETS = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Date(Struct, frozen=True):
    """A day and time, in the words of the template's `datetime`."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int


class Picture(Struct, frozen=True):
    """A logo: the template makes bytes of numbers."""

    format: str
    content: tuple[int, ...]


class Document(Struct, frozen=True, kw_only=True):
    """All that the template reads; text is text, never markup."""

    id: str
    kind: str
    logo: Picture | None
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
    trends: tuple[TrendView, ...]
    delta: DeltaView | None
    standards: tuple[JudgedStandard, ...]
    findings: tuple[Entry, ...]
    not_listed: str
    tls: TlsView
    coverage: CoverageView
    scans: tuple[ScanView, ...]


def document(model: ReportModel) -> Document:
    """The document of a report."""
    findings = finding_views(model)
    coverage = coverage_view(model.coverage, model.check_titles)
    delta = delta_view(model)
    logo = model.report.logo
    title = capped(one_line(model.title), _MAX_TITLE)
    return Document(
        id=one_line(model.report.id),
        kind=model.report.type.value,
        logo=Picture(logo.format, tuple(logo.content)) if logo else None,
        title=breakable(title),
        short_title=breakable(capped(title, 80)),
        version=model.version,
        generated=utc(model.generated_at),
        date=_date(model.generated_at),
        verdict=verdict_fitted(verdict_view(model)),
        counts=tuple((name, sum(f.severity == name for f in findings)) for name in SEVERITIES),
        cover=_cover(model, coverage),
        headline=headline(findings),
        nothing=nothing(model, coverage.percent),
        proof=tuple((name, words, sum(f.tier == name for f in findings)) for name, words in PROOF),
        top=tuple(top_fitted(risk) for risk in top_risks(findings))
        if model.report.type is not ReportType.RAW
        else (),
        untested=tuple(breakable(text) for text in untested(coverage)),
        trends=tuple(trend_fitted(trend_view(trend)) for trend in model.trends),
        delta=delta_fitted(delta) if delta else None,
        standards=judged(model) if model.report.type is ReportType.COMPLIANCE else (),
        findings=entries(findings, _in_full(model)),
        not_listed=" ".join(
            words
            for words in (beyond(model), _not_listed(len(findings), whole=model.report.type in _DETAILED))
            if words
        ),
        tls=tls_fitted(tls_view(model)),
        coverage=coverage_fitted(coverage),
        scans=tuple(scan_fitted(scan) for scan in scan_views(model)),
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


def _in_full(model: ReportModel) -> frozenset[str]:
    """The ids of the findings that have a section of their own, where there are not too many."""
    if model.report.type in _DETAILED:
        return frozenset(item.vulnerability.id for item in model.items)
    return shown_in_full(model) or frozenset()


def _not_listed(count: int, *, whole: bool) -> str:
    words = []
    if count > MAX_LISTED:
        words.append(f"{count - MAX_LISTED:,} more findings are in the JSON and CSV reports only.")
    if whole and count > MAX_DETAILED:
        words.append(f"The {MAX_DETAILED:,} worst findings follow in full.")
    return " ".join(words)
