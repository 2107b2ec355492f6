"""`cyberai feeds`: what is known in the world about known flaws, from files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.options import as_json, data_dir
from cyberai.cli.store_access import on_existing_store

if TYPE_CHECKING:
    from cyberai.app.feeds import Imported
    from cyberai.ports.feeds import Feed

HELP = """Import what is known in the world about known flaws (CVE), so that it counts in risk scores.

\b
EPSS  how likely a flaw is exploited within 30 days (FIRST): epss_scores-YYYY-MM-DD.csv.gz
KEV   which flaws are known to be exploited (CISA): known_exploited_vulnerabilities.json

Nothing is fetched: download the files where you may, and import them here. A risk score without them says so.

\b
Examples:
  cyberai feeds import epss_scores-current.csv.gz known_exploited_vulnerabilities.json
  cyberai feeds list
"""
IMPORT_HELP = """Import files, and score anew what they are about. A running server goes on meanwhile, and so do its scans.

A file is taken whole or not at all; the one before of the same kind is replaced. What a file is, its content says, also
when it is compressed by gzip.

\b
Examples:
  cyberai feeds import epss_scores-current.csv.gz
  cyberai feeds import known_exploited_vulnerabilities.json --json
"""
LIST_HELP = """List the feeds that count, with the day they are of.

\b
Example:
  cyberai feeds list
"""


@click.group("feeds", help=HELP)
def command() -> None:
    """Nothing by itself."""


@command.command("import", help=IMPORT_HELP)
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@data_dir
@as_json
def import_(files: tuple[Path, ...], data_dir: Path | None, as_json: bool) -> None:
    """One file after the other; what was imported before an error stays."""
    for file in files:
        done = _import(file, data_dir)
        if as_json:
            import msgspec

            click.echo(msgspec.json.encode(done))
        else:
            _show(done)


def _import(file: Path, data_dir: Path | None) -> "Imported":
    from cyberai.app.feeds import import_feed
    from cyberai.cli.failures import Failure
    from cyberai.domain.errors import InvalidRequest
    from cyberai.domain.feeds import MAX_BYTES

    with file.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    try:
        return on_existing_store(data_dir, lambda app: import_feed(app, data))
    except InvalidRequest as error:
        raise Failure(
            f"{file} was not imported", why=error.message, next_step=error.reason, code=ExitCode.USAGE
        ) from error


@command.command("list", help=LIST_HELP)
@data_dir
@as_json
def list_(data_dir: Path | None, as_json: bool) -> None:
    """A line each."""
    from cyberai.app.feeds import current_feeds

    feeds = on_existing_store(data_dir, current_feeds)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(feeds))
        return
    if not feeds:
        click.echo("No feeds. `cyberai feeds import --help` says where they come from.")
    for feed in feeds:
        click.echo(_line(feed))


def _line(feed: "Feed") -> str:
    from cyberai.cli.console import plain

    version = f" ({plain(feed.version, 100)})" if feed.version else ""
    return f"{feed.name.value.upper():<4}  of {feed.date}, {feed.entries:,} {'CVE' if feed.entries == 1 else 'CVEs'}{version}"


def _show(done: "Imported") -> None:
    before = done.replaced
    if before is None:
        words = ""
    elif before.date > done.feed.date:
        words = f"; it replaces a newer one, of {before.date}"
    else:
        words = f"; it replaces the one of {before.date}"
    click.echo(f"{_line(done.feed)}{words}")
    flaws = "vulnerability has" if done.scored == 1 else "vulnerabilities have"
    click.echo(f"{done.scored:,} {flaws} a CVE; the risk of {done.changed:,} changed")
