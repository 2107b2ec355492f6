"""`cyberai backup`: the whole store in one file, also while scans run."""

from pathlib import Path

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.options import as_json, data_dir

HELP = """Write everything in the store to FILE: scans, findings, evidence, reports, events and the digests of keys.

Safe while the server and scans run: the file holds the store of one moment. It is checked before it appears, and is
readable by its owner alone. cyberai restore puts it back.

\b
Examples:
  cyberai backup cyberai.backup
  cyberai backup /var/backups/cyberai-monday.backup --data-dir ./data --force
"""


@click.command("backup", help=HELP)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace FILE when it is there.")
@data_dir
@as_json
def command(file: Path, force: bool, data_dir: Path | None, as_json: bool) -> None:
    """Copy, check, tell."""
    from cyberai.cli.store_access import megabytes, store_path
    from cyberai.storage.backup import back_up

    if file.exists() and not force:
        raise Failure(
            f"{file} is there already", next_step="Name another file, or add --force", code=ExitCode.USAGE
        )
    if not file.absolute().parent.is_dir():
        raise Failure(
            f"There is no folder {file.absolute().parent}",
            next_step="Name a file in a folder that exists",
            code=ExitCode.USAGE,
        )
    copied = back_up(store_path(data_dir), file)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(copied))
        return
    click.echo(
        f"{file}: {megabytes(copied.file_bytes)}, a store of {megabytes(copied.store_bytes)} "
        f"(schema {copied.schema}), checked"
    )
