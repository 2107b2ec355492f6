"""`cyberai lab`: the practice target."""

import click

from cyberai.cli.failures import Failure
from cyberai.cli.options import as_json

HELP = """Run the practice target: a web site and services full of flaws, honest and harmless.

It listens on loopback only, executes nothing, and keeps everything in memory. --fixed serves the same pages with
every flaw mended: a scan of it must find nothing. --mend and --move change single pages: scan, change, scan again,
and see what became of each vulnerability.

\b
Examples:
  cyberai lab --port 8088
  cyberai lab --port 8089 --fixed
  cyberai lab --port 0 --set demo --json      # a free port; one line of JSON when it is ready
  cyberai lab --mend /tools/ping --move /product=/item
"""


@click.command("lab", help=HELP)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8088,
    show_default=True,
    help="Port of the web site; 0 takes a free one. TLS and other services take further free ports.",
)
@click.option("--fixed", is_flag=True, help="Serve the mended twins.")
@click.option(
    "--set",
    "selection",
    type=click.Choice(["full", "demo"]),
    default="full",
    show_default=True,
    help="demo is the part that `cyberai demo` scans.",
)
@click.option(
    "--host", "hosts", multiple=True, metavar="NAME", help="Answer to this Host name too. May be repeated."
)
@click.option(
    "--mend", "mended", multiple=True, metavar="PATH", help="Mend this page alone. May be repeated."
)
@click.option(
    "--move",
    "moves",
    multiple=True,
    metavar="PATH=NEW",
    help="Serve this page at another path. May be repeated.",
)
@as_json
def command(
    port: int,
    fixed: bool,
    selection: str,
    hosts: tuple[str, ...],
    mended: tuple[str, ...],
    moves: tuple[str, ...],
    as_json: bool,
) -> None:
    """Serve until told to stop."""
    import asyncio
    import datetime

    from cyberai.bootstrap.clock import SystemClock
    from cyberai.cli.lab_announcement import announce
    from cyberai.lab.server import LabError, LabOptions, run_lab

    options = LabOptions(
        now=datetime.datetime.fromtimestamp(SystemClock().now() / 1_000_000, datetime.UTC),
        port=port,
        fixed=fixed,
        demo=selection == "demo",
        hosts=hosts,
        mended=mended,
        moved=tuple((old, new) for old, _, new in (move.partition("=") for move in moves)),
    )
    try:
        asyncio.run(run_lab(options, lambda lab: announce(lab.description(), as_json=as_json)))
    except LabError as error:
        raise Failure(str(error)) from error
