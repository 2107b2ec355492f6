"""`cyberai findings`: what scans have found, and what people decide about it, on the store itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cyberai.cli import finding_retest
from cyberai.cli.options import SEVERITIES, Listed, as_json, data_dir
from cyberai.cli.place import Place, on_platform, somewhere
from cyberai.cli.store_access import workspace_option

if TYPE_CHECKING:
    from rich.console import Console

    from cyberai.app.listing import ListPage
    from cyberai.app.resources import VulnerabilityResource
    from cyberai.cli.platform import Platform

STATUSES = ("open", "in_progress", "fixed", "accepted_risk", "false_positive")
TIERS = ("confirmed", "strong", "lead")
DETECTIONS = ("new", "present", "not_observed", "fixed_confirmed", "regressed", "inconclusive")
SORTS = tuple(
    sign + name for name in ("created_at", "last_seen", "severity", "risk_score") for sign in ("", "-")
)

F = TypeVar("F", bound=Callable[..., Any])

HELP = """List findings, show one with its evidence, decide about it, retest it. Works with or without a running server.

\b
Examples:
  cyberai findings list --severity critical --severity high
  cyberai findings show vuln_01hq...
  cyberai findings set vuln_01hq... --status false_positive --reason "It is the practice target"
  cyberai findings retest vuln_01hq...
"""
LIST_HELP = """List findings, newest first; every option narrows the list.

\b
Examples:
  cyberai findings list
  cyberai findings list --severity critical,high --status open --sort -risk_score
  cyberai findings list --search "sql login" --created-after 2030-01-31
  cyberai findings list --scan scan_01hq... --json
  cyberai findings list --profile work
"""
SHOW_HELP = """Show one finding: what it is, the proof, the command that shows it again, how to mend it.

\b
Examples:
  cyberai findings show vuln_01hq...
  cyberai findings show vuln_01hq... --json
"""
SET_HELP = """Decide about findings. A risk is accepted with a reason and until a day; then it is open again to judge.

\b
Examples:
  cyberai findings set vuln_01hq... --status in_progress --assignee kim
  cyberai findings set vuln_01hq... --status accepted_risk --reason "Behind VPN" --until 2030-01-31
  cyberai findings set vuln_01hq... vuln_01hr... --status fixed --comment "Release 7"
  cyberai findings set vuln_01hq... --severity low --tag legacy
"""


def _several(flag: str, choices: tuple[str, ...], what: str, metavar: str | None = None) -> Callable[[F], F]:
    return click.option(
        flag,
        multiple=True,
        type=Listed(choices) if choices else str,
        metavar=metavar,
        help=f"Only findings of this {what}; several by comma, or repeated.",
    )


@click.group("findings", help=HELP)
def command() -> None:
    """Nothing by itself."""


command.add_command(finding_retest.command)


@command.command("list", help=LIST_HELP)
@_several("--severity", SEVERITIES, "severity")
@_several("--status", STATUSES, "status")
@_several("--detection", DETECTIONS, "last sight")
@_several("--tier", TIERS, "quality of proof")
@_several("--type", (), "type", "NAME")
@_several("--check", (), "check", "ID")
@_several("--cwe", (), "weakness", "CWE-N")
@click.option("--scan", metavar="ID", multiple=True, help="Only findings that this scan saw.")
@click.option("--target", multiple=True, metavar="TARGET", help="Only findings of this target, as scanned.")
@click.option("--created-after", metavar="TIME", help="Only findings made after this time or day (UTC).")
@click.option("--created-before", metavar="TIME", help="Only findings made before this time or day (UTC).")
@click.option(
    "-s", "--search", "q", metavar="WORDS", help="Words, all of which occur in title, place or description."
)
@click.option(
    "--sort", type=click.Choice(SORTS), help="Order; - in front: descending. Default: newest first."
)
@click.option(
    "--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="At most so many findings."
)
@somewhere(workspace_option, data_dir)
@as_json
def list_(limit: int, place: Place, as_json: bool, **asked: Any) -> None:
    """Findings, or a list of objects."""
    page = on_platform(place, lambda platform: platform.findings(_parameters(asked), limit=limit))
    if as_json:
        click.echo(_encoded(page.data))
    else:
        _show_list(page, limit)


def _parameters(asked: dict[str, Any]) -> dict[str, str]:
    """The query parameters of GET /v1/vulnerabilities: the API's own reader judges them."""
    names = {"check": "check_id", "scan": "scan_id"}
    values = {}
    for flag, value in asked.items():
        if not value:
            continue
        text = ",".join(value) if isinstance(value, tuple) else value
        if flag.startswith("created_") and len(text) == len("2030-01-31"):
            text += "T00:00:00Z"
        values[names.get(flag, flag)] = text
    return values


@command.command("show", help=SHOW_HELP)
@click.argument("finding_id", metavar="ID")
@somewhere(workspace_option, data_dir)
@as_json
def show(finding_id: str, place: Place, as_json: bool) -> None:
    """One finding."""
    row = on_platform(place, lambda platform: platform.finding(finding_id))
    if as_json:
        click.echo(_encoded(row))
        return
    from cyberai.cli.console import stdout
    from cyberai.cli.finding_text import show_finding

    show_finding(stdout(), row)


@command.command("set", help=SET_HELP)
@click.argument("finding_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--status", type=click.Choice(STATUSES), help="Where it stands.")
@click.option("--reason", metavar="TEXT", help="Why; needed for accepted_risk.")
@click.option("--until", metavar="DATE", help="Last day of an accepted risk (UTC), such as 2030-01-31.")
@click.option("--assignee", metavar="NAME", help="Who takes care; - for nobody.")
@click.option("--due", metavar="DATE", help="Day by which it is to be mended; - for none.")
@click.option("--comment", metavar="TEXT", help="A note; - for none.")
@click.option(
    "--severity",
    type=click.Choice((*SEVERITIES, "-")),
    help="What people say it is; - for the scanner's word.",
)
@click.option(
    "--tag", "tags", multiple=True, metavar="TEXT", help="Tags instead of those it has; - for none."
)
@somewhere(workspace_option, data_dir)
@as_json
def set_(finding_ids: tuple[str, ...], place: Place, as_json: bool, **changes: Any) -> None:
    """Change every one; what was changed before an error stays."""
    members = _members(changes)
    if not members:
        raise click.UsageError(
            "Nothing to change; say what, such as --status fixed", click.get_current_context()
        )

    async def change(platform: "Platform") -> list["VulnerabilityResource"]:
        return [await platform.decide(finding_id, members) for finding_id in dict.fromkeys(finding_ids)]

    rows = on_platform(place, change)
    if as_json:
        click.echo(_encoded(rows))
        return
    from cyberai.cli.console import plain

    for row in rows:
        until = f" until {row.accept_until[:10]}" if row.accept_until else ""
        click.echo(plain(f"{row.id} {row.severity}, {row.status}{until}").replace(" ", "  ", 1))


def _members(changes: dict[str, Any]) -> dict[str, Any]:
    """The members of PATCH /v1/vulnerabilities/{id}; a dash clears."""
    from cyberai.cli.keys import ExpiryDate

    names = {
        "status": "status",
        "reason": "reason",
        "until": "accept_until",
        "assignee": "assignee",
        "due": "due_at",
        "comment": "comment",
        "severity": "severity_override",
    }
    members: dict[str, Any] = {}
    for flag, name in names.items():
        value = changes[flag]
        if value is None:
            continue
        if flag in ("until", "due") and value != "-":
            value = ExpiryDate().convert(value, None, click.get_current_context())
        members[name] = None if value == "-" else value
    if changes["tags"]:
        members["tags"] = [] if changes["tags"] == ("-",) else list(changes["tags"])
    return members


def _show_list(page: "ListPage[VulnerabilityResource]", limit: int) -> None:
    from cyberai.cli.console import stdout
    from cyberai.cli.results import WIDE, show_stacked, wide_table

    console: Console = stdout()
    if not page.data:
        console.print("No findings.")
        return
    if console.width >= WIDE:
        console.print(wide_table(page.data))
    else:
        for row in page.data:
            show_stacked(console, row, state=f"{row.status}, last seen {row.last_seen[:10]}")
    if page.has_more:
        click.echo(
            f"There are more than {limit}; --limit shows up to 200, the filters of --help fewer", err=True
        )


def _encoded(value: object) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
