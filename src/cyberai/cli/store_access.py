"""Commands on a store that is there already: a mistyped --data-dir must not make a new one."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure

if TYPE_CHECKING:
    from cyberai.app.context import App
    from cyberai.app.resources import ScanResource
    from cyberai.cli.platform import Platform
    from cyberai.config import Settings
    from cyberai.domain.ids import WorkspaceId

T = TypeVar("T")

workspace_option = click.option(
    "--workspace",
    metavar="NAME",
    default="default",
    show_default=True,
    help="The workspace to look at.",
)


def workspace_id(name: str) -> "WorkspaceId":
    """The workspace; raise BadParameter when the name cannot be one."""
    from cyberai.domain.ids import WorkspaceId

    if not (1 <= len(name) <= 64 and name.isascii() and all(c.isalnum() or c in "-_." for c in name)):
        raise click.BadParameter(
            "a workspace name has 1 to 64 letters, digits, '-', '_' or '.'", param_hint="--workspace"
        )
    return WorkspaceId(name)


def store_settings(data_dir: Path | None) -> "Settings":
    """The settings; raise Failure when no store is there. A database says itself that it cannot be reached."""
    from cyberai.bootstrap.build import STORE_NAME
    from cyberai.config import load

    settings = load(data_dir=data_dir)
    if not settings.database_url and not (settings.data_path / STORE_NAME).exists():
        raise Failure(
            f"There is no store in {settings.data_dir}",
            next_step="Name the right folder with --data-dir; `cyberai scan` and `cyberai serve` make a new one",
            code=ExitCode.USAGE,
        )
    return settings


def store_path(data_dir: Path | None) -> Path:
    """Where the store's file is; raise Failure when there is none."""
    from cyberai.bootstrap.build import STORE_NAME

    settings = store_settings(data_dir)
    require_file(settings)
    return settings.data_path / STORE_NAME


def require_file(settings: "Settings") -> None:
    """Raise Failure where the store is no file of ours to copy."""
    if settings.database_url:
        raise Failure(
            "The store is in PostgreSQL, which has no file of ours",
            next_step="Use its own tools, such as pg_dump and pg_restore; see docs/how-to/run-on-postgresql.md",
            code=ExitCode.USAGE,
        )


def on_existing_store(data_dir: Path | None, use: "Callable[[App], Coroutine[Any, Any, T]]") -> T:
    """Open the store, run one use case, close it."""
    from cyberai.bootstrap.build import open_app
    from cyberai.cli.running import run

    settings = store_settings(data_dir)

    async def opened() -> T:
        async with open_app(settings) as app:
            return await use(app)

    return run(opened())


def policy_settings(data_dir: Path | None, policy: dict[str, Any]) -> "Settings":
    """The settings of the store, with what may be reached; a server on the same data directory is out of reach."""
    from msgspec import structs

    from cyberai.bootstrap.server_lock import server_of
    from cyberai.config import load

    store_settings(data_dir)
    settings = load(data_dir=data_dir, log_level="error", **policy)
    server = server_of(settings.data_path)
    return structs.replace(settings, extra_denied=server.listeners) if server else settings


async def newest_scan(platform: "Platform", scan_id: str | None) -> str:
    """That id, or the id of the newest scan; raise Failure where there is none."""
    if scan_id:
        return scan_id
    page = await platform.scans(limit=1)
    if not page.data:
        raise Failure(
            "No scan has been made yet",
            next_step="cyberai scan https://your-site.example makes one",
            code=ExitCode.USAGE,
        )
    return page.data[0].id


def say_resumable(scan: "ScanResource", *, resumable: bool) -> None:
    """Name the command that goes on with a scan of the command line which has stopped before its end, or may have."""
    from cyberai.domain.scan import ScanStatus

    if resumable:
        ended = ScanStatus(scan.status).terminal
        when = "Something is left to do" if ended else "If the process that runs it is gone"
        click.echo(f"{when}: cyberai scan --resume {scan.id} goes on", err=True)


def megabytes(size: int) -> str:
    """Bytes for people."""
    return f"{size / (1 << 20):,.1f} MiB" if size >= 1 << 20 else f"{size / 1024:,.1f} KiB"
