"""A scan's result for people: the findings, the verdict, the coverage, and what to do next."""

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cyberai.app.resources import ScanResource, VulnerabilityResource
from cyberai.app.results import ScanResult
from cyberai.cli.baseline import Baseline
from cyberai.cli.console import plain, severity, tier
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.own_words import own_words
from cyberai.cli.services import show_services
from cyberai.domain.finding import Tier
from cyberai.domain.scan import ScanStatus, Verdict, VerdictResult
from cyberai.domain.severity import Severity
from cyberai.reports.page.coverage import coverage_view

WIDE = 150
"""From this width on, every field has a column of its own."""

_LABEL = 10
_MAX_GAPS = 6
_MAX_NEW = 20
_VERDICT_STYLES = {
    VerdictResult.PASS: "bold green",
    VerdictResult.FAIL: "bold red",
    VerdictResult.INCONCLUSIVE: "bold yellow",
}


def show(console: Console, result: ScanResult) -> None:
    """The whole result. Colours where the console has them; every word without."""
    if not result.vulnerabilities:
        console.print("No findings.")
    elif console.width >= WIDE:
        console.print(wide_table(result.vulnerabilities))
    else:
        for row in result.vulnerabilities:
            show_stacked(console, row)
    console.print()
    show_services(console, result)
    show_ignored(console, result)
    show_verdict(console, result.scan)
    show_coverage(console, result)


def wide_table(rows: list[VulnerabilityResource]) -> Table:
    """Severity, title, where, proof and id, each in a column."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("SEVERITY", no_wrap=True)
    table.add_column("FINDING", overflow="fold", ratio=2)
    table.add_column("WHERE", overflow="fold", ratio=3, style="cyan")
    table.add_column("PROOF", no_wrap=True)
    table.add_column("ID", no_wrap=True, style="dim")
    for row in rows:
        title, where = Text(plain(row.title, 200), "bold"), Text(place(row))
        table.add_row(severity(row.severity), title, where, tier(row.tier, row.confidence), plain(row.id))
    return table


def show_stacked(console: Console, row: VulnerabilityResource, *, state: str = "") -> None:
    """The same on three lines or more, for terminals of usual width; `state` is one more."""
    label = severity(row.severity)
    label.pad_right(_LABEL - len(label))
    indented(console, Text(plain(row.title, 200), "bold"), label)
    indented(console, Text(place(row), "cyan"), Text(" " * _LABEL))
    proof = Text.assemble(tier(row.tier, row.confidence), "  ", (plain(row.id), "dim"))
    indented(console, proof, Text(" " * _LABEL))
    if state:
        indented(console, Text(state, "dim"), Text(" " * _LABEL))


def indented(console: Console, text: Text, first: Text) -> None:
    """Text folded at the console's width, behind `first` on its first line and as far in on the others."""
    margin = len(first)
    for line in text.wrap(console, max(20, console.width - margin), overflow="fold"):
        line.rstrip()
        console.print(first + line, soft_wrap=True)
        first = Text(" " * margin)


def place(row: VulnerabilityResource) -> str:
    """Where it is, in one line: URL or host:port, and the parameter.

    The query of the URL is left out where the parameter says it: it holds our payload, which is evidence.
    """
    location = row.location
    where = location.url or row.affected_component
    if not location.parameter:
        return plain(where, 300)
    return f"{plain(where.partition('?')[0], 300)}  {plain(location.parameter, 100)}"


def show_ignored(console: Console, result: ScanResult) -> None:
    """Which findings are let pass, why and until when."""
    rows = {row.id: row for row in result.vulnerabilities}
    for item in result.ignored:
        words = f"{plain(rows[item.id].title, 200)} at {place(rows[item.id])}: {plain(item.reason)}"
        indented(console, Text(f"{words} (until {item.expires[:10]})", "dim"), Text("Ignored   "))
    if result.ignored:
        console.print(Text(" " * _LABEL + "They count for the verdict, not for --fail-on.", "dim"))
        console.print()


def show_verdict(console: Console, scan: ScanResource) -> None:
    """The verdict with its reasons."""
    verdict = scan.verdict
    if not isinstance(verdict, Verdict):
        console.print(f"The scan is {scan.status}.", style="bold")
        return
    label = Text.assemble((verdict.result.value.upper(), _VERDICT_STYLES[verdict.result]), "  ")
    sentences = [plain(reason) for reason in verdict.reasons] or ["Nothing proven reaches the threshold"]
    if scan.status != ScanStatus.COMPLETED.value:
        why = plain(own_words(scan.status_detail or "") or (scan.status_reason or "").replace("_", " "))
        ended = f"Scan {scan.status}: {why}" if why else f"Scan {scan.status}"
        sentences = [ended, *(text for text in sentences if not text.startswith("The scan ended early"))]
    indented(console, Text(". ".join(sentences) + "."), label)


def show_coverage(console: Console, result: ScanResult) -> None:
    """How much was tested, and what was not and why."""
    view = coverage_view(result.coverage, {})
    applicable = view.tested + view.missed
    figures, verdict = result.scan.statistics, result.scan.verdict
    percent = verdict.coverage_percent if verdict else view.percent
    told = f": {view.tested:,} of {applicable:,} known pairs of place and check tested"
    if percent < view.percent:
        told += ", and there are places the scan did not get to"
    console.print(Text(f"Coverage {percent} %", "bold").append(told, "not bold"))
    if view.missed:
        indented(console, Text(", ".join(view.total.missed_reasons)), Text("  Not tested: "))
        for line in [line for line in view.checks if line.missed][:_MAX_GAPS]:
            indented(console, Text(f"{line.name}: {', '.join(line.missed_reasons)}", "dim"), Text(" " * 14))
    if view.left_out:
        indented(console, Text(", ".join(view.total.left_out_reasons)), Text("  Left out:   "))
    if figures:
        words = f"{figures.requests_made:,} requests, {figures.total_urls_scanned:,} URLs, {figures.scan_duration:.1f} s"
        indented(console, Text(f"{words}, scan {result.scan.id}", "dim"), Text("  "))


def failing(
    result: ScanResult, fail_on: str | None, baseline: Baseline | None = None
) -> list[VulnerabilityResource]:
    """The findings that --fail-on and --fail-on-new name. Leads are no proof and fail nothing; nor does what is
    ignored, nor what the baseline has."""
    if fail_on is None and baseline is None:
        return []
    bar = Severity(fail_on or Severity.INFO).rank
    ignored = {item.id for item in result.ignored}
    return [
        row
        for row in result.vulnerabilities
        if row.id not in ignored
        and row.tier != Tier.LEAD.value
        and Severity(row.severity).rank >= bar
        and (baseline is None or not baseline.has(row))
    ]


def exit_code(result: ScanResult, fail_on: str | None, baseline: Baseline | None = None) -> ExitCode:
    """FINDINGS beats INCOMPLETE."""
    if failing(result, fail_on, baseline):
        return ExitCode.FINDINGS
    verdict = result.scan.verdict
    conclusive = isinstance(verdict, Verdict) and verdict.result is not VerdictResult.INCONCLUSIVE
    complete = result.scan.status == ScanStatus.COMPLETED.value
    return ExitCode.OK if complete and conclusive else ExitCode.INCOMPLETE


def say_new(rows: list[VulnerabilityResource], baseline: Baseline) -> None:
    """On stderr: what fails the pipeline."""
    name = plain(baseline.name, 200)
    if not rows:
        click.echo(f"Nothing that counts is new since {name}", err=True)
        return
    click.echo(f"New since {name}: {len(rows)} {'finding' if len(rows) == 1 else 'findings'}", err=True)
    for row in rows[:_MAX_NEW]:
        click.echo(
            f"  {plain(row.severity):<9} {plain(row.title, 200)}  {place(row)}  {plain(row.id)}", err=True
        )
    if len(rows) > _MAX_NEW:
        click.echo(f"  and {len(rows) - _MAX_NEW} more", err=True)
