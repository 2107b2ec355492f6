"""`cyberai feeds`: what is known in the world about known flaws, from files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.options import as_json, data_dir
from cyberai.cli.store_access import on_existing_store

if TYPE_CHECKING:
    from cyberai.app.feeds import Imported
    from cyberai.app.flaw_feeds import Origin

HELP = """Import what is known in the world: about known flaws (CVE), so that scans name those of the versions they meet and
risk scores count them, and about the words of services, so that scans name their products.

\b
NVD   known flaws by product and version (NIST): nvdcve-2.0-2024.json.gz, nvdcve-2.0-modified.json.gz, pages of its API
OSV   known flaws by package: all.zip of an ecosystem (Debian, Ubuntu, PyPI ...), or single records
EPSS  how likely a flaw is exploited within 30 days (FIRST): epss_scores-YYYY-MM-DD.csv.gz
KEV   which flaws are known to be exploited (CISA): known_exploited_vulnerabilities.json
RECOG fingerprints of services (the recog project): its xml directory, as a directory, tar.xz, tar.gz or zip

Nothing is fetched but by `feeds update`: else download the files where you may, and import them here.

\b
Examples:
  cyberai feeds import nvdcve-2.0-2024.json.gz nvdcve-2.0-2025.json.gz
  cyberai feeds import epss_scores-current.csv.gz known_exploited_vulnerabilities.json
  cyberai feeds list
"""
IMPORT_HELP = """Import files, and score anew what they are about. A running server goes on meanwhile, and so do its scans.

A file is taken whole or not at all; the one before of the same kind is replaced: of NVD that of the same year, of OSV that
of the same ecosystem. NVD's file of changes, pages of its API and single records of OSV are added to what is there. What a
file is, its content says, also when it is compressed by gzip; the year of an NVD file must stand in its name as NVD gives
it. Where NVD's .meta file lies beside, the file must be the one it tells of.

\b
Examples:
  cyberai feeds import epss_scores-current.csv.gz
  cyberai feeds import nvdcve-2.0-2024.json.gz nvdcve-2.0-modified.json.gz
  cyberai feeds import nvdcve-2.0-2024.json.gz --sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
"""
UPDATE_HELP = """Fetch feeds where their publishers offer them, check them and import them: NVD, KEV and EPSS, or those that are named.

Nothing is fetched by itself: run this when you want to, from a timer perhaps. What has not changed is not fetched again.
Files come over https, to a bounded size, through the proxy that is set; NVD's are held to the checksum of their .meta
files. A mirror of your own is named by the settings CYBERAI_FEEDS_NVD, _KEV, _EPSS and _OSV. Ends with 5 when a file
could not be had; the others are imported.

\b
Examples:
  cyberai feeds update
  cyberai feeds update nvd --year 2024 --year 2025
  cyberai feeds update osv --ecosystem Debian --dry-run
"""
LIST_HELP = """List the feeds that count, with the day they are of and how old that is.

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
@click.option(
    "--sha256", metavar="HEX", help="What the SHA-256 of the file must be, or of what it expands to."
)
@data_dir
@as_json
def import_(files: tuple[Path, ...], sha256: str | None, data_dir: Path | None, as_json: bool) -> None:
    """One file after the other; what was imported before an error stays."""
    from cyberai.app.flaw_feeds import is_digest
    from cyberai.cli.feed_words import imported_in_words

    if sha256 is not None and not is_digest(sha256):
        raise click.BadParameter("it has 64 digits, 0 to 9 and a to f", param_hint="--sha256")
    if sha256 is not None and len(files) > 1:
        raise click.BadParameter("it belongs to one file; import the files one by one", param_hint="--sha256")
    for file in files:
        done = _import(file, data_dir, sha256)
        if as_json:
            import msgspec

            click.echo(msgspec.json.encode(done))
        else:
            for line in imported_in_words(done):
                click.echo(line)


def _import(path: Path, data_dir: Path | None, sha256: str | None) -> "Imported":
    import io

    from cyberai.app.feed_files import FeedFile
    from cyberai.app.feed_import import import_file
    from cyberai.cli.failures import Failure
    from cyberai.domain.errors import InvalidRequest
    from cyberai.domain.feeds import MAX_BYTES

    with io.BytesIO(_packed(path, MAX_BYTES)) if path.is_dir() else path.open("rb") as opened:
        if not opened.seekable():
            raise click.BadParameter(
                f"{path} is no file that can be read twice; save it as one", param_hint="FILE"
            )
        file, origin = FeedFile(path.name, opened), _origin(path, sha256)
        try:
            return on_existing_store(data_dir, lambda app: import_file(app, file, origin))
        except InvalidRequest as error:
            raise Failure(
                f"{path} was not imported", why=error.message, next_step=error.reason, code=ExitCode.USAGE
            ) from error


def _origin(path: Path, sha256: str | None) -> "Origin":
    """What the file must be: as the option says, or NVD's .meta file beside it."""
    from cyberai.app.flaw_feeds import Origin, digest_in
    from cyberai.cli.failures import Failure
    from cyberai.domain.feeds import FeedError

    if sha256 is not None:
        return Origin(sha256)
    meta = path.with_name(f"{path.name.partition('.json')[0]}.meta")
    if not path.name.startswith("nvdcve-") or not meta.is_file():
        return Origin()
    try:
        return Origin(digest_in(meta.read_text("latin-1")[:4_096]))
    except FeedError as error:
        raise Failure(
            f"{path} was not imported", why=f"{meta}: {error}", next_step="Fetch the .meta file anew, or remove it",
            code=ExitCode.USAGE,
        ) from error  # fmt: skip


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


@command.command("update", help=UPDATE_HELP)
@click.argument(
    "names", metavar="[nvd|kev|epss|osv]...", nargs=-1, type=click.Choice(["nvd", "kev", "epss", "osv"])
)
@click.option(
    "--year",
    "years",
    type=click.IntRange(2002, 2100),
    multiple=True,
    help="This year of NVD only (repeatable).",
)
@click.option("--ecosystem", "ecosystems", multiple=True, help="This ecosystem of OSV (repeatable).")
@click.option("--dry-run", is_flag=True, help="Say what would be fetched, and end.")
@data_dir
@as_json
def update(
    names: tuple[str, ...],
    years: tuple[int, ...],
    ecosystems: tuple[str, ...],
    dry_run: bool,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """One file after the other."""
    from cyberai.cli.feed_fetching import fetch, planned

    files = planned(names or ("nvd", "kev", "epss"), years, ecosystems, data_dir)
    if dry_run:
        for file in files:
            click.echo(file.url)
        return
    if not fetch(files, data_dir, as_json=as_json):
        raise click.exceptions.Exit(ExitCode.SERVER)


@command.command("list", help=LIST_HELP)
@data_dir
@as_json
def list_(data_dir: Path | None, as_json: bool) -> None:
    """A line each."""
    from cyberai.app.feeds import current_feeds
    from cyberai.bootstrap.clock import SystemClock
    from cyberai.cli.feed_words import feed_in_words, old_in_words

    feeds = on_existing_store(data_dir, current_feeds)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(feeds))
        return
    if not feeds:
        click.echo("No feeds. `cyberai feeds import --help` says where they come from.")
    now = SystemClock().now()
    for feed in feeds:
        click.echo(feed_in_words(feed, now))
    for warning in old_in_words(feeds, now):
        click.echo(warning, err=True)
