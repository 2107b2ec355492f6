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

HELP = """Import what is known in the world: about known flaws (CVE), so that it counts in risk scores, and about the words
of services, so that scans name their products.

\b
EPSS  how likely a flaw is exploited within 30 days (FIRST): epss_scores-YYYY-MM-DD.csv.gz
KEV   which flaws are known to be exploited (CISA): known_exploited_vulnerabilities.json
RECOG fingerprints of services (the recog project): its xml directory, as a directory, tar.xz, tar.gz or zip

Nothing is fetched: download the files where you may, and import them here. A risk score without them says so.

\b
Examples:
  cyberai feeds import epss_scores-current.csv.gz known_exploited_vulnerabilities.json
  cyberai feeds import recog-xml.tar.gz
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
    type=click.Path(exists=True, readable=True, path_type=Path),
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

    data = _packed(file, MAX_BYTES) if file.is_dir() else _content(file, MAX_BYTES)
    try:
        return on_existing_store(data_dir, lambda app: import_feed(app, data))
    except InvalidRequest as error:
        raise Failure(
            f"{file} was not imported", why=error.message, next_step=error.reason, code=ExitCode.USAGE
        ) from error


def _content(file: Path, limit: int) -> bytes:
    with file.open("rb") as opened:
        return opened.read(limit + 1)


def _packed(folder: Path, limit: int) -> bytes:
    """The XML documents of a directory as one archive, as if it had been downloaded so."""
    import io
    import tarfile

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for document in sorted(folder.glob("*.xml")):
            if document.is_file() and packed.tell() <= limit:
                archive.add(document, document.name)
    return packed.getvalue()


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
    of_services = feed.name.value == "recog"
    what = ("fingerprint" if of_services else "CVE") + ("" if feed.entries == 1 else "s")
    return f"{feed.name.value.upper():<5}  of {feed.date}, {feed.entries:,} {what}{version}"


def _show(done: "Imported") -> None:
    before = done.replaced
    if before is None:
        words = ""
    elif before.date > done.feed.date:
        words = f"; it replaces a newer one, of {before.date}"
    else:
        words = f"; it replaces the one of {before.date}"
    click.echo(f"{_line(done.feed)}{words}")
    if done.feed.name.value == "recog":
        _show_left_out(done.left_out)
        return
    flaws = "vulnerability has" if done.scored == 1 else "vulnerabilities have"
    click.echo(f"{done.scored:,} {flaws} a CVE; the risk of {done.changed:,} changed")


def _show_left_out(names: tuple[str, ...]) -> None:
    if not names:
        click.echo("All of their patterns can be run")
        return
    click.echo(f"{len(names):,} of their patterns cannot be run and match nothing:")
    for name in names[:20]:
        click.echo(f"  {name}")
