"""`cyberai diff`: what became of the findings from one scan to another."""

from typing import TYPE_CHECKING

import click

from cyberai.cli.options import as_json, data_dir
from cyberai.cli.place import Place, on_platform, somewhere
from cyberai.cli.store_access import newest_scan, workspace_option

if TYPE_CHECKING:
    from rich.console import Console

    from cyberai.app.scan_diff import DifferenceResource, DiffResource
    from cyberai.cli.platform import Platform

HELP = """Show what became of the findings from scan A to scan B.

With one id: from the last completed scan of the same targets to that one. Without: to the newest scan.

\b
Examples:
  cyberai diff
  cyberai diff scan_01hq... scan_01hr...
  cyberai diff scan_01hr... --json
  cyberai diff --all                  # name what is still there as well
  cyberai diff --profile work

What the later scan did not look at is called not tested, never fixed. A pipeline fails by what is new with the option
--fail-on-new of the command scan.
"""
_WORDS = {
    "new": ("New", "bold red"),
    "regressed": ("Back again", "bold red"),
    "severity_changed": ("Severity changed", "bold yellow"),
    "moved": ("Moved", "bold yellow"),
    "fixed": ("Fixed", "bold green"),
    "not_observed": ("Not observed: the place was not come by", "bold"),
    "not_tested": ("Not tested by the later scan", "bold"),
    "still_there": ("Still there", "bold"),
}
_GAPS = 10


@click.command("diff", help=HELP)
@click.argument("first", metavar="[A]", required=False)
@click.argument("second", metavar="[B]", required=False)
@click.option(
    "--all", "show_all", is_flag=True, help="Name what is still there as well, not only its number."
)
@somewhere(workspace_option, data_dir)
@as_json
def command(first: str | None, second: str | None, place: Place, as_json: bool, show_all: bool) -> None:
    """Groups of findings, or the object of GET /v1/scans/{id}/diff."""
    from cyberai.app.scan_diff import PREVIOUS

    against = first if second and first else PREVIOUS

    async def compare(platform: "Platform") -> "DiffResource":
        return await platform.diff(await newest_scan(platform, second or first), against)

    diff = on_platform(place, compare)
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(diff), indent=2).decode())
        return
    from cyberai.cli.console import stdout

    _show(stdout(), diff, show_all=show_all)


def _show(console: "Console", diff: "DiffResource", *, show_all: bool) -> None:
    from rich.text import Text

    from cyberai.cli.console import plain

    console.print(Text(f"From {plain(diff.against)} to {plain(diff.scan_id)}", "dim"), soft_wrap=True)
    for change, (words, style) in _WORDS.items():
        count = diff.counts[change]
        if not count:
            continue
        console.print(Text.assemble("\n", (f"{words}: {count}", style)))
        if change != "still_there" or show_all:
            for row in (row for row in diff.data if row.change == change):
                _show_row(console, row)
    if not any(diff.counts.values()):
        console.print("Neither scan has findings.")
    _show_limits(console, diff)


def _show_row(console: "Console", row: "DifferenceResource") -> None:
    from rich.text import Text

    from cyberai.cli.console import plain, severity
    from cyberai.cli.results import indented

    margin = Text(" " * 12)
    label = Text("  ") + severity(row.severity)
    label.pad_right(len(margin) - len(label))
    indented(console, Text(plain(row.title, 200), "bold"), label)
    indented(console, Text(plain(row.affected_component, 300), "cyan"), margin)
    if row.moved_from:
        was = f"was at {plain(row.moved_from.affected_component, 300)}"
        indented(console, Text(was, "dim"), margin)
    if row.change == "severity_changed":
        indented(console, Text(f"{row.severity_before} before, {row.severity_after} now"), margin)
    if row.untested_before:
        indented(console, Text("the earlier scan did not look there: it may be old", "dim"), margin)
    indented(console, Text(f"{row.tier}, {row.status}  {plain(row.id)}", "dim"), margin)


def _show_limits(console: "Console", diff: "DiffResource") -> None:
    """What keeps the scans from being compared."""
    from rich.text import Text

    from cyberai.cli.console import plain

    for note in diff.notes:
        console.print(Text(f"\n{plain(note)}.", "yellow"))
    if diff.not_compared_total:
        console.print(
            Text(f"\nNot compared, since only one scan tested it: {diff.not_compared_total}", "bold")
        )
        for row in diff.not_compared[:_GAPS]:
            which = "only the later" if row.only_in == "scan" else "only the earlier"
            console.print(Text(f"  {plain(row.check_id)} on {plain(row.host)} ({which})", "dim"))
        if diff.not_compared_total > _GAPS:
            console.print(Text("  --json names more", "dim"))
