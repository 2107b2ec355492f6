"""`cyberai gc`: remove what is older than it is to be kept."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cyberai.cli.options import as_json, data_dir

if TYPE_CHECKING:
    from cyberai.app.retention import Freed

F = TypeVar("F", bound=Callable[..., Any])

HELP = """Remove what is older than it is to be kept, and say what that freed. Scans and findings themselves stay.

\b
events    the log that clients replay with since=; kept 30 days
work      an ended scan's list of work, which --resume needs; kept 30 days
reports   reports and their files; kept for ever unless --keep-reports says how long
evidence  evidence of findings not seen for so long; kept for ever unless --keep-evidence says how long

A running server does the same every six hours; this works beside it. The settings keep_events, keep_work, keep_reports and keep_evidence (CYBERAI_KEEP_...)
hold the days where no flag is given; 0 means for ever.

\b
Examples:
  cyberai gc --dry-run
  cyberai gc --keep-reports 90 --keep-evidence 365
  cyberai gc --compact
"""
_KINDS = {
    "events": "events",
    "work": "units of work",
    "reports": "reports",
    "evidence": "pieces of evidence",
    "leases": "signs of life that ran out",
}


def _days(name: str, what: str) -> Callable[[F], F]:
    return click.option(
        f"--keep-{name}",
        type=click.IntRange(0, 36_500),
        metavar="DAYS",
        help=f"Days that {what}; 0: for ever.",
    )


@click.command("gc", help=HELP)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@_days("events", "events stay in the log")
@_days("work", "an ended scan can still be resumed")
@_days("reports", "reports are kept")
@_days("evidence", "evidence stays after a finding was last seen")
@click.option(
    "--compact", is_flag=True, help="Give the freed space back to the disk; takes room for a copy meanwhile."
)
@data_dir
@as_json
def command(dry_run: bool, compact: bool, data_dir: Path | None, as_json: bool, **days: int | None) -> None:
    """Remove, tell."""
    from cyberai.app.retention import Keep, collect_garbage
    from cyberai.cli.store_access import on_existing_store, store_path
    from cyberai.config import load

    settings = load(**days)
    keep = Keep(
        events=settings.keep_events,
        work=settings.keep_work,
        reports=settings.keep_reports,
        evidence=settings.keep_evidence,
    )
    file = store_path(data_dir) if compact else None
    freed = on_existing_store(data_dir, lambda app: collect_garbage(app, keep, dry_run=dry_run))
    sizes = None
    if file is not None and not dry_run:
        from cyberai.storage.backup import compact as shrink

        sizes = shrink(file)
    if as_json:
        import msgspec

        told = {**msgspec.to_builtins(freed), "bytes": freed.bytes, "dry_run": dry_run}
        click.echo(msgspec.json.encode({**told, "file_bytes": sizes} if sizes else told))
        return
    _show(freed, sizes, dry_run=dry_run)


def _show(freed: "Freed", sizes: tuple[int, int] | None, *, dry_run: bool) -> None:
    from cyberai.cli.store_access import megabytes

    for name, words in _KINDS.items():
        amount = getattr(freed, name)
        size = f"  {megabytes(amount.bytes)}" if amount.bytes else ""
        click.echo(f"{amount.rows:>9,}  {words}{size}")
    verb = "Would free" if dry_run else "Freed"
    click.echo(
        f"{verb} {megabytes(freed.bytes)}" + ("" if dry_run or sizes else ", used again by what comes next")
    )
    if sizes:
        click.echo(f"The store's file: {megabytes(sizes[0])} before, {megabytes(sizes[1])} now")
    elif freed.bytes and not dry_run:
        click.echo("--compact gives it back to the disk", err=True)
