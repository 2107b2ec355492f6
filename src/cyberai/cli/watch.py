"""`cyberai watch`: follow a scan that another process runs."""

from typing import TYPE_CHECKING

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.options import data_dir
from cyberai.cli.place import Place, on_platform, somewhere

if TYPE_CHECKING:
    from cyberai.app.resources import ScanResource
    from cyberai.cli.following import Follower
    from cyberai.cli.platform import Platform

HELP = """Follow a running scan until it ends: SCAN, or the newest one that runs.

Of this machine's store by default; with --server or --profile of a server anywhere. Ctrl-C ends the watching, not the
scan.

\b
Examples:
  cyberai watch
  cyberai watch scan_01hq... --data-dir ./data
  cyberai watch --server https://scanner.example:8080
  cyberai watch --profile work

\b
Exit codes:
  0 the scan is complete   2 no such scan   3 it is incomplete or inconclusive   4 key refused   130 interrupted
"""
_ALIVE = ("running", "queued", "pausing", "paused", "cancelling")


@click.command("watch", help=HELP)
@click.argument("scan_id", metavar="[SCAN]", required=False)
@somewhere(data_dir)
def command(scan_id: str | None, place: Place) -> None:
    """Watch, and end as the scan ended."""
    from cyberai.cli.console import plain, stderr, stdout
    from cyberai.cli.following import follower
    from cyberai.cli.results import show_verdict
    from cyberai.cli.store_access import say_resumable
    from cyberai.cli.watching import verdict_of

    following = follower(stderr(), quiet=False)
    try:
        scan, resumable = on_platform(place, lambda platform: _watched(platform, scan_id, following))
    except KeyboardInterrupt:
        following.close()
        click.echo("Watching no longer; the scan goes on.", err=True)
        raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None
    finally:
        following.close()
    show_verdict(stdout(), scan)
    say_resumable(scan, resumable=resumable)
    click.echo(f"cyberai report {plain(scan.id)}{place.again} shows everything", err=True)
    raise click.exceptions.Exit(verdict_of(scan))


async def _watched(
    platform: "Platform", scan_id: str | None, following: "Follower"
) -> tuple["ScanResource", bool]:
    """The scan once it has ended, and whether it can be gone on with."""
    if not scan_id:
        page = await platform.scans(limit=1, status=_ALIVE)
        if not page.data:
            raise Failure(
                "No scan is running",
                next_step="Name one that has ended to see how; cyberai findings list shows what was found",
                code=ExitCode.USAGE,
            )
        scan_id = page.data[0].id
    following.start(await platform.found_so_far(scan_id))
    scan = await platform.watch(scan_id, following)
    return scan, await platform.may_resume(scan_id)
