"""`cyberai scans`: which scans there are."""

from typing import TYPE_CHECKING

import click

from cyberai.cli.options import as_json, data_dir
from cyberai.cli.place import Place, on_platform, somewhere
from cyberai.cli.store_access import workspace_option

if TYPE_CHECKING:
    from cyberai.app.resources import ScanResource

STATUSES = ("queued", "running", "pausing", "paused", "cancelling", "completed", "failed", "cancelled")

HELP = """List scans, newest first, with the ids that report, watch and `scan --resume` take.

\b
Examples:
  cyberai scans
  cyberai scans --status failed --status cancelled
  cyberai scans --json
  cyberai scans --profile work
"""


@click.command("scans", help=HELP)
@click.option(
    "--status", multiple=True, type=click.Choice(STATUSES), help="Only scans of this status; may be repeated."
)
@click.option("--target", multiple=True, metavar="TARGET", help="Only scans of this target, as it was given.")
@click.option(
    "--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="At most so many scans."
)
@somewhere(workspace_option, data_dir)
@as_json
def command(
    status: tuple[str, ...], target: tuple[str, ...], limit: int, place: Place, as_json: bool
) -> None:
    """A table, or a list of objects."""
    page = on_platform(place, lambda platform: platform.scans(limit=limit, status=status, target=target))
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(page.data), indent=2).decode())
        return
    _show(page.data)
    if page.has_more:
        click.echo(
            f"There are more than {limit}; --limit shows up to 200, the filters of --help fewer", err=True
        )


def _show(scans: "list[ScanResource]") -> None:
    from rich.table import Table

    from cyberai.cli.console import plain, stdout

    if not scans:
        stdout().print("No scans.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("ID", "STATUS", "STARTED"):
        table.add_column(title, no_wrap=True)
    table.add_column("TARGET", overflow="fold")
    for scan in scans:
        target = plain(scan.target, 200)
        others = len(scan.targets) - 1
        table.add_row(
            scan.id,
            scan.status,
            scan.created_at[:16].replace("T", " "),
            f"{target} +{others}" if others else target,
        )
    stdout().print(table)
