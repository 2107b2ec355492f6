"""The HTML report: one file that loads nothing and runs nothing (Content Security Policy Level 3, by meta)."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from cyberai.domain.report import Logo, RenderedReport, ReportModel, ReportType
from cyberai.reports.compliance.judgement import judged
from cyberai.reports.page.changes import delta_view, shown_in_full
from cyberai.reports.page.charts import coverage_bar, severity_bars, severity_counts
from cyberai.reports.page.coverage import coverage_view
from cyberai.reports.page.findings import SEVERITIES, FindingView, finding_views
from cyberai.reports.page.scans import risk_score, scan_views, verdict_view
from cyberai.reports.page.summary import PROOF, beyond, headline, nothing, top_risks, untested
from cyberai.reports.page.tls import tls_view
from cyberai.reports.page.trend import trend_view
from cyberai.reports.plain_text import capped, one_line, utc

OPEN_EVIDENCE = 12
"""Up to so many findings show their first piece of evidence at once; more would bury the reader."""

_MAX_TITLE = 200


def render(model: ReportModel) -> RenderedReport:
    """One self-contained page. `executive` leaves the raw evidence out, `raw` the prose; `compliance` shows
    the standards and lists the findings."""
    template, style, style_hash = _page()
    findings = finding_views(model)
    coverage = coverage_view(model.coverage, model.check_titles)
    content = template.render(
        style=style,
        style_hash=style_hash,
        kind=model.report.type.value,
        title=capped(one_line(model.title), _MAX_TITLE),
        logo=_logo(model.report.logo),
        report_id=one_line(model.report.id),
        generated=utc(model.generated_at),
        version=model.version,
        verdict=verdict_view(model),
        counts=severity_counts(findings),
        risk=risk_score(model),
        headline=headline(findings),
        beyond=beyond(model),
        nothing=nothing(model, coverage.percent),
        top=top_risks(findings) if model.report.type is not ReportType.RAW else (),
        untested=untested(coverage),
        standards=judged(model) if model.report.type is ReportType.COMPLIANCE else (),
        delta=delta_view(model),
        trends=[trend_view(trend) for trend in model.trends],
        cards=_cards(model, findings),
        findings=findings,
        groups=_groups(_cards(model, findings)),
        open_evidence=len(_cards(model, findings)) <= OPEN_EVIDENCE,
        bars=severity_bars(findings),
        proof=[(name, words, sum(f.tier == name for f in findings)) for name, words in PROOF],
        tls=tls_view(model),
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


def _logo(logo: Logo | None) -> str:
    """The picture as a data URI, or empty."""
    if logo is None:
        return ""
    return f"data:{logo.media_type};base64,{base64.b64encode(logo.content).decode('ascii')}"


def _cards(model: ReportModel, findings: tuple[FindingView, ...]) -> tuple[FindingView, ...]:
    """The findings that are shown in full."""
    if model.report.type is ReportType.COMPLIANCE:
        return ()
    wanted = shown_in_full(model)
    return findings if wanted is None else tuple(f for f in findings if f.id in wanted)


def _groups(findings: tuple[FindingView, ...]) -> list[tuple[str, list[FindingView]]]:
    groups = [(severity, [f for f in findings if f.severity == severity]) for severity in SEVERITIES]
    return [(severity, group) for severity, group in groups if group]
