"""Progress: a bar for people, few lines for logs, nothing for the quiet."""

import io
from typing import Any

import pytest
from rich.console import Console

from cyberai.cli.following import LiveBar, PlainLines, Silent, Update, follower

SECOND = 1_000_000


def console(*, terminal: bool) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=100, force_terminal=terminal, markup=False, emoji=False), out


def progress(at: int, current: int, type: str = "scan.progress") -> Update:
    data = {
        "id": "scan_1",
        "progress": {"current": current, "status": "Testing", "requests_sent": 10 * current},
    }
    return Update(type, at * SECOND, data)


FOUND: dict[str, Any] = {
    "severity": "high",
    "title": "SQL injection\x1b[2J",
    "affected_component": "http://127.0.0.1/",
    "location": {"url": "http://127.0.0.1/?id=1"},
}


def test_plain_lines_come_at_most_every_five_seconds_and_at_the_end() -> None:
    screen, out = console(terminal=False)
    lines = PlainLines(screen)
    for second in range(13):
        lines(progress(second, second))
    lines(Update("vulnerability.found", 12 * SECOND, FOUND))
    lines(progress(13, 100, "scan.completed"))
    shown = out.getvalue().splitlines()
    assert [line.split()[0] for line in shown] == ["0", "5", "10", "100"]
    assert "1 finding, 1,000 requests" in shown[-1]


@pytest.mark.parametrize("kind", [PlainLines, LiveBar])
def test_a_scan_that_has_findings_already_is_counted_on(kind: type[PlainLines | LiveBar]) -> None:
    screen, out = console(terminal=kind is LiveBar)
    following = kind(screen)
    following.start(41)
    following(Update("vulnerability.found", 1 * SECOND, FOUND))
    following(progress(2, 100, "scan.completed"))
    following.close()
    assert "42 findings, 1,000 requests" in out.getvalue()


def test_the_bar_shows_findings_as_they_come_and_gives_the_terminal_back() -> None:
    screen, out = console(terminal=True)
    bar = LiveBar(screen)
    bar(progress(1, 40))
    bar(Update("vulnerability.found", 2 * SECOND, FOUND))
    bar(progress(3, 100, "scan.completed"))
    bar.close()
    bar.close()
    shown = out.getvalue()
    assert "SQL injection" in shown
    assert "\x1b[2J" not in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")


@pytest.mark.parametrize(
    ("terminal", "quiet", "kind"),
    [(True, False, LiveBar), (False, False, PlainLines), (True, True, Silent), (False, True, Silent)],
)
def test_the_follower_fits_where_it_writes(terminal: bool, quiet: bool, kind: type) -> None:
    screen, _ = console(terminal=terminal)
    chosen = follower(screen, quiet=quiet)
    chosen.close()
    assert type(chosen) is kind


def test_silence_is_silent() -> None:
    screen, out = console(terminal=False)
    quiet = follower(screen, quiet=True)
    quiet(progress(1, 1))
    quiet.close()
    assert out.getvalue() == ""
