"""Following a scan on stderr: a live bar on a terminal, plain lines elsewhere, nothing when asked to be quiet."""

from typing import Any, Protocol

from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from cyberai.cli.console import plain, severity

LINE_INTERVAL = 5_000_000
"""Microseconds between two plain lines."""


class Update(Struct, frozen=True):
    """One event of a scan: its type, when (UTC microseconds), the resource as the API shows it, the scan's id, and
    findings until then where they were counted."""

    type: str
    at: int
    data: dict[str, Any]
    scan_id: str = ""
    found: int | None = None


class Follower(Protocol):
    """Is told of every event of the scan."""

    def __call__(self, update: Update) -> None:
        """Show it or not."""
        ...

    def start(self, found: int) -> None:
        """Count on from so many findings: those of the scan before it was followed."""
        ...

    def close(self) -> None:
        """Give the terminal back; harmless when repeated."""
        ...


def follower(console: Console, *, quiet: bool) -> Follower:
    """What fits where stderr goes."""
    if quiet:
        return Silent()
    return LiveBar(console) if console.is_terminal and not console.is_dumb_terminal else PlainLines(console)


class Silent:
    """Says nothing."""

    def __call__(self, update: Update) -> None:
        """Nothing."""

    def start(self, found: int) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class LiveBar:
    """A bar with the findings above it as they come."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._found = 0
        self._last: dict[str, Any] = {"current": 0, "status": "Initializing scan...", "requests_sent": 0}
        self._progress = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=16),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn(
                "{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")
            ),
            console=console,
            transient=True,
        )
        self._task: TaskID = self._progress.add_task("Initializing scan...", total=100)
        self._progress.start()

    def __call__(self, update: Update) -> None:
        """Move the bar, or print a finding above it."""
        if update.found is not None:
            self._found = update.found
        if update.type == "vulnerability.found":
            self._found += 1
            self._progress.console.print(finding_line(update.data), no_wrap=True, overflow="ellipsis")
        elif update.type.startswith("scan."):
            self._last = update.data["progress"]
        words = f"{_figures(self._last, self._found)}  {plain(self._last['status'], 60)}"
        self._progress.update(self._task, completed=self._last["current"], description=words)

    def start(self, found: int) -> None:
        """Count on from there."""
        self._found = found

    def close(self) -> None:
        """Take the bar away, and part the findings as they came from the result."""
        if self._progress.live.is_started:
            self._progress.stop()
            if self._found:
                self._console.print()


class PlainLines:
    """One line at most every five seconds of the scan, and one at its end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._found = 0
        self._last: int | None = None

    def __call__(self, update: Update) -> None:
        """Print a line when it is time."""
        if update.found is not None:
            self._found = update.found
        if update.type == "vulnerability.found":
            self._found += 1
        if not update.type.startswith("scan."):
            return
        final = update.type in ("scan.completed", "scan.failed", "scan.cancelled")
        if not final and self._last is not None and update.at - self._last < LINE_INTERVAL:
            return
        self._last = update.at
        progress = update.data["progress"]
        words = plain(progress["status"], 100)
        self._console.print(
            f"{progress['current']:>3} %  {words}  {_figures(progress, self._found)}", soft_wrap=True
        )

    def start(self, found: int) -> None:
        """Count on from there."""
        self._found = found

    def close(self) -> None:
        """Nothing is held."""


def finding_line(data: dict[str, Any]) -> Text:
    """One finding as it comes."""
    location = data.get("location") or {}
    where = str(location.get("url") or data.get("affected_component") or "")
    if location.get("parameter"):
        where = f"{where.partition('?')[0]}  {location['parameter']}"
    label = severity(str(data["severity"]))
    label.pad_right(max(0, 10 - len(label)))
    return Text.assemble(label, (plain(data["title"], 60), "bold"), "  ", (plain(where, 200), "dim"))


def _figures(progress: dict[str, Any], found: int) -> str:
    words = "finding" if found == 1 else "findings"
    return f"{found:,} {words}, {progress['requests_sent']:,} requests"
