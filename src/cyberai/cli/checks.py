"""`cyberai checks`: what is tested for, and how each flaw is proven."""

from typing import TYPE_CHECKING

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.options import as_json

if TYPE_CHECKING:
    from cyberai.domain.check import CheckMeta

HELP = """List the checks, or show one in full.

\b
Examples:
  cyberai checks list
  cyberai checks show web.sql-injection
"""
LIST_HELP = """List every check: its id, what it finds, how severe that is, what it looks at.

\b
Examples:
  cyberai checks list
  cyberai checks list --json
"""
SHOW_HELP = """Show one check in full: description, impact, remediation, cost.

\b
Example:
  cyberai checks show web.sql-injection
"""


@click.group("checks", help=HELP)
def command() -> None:
    """Nothing by itself."""


@command.command("list", help=LIST_HELP)
@as_json
def list_checks(as_json: bool) -> None:
    """A table, or a list of objects."""
    metas = check_metas()
    if as_json:
        click.echo(_encoded([_as_object(meta) for meta in metas]))
        return
    from rich.table import Table

    from cyberai.cli.console import severity, stdout

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("ID", "FINDS", "SEVERITY", "LOOKS AT"):
        table.add_column(name, overflow="fold", no_wrap=name in ("SEVERITY", "LOOKS AT"))
    for meta in metas:
        scope = meta.scope.value + (" (intrusive)" if meta.intrusive else "")
        table.add_row(meta.id, meta.title, severity(meta.severity.value), scope)
    console = stdout()
    console.print(table)
    console.print(f"\n{len(metas)} checks. cyberai checks show ID tells how each works.", style="dim")


@command.command("show", help=SHOW_HELP)
@click.argument("check_id", metavar="ID")
@as_json
def show_check(check_id: str, as_json: bool) -> None:
    """One check."""
    metas = {meta.id: meta for meta in check_metas()}
    meta = metas.get(check_id)
    if meta is None:
        from difflib import get_close_matches

        near = get_close_matches(check_id, metas, n=3, cutoff=0.5)
        raise Failure(
            f"There is no check {check_id!r}",
            next_step=f"Did you mean {' or '.join(near)}?" if near else "cyberai checks list shows all",
            code=ExitCode.USAGE,
        )
    click.echo(_encoded(_as_object(meta)) if as_json else described(meta))


def described(meta: "CheckMeta") -> str:
    """The check as text."""
    facts = (
        ("Severity", f"{meta.severity.value}  {meta.cvss}"),
        ("Weakness", ", ".join(meta.cwe)),
        ("OWASP", ", ".join(meta.owasp)),
        ("Looks at", meta.scope.value + (", in intrusive mode only" if meta.intrusive else "")),
        ("Costs", f"at most {meta.max_requests} requests each"),
        ("Since", meta.since),
    )
    lines = [f"{meta.id}: {meta.title}", ""]
    lines += [f"{name:<9} {text}" for name, text in facts if text]
    for title, text in (
        ("", meta.description),
        ("What an attacker gains", meta.impact),
        ("How to mend it", meta.remediation),
        ("Read on", "\n".join(meta.references)),
    ):
        if text:
            lines += ["", *([title] if title else []), text]
    return "\n".join(lines)


def check_metas() -> list["CheckMeta"]:
    """Every check there is, by id."""
    from cyberai.engine.registry import all_checks

    return sorted((check.meta for check in all_checks()), key=lambda meta: meta.id)


def _as_object(meta: "CheckMeta") -> object:
    import msgspec

    return msgspec.to_builtins(meta)


def _encoded(value: object) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
