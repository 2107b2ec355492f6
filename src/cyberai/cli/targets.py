"""`cyberai targets`: how the targets stand, and how that came about."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cyberai.cli.options import as_json, data_dir
from cyberai.cli.store_access import on_existing_store, workspace_id, workspace_option

if TYPE_CHECKING:
    from rich.table import Table

    from cyberai.app.trends import TargetResource

HELP = """List the targets with their risk now, or show how one came there, scan by scan.

The risk of a target is that of all its findings that stand: neither fixed nor false positives, and no leads. That of a
scan is what the scan ended with. Both are from 0 to 100; docs/explanation/risk.md says how.

\b
Examples:
  cyberai targets
  cyberai targets https://your-site.example
  cyberai targets https://your-site.example --json
"""
_BAR = 12


@click.command("targets", help=HELP)
@click.argument("target", metavar="[TARGET]", required=False)
@workspace_option
@data_dir
@as_json
def command(target: str | None, workspace: str, data_dir: Path | None, as_json: bool) -> None:
    """All, or one."""
    from cyberai.app.trends import list_targets, show_target

    space = workspace_id(workspace)
    if target is None:
        found = on_existing_store(data_dir, lambda app: list_targets(app, space))
    else:
        found = [on_existing_store(data_dir, lambda app: show_target(app, space, target))]
    if as_json:
        import msgspec

        shown = msgspec.json.encode(found if target is None else found[0])
        click.echo(msgspec.json.format(shown, indent=2))
        return
    if target is None:
        _show_all(found)
    else:
        _show_one(found[0])


def _show_all(targets: "list[TargetResource]") -> None:
    from cyberai.cli.console import plain, stdout

    if not targets:
        click.echo("No target was scanned yet.")
        return
    table = _table("Risk", "Change", "Stands", "Target")
    for target in targets:
        scores = [point.risk_score for point in target.trend if point.risk_score is not None]
        change = f"{scores[-1] - scores[-2]:+.1f}" if len(scores) > 1 else ""
        table.add_row(
            f"{target.risk_score:.1f}", change, _counts(target.counts_by_severity), plain(target.target, 300)
        )
    stdout().print(table)


def _show_one(target: "TargetResource") -> None:
    from cyberai.cli.console import plain, stdout

    console = stdout()
    console.print(f"{plain(target.target, 300)}", style="bold", soft_wrap=True)
    console.print(f"Risk now {target.risk_score:.1f} of 100; stands: {_counts(target.counts_by_severity)}")
    if not target.trend:
        console.print("It has no completed scan. Write it as the scan did; `cyberai targets` lists them.")
        return
    table = _table("Finished", "Risk", "", *(band.capitalize() for band in target.counts_by_severity))
    for point in target.trend:
        risk = point.risk_score
        bar = "" if risk is None else "\u2588" * max(1 if risk else 0, round(risk / 100 * _BAR))
        table.add_row(
            point.finished_at[:16].replace("T", " "),
            "?" if risk is None else f"{risk:.1f}",
            bar,
            *(f"{n:,}" for n in point.counts_by_severity.values()),
        )
    console.print(table)
    click.echo("--json names the scans", err=True)


def _table(*columns: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        left = name in ("", "Finished", "Stands", "Target")
        table.add_column(name, justify="left" if left else "right", overflow="fold")
    return table


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {severity}" for severity, n in counts.items() if n) or "nothing"
