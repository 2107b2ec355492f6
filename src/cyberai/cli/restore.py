"""`cyberai restore`: a backup becomes the store of a data directory."""

from pathlib import Path

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.options import data_dir

HELP = """Make the backup in FILE the store of the data directory.

The backup is proven whole first. A store that is there is touched only with --force, and then put aside as
cyberai.db-replaced. Nothing may use it meanwhile: end the server and every scan. Scans that ran when the backup was
made go on with the next `cyberai serve`; those of the command line with `cyberai scan --resume`.

\b
Examples:
  cyberai restore cyberai.backup --data-dir ./new-data
  cyberai restore cyberai.backup --force
"""


@click.command("restore", help=HELP)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--force", is_flag=True, help="Put a store that is there aside.")
@data_dir
def command(file: Path, force: bool, data_dir: Path | None) -> None:
    """Prove, put in place, bring up to date, tell."""
    from cyberai.bootstrap.build import STORE_NAME, prepare_data_dir
    from cyberai.bootstrap.server_lock import ServerLock, server_of
    from cyberai.cli.store_access import megabytes, require_file
    from cyberai.config import load
    from cyberai.storage.backup import REPLACED, restore
    from cyberai.storage.opening import prepare

    settings = load(data_dir=data_dir)
    require_file(settings)
    store = settings.data_path / STORE_NAME
    server = server_of(settings.data_path)
    if server is not None:
        raise Failure(
            f"A server uses {settings.data_dir} (process {server.pid} at {server.url})",
            next_step="Stop it, restore, and start it again",
        )
    there = store.exists()
    if there and not force:
        raise Failure(
            f"There is a store in {settings.data_dir} already",
            next_step="Restore into another folder with --data-dir, or put this store aside with --force",
            code=ExitCode.USAGE,
        )
    lock = ServerLock(prepare_data_dir(settings))
    lock.take()  # no server may start in the middle
    try:
        copied = restore(file, store, force=force)
        prepare(store)
    finally:
        lock.release()
    click.echo(f"Restored {megabytes(copied.store_bytes)} (schema {copied.schema}) to {store}")
    if there:
        click.echo(
            f"The store that was there is {store.name}{REPLACED} now; remove it when all is well", err=True
        )
