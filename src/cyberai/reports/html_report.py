"""The HTML report: one file that loads nothing and runs nothing (Content Security Policy Level 3, by meta)."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from cyberai.domain.finding import Tier
from cyberai.domain.report import RenderedReport, ReportModel
from cyberai.reports.page.charts import coverage_bar, severity_bars, severity_counts
from cyberai.reports.page.coverage import coverage_view
from cyberai.reports.page.findings import SEVERITIES, FindingView, finding_views
from cyberai.reports.page.scans import risk_score, scan_views, verdict_view
from cyberai.reports.plain_text import capped, one_line, utc

OPEN_EVIDENCE = 12
"""Up to so many findings show their first piece of evidence at once; more would bury the reader."""

_MAX_TITLE = 200
_PROOF = (
    (Tier.CONFIRMED.value, "proven, and the proof was checked"),
    (Tier.STRONG.value, "one clear proof"),
    (Tier.LEAD.value, "worth a look, not proven"),
)


def render(model: ReportModel) -> RenderedReport:
    """One self-contained page. `executive` leaves the raw evidence out, `raw` the prose."""
    template, style, style_hash = _page()
    findings = finding_views(model)
    coverage = coverage_view(model.coverage, model.check_titles)
    content = template.render(
        style=style,
        style_hash=style_hash,
        kind=model.report.type.value,
        title=capped(one_line(model.title), _MAX_TITLE),
        report_id=one_line(model.report.id),
        generated=utc(model.generated_at),
        version=model.version,
        verdict=verdict_view(model),
        counts=severity_counts(findings),
        risk=risk_score(model),
        headline=_headline(findings),
        nothing=_nothing(coverage.percent, filtered=_filtered(model)),
        findings=findings,
        groups=_groups(findings),
        open_evidence=len(findings) <= OPEN_EVIDENCE,
        bars=severity_bars(findings),
        proof=[(name, words, sum(f.tier == name for f in findings)) for name, words in _PROOF],
        coverage=coverage,
        coverage_bar=coverage_bar(coverage),
        scans=scan_views(model),
    )
    return RenderedReport(
        content=content.encode("utf-8", "replace"),
        media_type="text/html; charset=utf-8",
        filename=f"{model.report.id}.html",
    )


@cache
def _page() -> tuple[Template, str, str]:
    folder = files("cyberai.reports") / "html"
    style = (folder / "report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    template = environment.from_string((folder / "report.html.j2").read_text("utf-8"))
    return template, style, f"sha256-{digest}"


def _groups(findings: tuple[FindingView, ...]) -> list[tuple[str, list[FindingView]]]:
    groups = [(severity, [f for f in findings if f.severity == severity]) for severity in SEVERITIES]
    return [(severity, group) for severity, group in groups if group]


def _headline(findings: tuple[FindingView, ...]) -> str:
    if not findings:
        return ""
    proven = sum(f.tier != Tier.LEAD.value for f in findings)
    counts = [f"{count:,} {name}" for name, count in severity_counts(findings).items() if count]
    one = len(findings) == 1
    listed = counts[0] if len(counts) == 1 else f"{', '.join(counts[:-1])} and {counts[-1]}"
    proven_words = "it is proven" if one and proven else f"{proven:,} of them proven"
    return f"{len(findings):,} {'finding' if one else 'findings'}: {listed}; {proven_words}."


def _filtered(model: ReportModel) -> bool:
    chosen = model.report.filters
    return bool(chosen.severity or chosen.status or chosen.tier)


def _nothing(percent: float, *, filtered: bool) -> str:
    if filtered:
        return "No finding matches the filters of this report."
    return f"Nothing was found. {percent} % of what applies was tested; the coverage below says what was not."
