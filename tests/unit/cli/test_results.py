"""The result on a terminal: complete, within its width, and with the right exit code."""

import io

import msgspec
import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cyberai.app.resources import scan_resource
from cyberai.app.results import ScanResult
from cyberai.cli.console import stdout
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.results import exit_code, show
from cyberai.domain.finding import Tier
from cyberai.domain.report import ReportItem
from cyberai.domain.scan import ScanStatus, StatusReason, VerdictResult
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Location
from unit.reports import sample

WIDTHS = (60, 80, 120, 200)


def result(*items: ReportItem, verdict: VerdictResult = VerdictResult.FAIL, **changes: object) -> ScanResult:
    told = {
        "scan": msgspec.to_builtins(scan_resource(sample.scan(verdict, **changes))),
        "vulnerabilities": [item.resource for item in items],
        "coverage": msgspec.to_builtins(sample.coverage(failing=verdict is VerdictResult.INCONCLUSIVE)),
    }
    return msgspec.convert(told, ScanResult)


def many() -> ScanResult:
    hostile = sample.vulnerability(
        9,
        title="\x1b[2J[bold]markup[/bold] " + "word " * 40,
        location=Location(url="http://127.0.0.1/" + "a" * 300 + "?q=1", parameter="query:\u202eq"),
    )
    return result(*sample.model(8).items, sample.item(hostile, ()))


def shown(value: ScanResult, width: int, *, terminal: bool = False) -> str:
    out = io.StringIO()
    show(
        Console(file=out, width=width, force_terminal=terminal, markup=False, emoji=False, highlight=False),
        value,
    )
    return out.getvalue()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(len(line.rstrip()) for line in shown(many(), width).splitlines()) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_every_finding_is_there_with_everything_about_it(width: int) -> None:
    text = shown(many(), width)
    for row in many().vulnerabilities:
        assert row.id in text
    for words in (
        "SQL injection",
        "http://127.0.0.1:8088/shop  query:id",
        "confirmed 96 %",
        "critical",
        "FAIL",
    ):
        assert words in text


def test_what_a_target_sent_cannot_drive_the_terminal() -> None:
    text = shown(many(), 80)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]markup[/bold]" in text


def test_colours_are_for_terminals() -> None:
    assert "\x1b[" in shown(many(), 80, terminal=True)


def test_what_was_not_tested_is_said_with_its_reasons() -> None:
    text = shown(result(verdict=VerdictResult.INCONCLUSIVE), 80)
    assert "No findings." in text
    assert "INCONCLUSIVE" in text
    assert "Only 71.4 % of what applies was tested" in text
    assert "Not tested: 28 no answer in time, 8 connection refused" in text
    assert "does not apply there" in text


def test_a_failed_scan_says_why() -> None:
    failed = result(
        verdict=VerdictResult.INCONCLUSIVE,
        status=ScanStatus.FAILED,
        status_reason=StatusReason.DNS_FAILED,
        status_detail="shop.example: no such name",
    )
    assert "Scan failed: shop.example: no such name" in shown(failed, 80)


def test_our_payload_is_no_part_of_the_place() -> None:
    location = Location(url="http://127.0.0.1/a?q=%27+OR+1", parameter="query:q")
    text = shown(result(sample.item(sample.vulnerability(0, location=location), ())), 80)
    assert "http://127.0.0.1/a  query:q" in text
    assert "OR+1" not in text


def finding(severity: Severity, tier: Tier) -> ReportItem:
    return sample.item(sample.vulnerability(1, severity=severity, tier=tier), ())


@pytest.mark.parametrize(
    ("item", "fail_on", "code"),
    [
        (finding(Severity.HIGH, Tier.CONFIRMED), None, ExitCode.OK),
        (finding(Severity.HIGH, Tier.CONFIRMED), "high", ExitCode.FINDINGS),
        (finding(Severity.CRITICAL, Tier.STRONG), "high", ExitCode.FINDINGS),
        (finding(Severity.MEDIUM, Tier.CONFIRMED), "high", ExitCode.OK),
        (finding(Severity.INFO, Tier.CONFIRMED), "info", ExitCode.FINDINGS),
        # A lead is no proof: it fails no pipeline.
        (finding(Severity.CRITICAL, Tier.LEAD), "info", ExitCode.OK),
    ],
)
def test_the_exit_code_follows_fail_on(item: ReportItem, fail_on: str | None, code: ExitCode) -> None:
    assert exit_code(result(item), fail_on) == code


def test_an_inconclusive_scan_is_incomplete() -> None:
    assert exit_code(result(verdict=VerdictResult.INCONCLUSIVE), None) == ExitCode.INCOMPLETE


@pytest.mark.parametrize("status", [ScanStatus.FAILED, ScanStatus.CANCELLED])
def test_a_scan_that_did_not_complete_is_incomplete(status: ScanStatus) -> None:
    assert exit_code(result(verdict=VerdictResult.PASS, status=status), None) == ExitCode.INCOMPLETE


def test_findings_beat_incompleteness() -> None:
    value = result(finding(Severity.HIGH, Tier.CONFIRMED), verdict=VerdictResult.INCONCLUSIVE)
    assert exit_code(value, "high") == ExitCode.FINDINGS
    assert exit_code(value, "critical") == ExitCode.INCOMPLETE


def test_no_control_of_a_terminal_gets_through(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("ID")
    table.add_row("scan_\x1b]0;title\x07\x9b31m")
    stdout().print(table, "\x1b[2J", Text("\u202eevil", "red"))
    said = capsys.readouterr().out
    assert "scan_\u241b]0;" in said
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said)
