"""The Markdown report (CommonMark with tables): for issues, wikis and merge requests.

Text from the target stands in code spans and code blocks, whose fences are longer than any run of backticks inside, or
has every character that could be markup escaped: no link, image, heading, mention or HTML comes from it.
"""

import re
from collections.abc import Iterable

from cyberai.domain.finding import Tier
from cyberai.domain.report import RenderedReport, ReportItem, ReportModel, ReportType
from cyberai.domain.risk import terms_of
from cyberai.domain.risk_words import epss_in_words, risk_in_words, threat_in_words
from cyberai.domain.severity import Severity
from cyberai.reports.compliance.judgement import judged
from cyberai.reports.page.changes import delta_view, shown_in_full
from cyberai.reports.page.coverage import coverage_view
from cyberai.reports.page.findings import place, short_place
from cyberai.reports.page.prose import blocks
from cyberai.reports.page.summary import beyond
from cyberai.reports.plain_text import capped, one_line, utc, visible

MAX_EVIDENCE = 3
"""Pieces of evidence shown of one finding."""

_LISTED = (ReportType.COMPLIANCE, ReportType.DELTA)
_MAX_LINE = 400
_MAX_BLOCK = 6_000
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&$!]|#(?!\d)|:(?=//)|(?<=www)\.|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
_MENTION = re.compile(r"@|#(?=\d)")
"""What some sites make a mention or a reference of, also where it is escaped: not inside a code span."""

_LINK = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9./_~%#?=&:+,;-]*")
_RUN = re.compile(r"`+")


def render(model: ReportModel) -> RenderedReport:
    """Summary, findings from the worst on, coverage. `executive` leaves the evidence out, `raw` the prose."""
    lines = [
        f"# {escape(model.title)}",
        "",
        *_summary(model),
        *_delta(model),
        *_compliance(model),
    ]
    wanted = shown_in_full(model)
    for number, item in enumerate(model.items if model.report.type is not ReportType.COMPLIANCE else (), 1):
        if wanted is None or item.vulnerability.id in wanted:
            lines += _finding(number, item, model)
    lines += _changes(model)
    lines += _coverage(model)
    text = "\n".join(lines).rstrip() + "\n"
    return RenderedReport(
        content=text.encode("utf-8", "replace"),
        media_type="text/markdown; charset=utf-8; variant=GFM",
        filename=f"{model.report.id}.md",
    )


def escape(text: str) -> str:
    """Text in a line of prose: every character that Markdown could read as markup is escaped."""
    return _escaped(capped(one_line(text), _MAX_LINE))


def span(text: str) -> str:
    """Text as a code span, also in a table: the fence is longer than any run of backticks in it."""
    line = capped(one_line(text), _MAX_LINE).replace("|", "\\|")
    if not line:
        return ""
    fence = "`" * (_longest(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def block(text: str) -> list[str]:
    """Text as a fenced code block."""
    shown = capped(visible(text), _MAX_BLOCK).rstrip("\n")
    fence = "`" * max(3, _longest(shown) + 1)
    return [fence, *shown.split("\n"), fence]


def _longest(text: str) -> int:
    return max((len(run) for run in _RUN.findall(text)), default=0)


def _summary(model: ReportModel) -> Iterable[str]:
    for scan in model.scans:
        verdict = scan.verdict
        result = verdict.result.value.upper() if verdict else scan.status.value
        yield f"**{result}** \u2014 {', '.join(span(target) for target in scan.spec.targets[:20])}"
        yield ""
        for reason in verdict.reasons if verdict else ():
            yield f"- {escape(reason)}"
        yield ""
    counts = dict.fromkeys(Severity, 0)
    for item in model.items:
        counts[item.vulnerability.effective_severity] += 1
    yield f"| {' | '.join(band.value.capitalize() for band in Severity)} |"
    yield "|" + "--:|" * len(counts)
    yield f"| {' | '.join(str(count) for count in counts.values())} |"
    yield ""
    yield f"Made by Cyber AI {model.version}, {utc(model.generated_at)}."
    yield ""
    yield from _trends(model)
    if model.rest:
        yield beyond(model)
        yield ""
    if not model.items:
        yield "No finding. The coverage below says what was tested, and what was not."
        yield ""
        return
    yield "## Findings"
    yield ""
    yield "| # | Severity | Finding | Where | Proof |"
    yield "|--:|---|---|---|---|"
    for number, item in enumerate(model.items, 1):
        row = item.vulnerability
        where = span(short_place(row))
        if model.report.type in _LISTED:
            where += f", {span(row.id)}"
        cells = (row.effective_severity.value, escape(row.title), where, row.tier.value)
        yield f"| {number} | {' | '.join(cells)} |"
    yield ""


def _trends(model: ReportModel) -> Iterable[str]:
    """The targets over time, where the report is for those who decide."""
    if model.trends:
        yield "## Over time"
        yield ""
    for trend in model.trends:
        yield span(trend.target)
        yield ""
        yield f"| Finished | Risk | {' | '.join(band.value.capitalize() for band in Severity)} |"
        yield "|---|--:|" + "--:|" * len(Severity)
        for point in trend.points:
            risk = "not known" if point.risk is None else f"{point.risk:.1f}"
            counts = " | ".join(str(point.counts[band]) for band in Severity)
            yield f"| {utc(point.at)} | {risk} | {counts} |"
        yield ""


def _delta(model: ReportModel) -> Iterable[str]:
    """What has changed, where the report is about that."""
    view = delta_view(model)
    if view is None:
        return
    yield "## What has changed"
    yield ""
    yield escape(view.against)
    yield ""
    yield f"| {' | '.join(word for _, word, _ in view.counts)} |"
    yield "|" + "--:|" * len(view.counts)
    yield f"| {' | '.join(str(count) for _, _, count in view.counts)} |"
    yield ""
    for group in view.groups:
        yield f"**{group.word}.** {group.meaning}"
        yield ""
        for entry in group.entries:
            more = f" ({escape(entry.detail)})" if entry.detail else ""
            yield f"- {entry.severity}: {escape(entry.title)}, {span(entry.where)}{more}, {span(entry.id)}"
        if group.omitted:
            yield f"- {group.omitted:,} more are in the JSON report"
        yield ""
    yield from (f"- {escape(note)}" for note in view.notes)
    yield ""


def _compliance(model: ReportModel) -> Iterable[str]:
    """The standards row by row, where the report is about them."""
    if model.report.type is not ReportType.COMPLIANCE:
        return
    for standard in judged(model):
        yield f"## {escape(standard.name)}"
        yield ""
        yield escape(standard.summary)
        yield ""
        yield "| Row | Requirement | Result | Findings | Checks run |"
        yield "|---|---|---|--:|--:|"
        for row in standard.rows:
            cells = (escape(row.id), escape(row.title), row.word, str(row.findings), str(row.checks))
            yield f"| {' | '.join(cells)} |"
        yield ""


def _finding(number: int, item: ReportItem, model: ReportModel) -> Iterable[str]:
    row = item.vulnerability
    yield f"### {number}. {escape(row.title)}"
    yield ""
    yield f"**{row.effective_severity.value.capitalize()}**, CVSS {row.cvss_score:.1f} ({span(row.cvss_vector)})"
    facts = [
        ("Where", span(place(row))),
        ("Method", span(row.location.method or "")),
        ("Parameter", span(row.location.parameter or "")),
        ("Check", span(row.check_id)),
        ("Proof", f"{row.tier.value}, confidence {row.confidence} of 100"),
        ("Risk", risk_in_words(terms_of(row).score, terms_of(row), with_cve=bool(row.cve))),
        ("EPSS", epss_in_words(row.threat.epss) if row.threat and row.threat.epss else ""),
        ("KEV", threat_in_words(row.threat)),
        ("Weakness", escape(", ".join((*row.cwe, *row.cve)))),
        ("OWASP", escape(", ".join(row.owasp))),
        ("State", f"{row.status.value}, {row.detection.value}".replace("_", " ")),
        ("Places", str(row.occurrences) if row.occurrences > 1 else ""),
        ("Id", span(row.id)),
    ]
    yield ""
    yield from (f"- {name}: {text}" for name, text in facts if text)
    yield ""
    kind = model.report.type
    if kind is not ReportType.RAW:
        for title, text in (("What it is", row.description), ("What to do", row.remediation)):
            yield f"#### {title}"
            yield ""
            yield from _prose(text)
    if kind is not ReportType.EXECUTIVE:
        yield from _evidence(item)
    links = [reference for reference in row.references if _LINK.fullmatch(reference)]
    if links and kind is not ReportType.RAW:
        yield "#### Read more"
        yield ""
        yield from (f"- <{link}>" for link in links)
        yield ""


def _prose(text: str) -> Iterable[str]:
    for paragraph in blocks(text):
        lead = "- " if paragraph.is_list else ""
        for line in paragraph.lines:
            yield lead + "".join(span(part.text) if part.code else _escaped(part.text) for part in line)
        yield ""


def _escaped(text: str) -> str:
    return _MENTION.sub(r"`\g<0>`", _MARKUP.sub(r"\\\g<0>", text))


def _evidence(item: ReportItem) -> Iterable[str]:
    evidence = item.resource.get("evidence")
    pieces = evidence if isinstance(evidence, list | tuple) else ()
    if not pieces:
        return
    yield "#### Evidence"
    yield ""
    for piece in pieces[:MAX_EVIDENCE]:
        if piece["note"]:
            yield escape(piece["note"])
            yield ""
        if piece["match"]:
            yield f"Match: {span(piece['match'])}"
            yield ""
        yield "Repeat it with:"
        yield ""
        yield from block(piece["reproduce"])
        yield ""
        yield from _shown(piece)
    if len(pieces) > MAX_EVIDENCE:
        yield f"{len(pieces) - MAX_EVIDENCE} more pieces of evidence are in the API."
        yield ""


def _shown(piece: dict[str, object]) -> Iterable[str]:
    exchange = piece.get("exchange")
    if not isinstance(exchange, dict):
        return
    request, response = exchange["request"], exchange["response"]
    for message in (request, response):
        head = [message["start_line"], *(f"{name}: {value}" for name, value in message["headers"])]
        yield from block("\n".join([*head, "", message["body"]]))
        yield ""


def _changes(model: ReportModel) -> Iterable[str]:
    """What the scans created or changed on their targets, so that it can be found and removed."""
    places = [change for scan in model.scans for change in scan.changes.places]
    if not places:
        return
    yield "## What was created or changed on the target"
    yield ""
    yield "| Where | Requests | Shown at |"
    yield "|---|--:|---|"
    for change in places:
        shown = ", ".join(span(page) for page in change.shown_at) or (
            "answered: created" if change.created else ""
        )
        yield f"| {span(change.place)} | {change.requests} | {shown} |"
    omitted = sum(scan.changes.omitted for scan in model.scans)
    yield ""
    if omitted:
        yield f"{omitted:,} more reports of changes at further places were not kept."
        yield ""


def _coverage(model: ReportModel) -> Iterable[str]:
    view = coverage_view(model.coverage, model.check_titles)
    yield "## What was tested"
    yield ""
    yield f"{view.percent} % of what applies. A pair is one check at one place."
    yield ""
    yield "| Check | Tested | Found | Not tested | Why not |"
    yield "|---|--:|--:|--:|---|"
    for line in view.checks:
        why = ", ".join((*line.missed_reasons, *line.left_out_reasons))
        missed = line.missed + line.left_out
        yield f"| {escape(line.name)} | {line.tested} | {line.found} | {missed} | {escape(why)} |"
    yield ""
    if any(item.vulnerability.tier is Tier.LEAD for item in model.items):
        yield "A lead is a sign worth a look, no proof; it does not count in the risk score."
        yield ""
