"""`cyberai watch`: follow a scan that another process runs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.options import data_dir

if TYPE_CHECKING:
    from cyberai.config import Settings

HELP = """Follow a running scan until it ends: SCAN, or the newest one that runs.

Of this machine's store by default; with --server of a server anywhere, whose key is taken from CYBERAI_API_KEY.
Ctrl-C ends the watching, not the scan.

\b
Examples:
  cyberai watch
  cyberai watch scan_01hq... --data-dir ./data
  cyberai watch --server https://scanner.example:8080

\b
Exit codes:
  0 the scan is complete   2 no such scan   3 it is incomplete or inconclusive   4 key refused   130 interrupted
"""


@click.command("watch", help=HELP)
@click.argument("scan_id", metavar="[SCAN]", required=False)
@click.option("--server", metavar="URL", help="A server's address, such as http://127.0.0.1:8080.")
@click.option(
    "--ca-file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Root certificates (PEM) to trust for --server instead of the system's.",
)
@data_dir
def command(scan_id: str | None, server: str | None, ca_file: str | None, data_dir: Path | None) -> None:
    """Watch, and end as the scan ended."""
    from cyberai.cli.console import stderr, stdout
    from cyberai.cli.following import follower
    from cyberai.cli.results import show_verdict
    from cyberai.cli.store_access import say_resumable
    from cyberai.cli.watching import verdict_of, watch_server, watch_store
    from cyberai.config import load

    following = follower(stderr(), quiet=False)
    try:
        if server is None:
            scan = watch_store(data_dir, scan_id, following)
        else:
            scan = watch_server(server, _key(load()), ca_file, scan_id, following)
    except KeyboardInterrupt:
        following.close()
        click.echo("Watching no longer; the scan goes on.", err=True)
        raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None
    finally:
        following.close()
    show_verdict(stdout(), scan)
    if server is None:
        say_resumable(data_dir, scan)
    click.echo(
        f"cyberai report {scan.id} shows everything" if server is None else f"Scan {scan.id}", err=True
    )
    raise click.exceptions.Exit(verdict_of(scan))


def _key(settings: "Settings") -> str:
    if not settings.api_key:
        raise Failure(
            "No API key for the server",
            next_step="Set CYBERAI_API_KEY; `cyberai keys create --name me` on the server's machine makes a key",
            code=ExitCode.AUTHENTICATION,
        )
    return settings.api_key
