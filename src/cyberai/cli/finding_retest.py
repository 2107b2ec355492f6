"""`cyberai findings retest`: repeat the proof of findings, and store what that says of them."""

from typing import TYPE_CHECKING, Any

import click

from cyberai.cli.auth_source import login_of, who_repeats
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.options import POLICY, as_json, data_dir, target_policy
from cyberai.cli.place import at_server, on_platform, place_of
from cyberai.cli.store_access import policy_settings, workspace_option

if TYPE_CHECKING:
    from cyberai.app.retest_view import RetestResource
    from cyberai.cli.platform import Platform

HELP = """Repeat the proof of findings, from here or by a server, and store what it says: fixed_confirmed closes what is
open, present reopens what was fixed. `cyberai replay` does the same from here and stores nothing.

\b
Examples:
  cyberai findings retest vuln_01hq...
  cyberai findings retest vuln_01hq... vuln_01hr... --allow 127.0.0.0/8
  cyberai findings retest vuln_01hq... --json
  cyberai findings retest vuln_01hq... --profile work

\b
Exit codes:
  0 all fixed   1 one is present   2 usage   3 one is inconclusive or failed   5 network, store or program failed
"""
_STYLES = {"present": "bold red", "fixed_confirmed": "bold green"}


@click.command("retest", help=HELP)
@click.argument("finding_ids", metavar="ID...", nargs=-1, required=True)
@who_repeats
@at_server
@target_policy
@workspace_option
@data_dir
@as_json
@click.pass_context
def command(ctx: click.Context, /, **flags: Any) -> None:
    """One after the other; the worst result is the exit code."""
    place = place_of(ctx, flags)
    settings = (
        None if place.server else policy_settings(place.data_dir, {name: flags[name] for name in POLICY})
    )
    login = login_of(flags["auth"], flags["cookies"])

    async def retested(platform: "Platform") -> "list[RetestResource]":
        return [await platform.retest(id, login) for id in dict.fromkeys(flags["finding_ids"])]

    results = on_platform(place, retested, settings)
    if flags["as_json"]:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(results), indent=2).decode())
    else:
        for result in results:
            _show(result)
    raise click.exceptions.Exit(_code({result.result for result in results}))


def _code(results: set[str | None]) -> ExitCode:
    if "present" in results:
        return ExitCode.FINDINGS
    return ExitCode.OK if results == {"fixed_confirmed"} else ExitCode.INCOMPLETE


def _show(result: "RetestResource") -> None:
    from rich.text import Text

    from cyberai.cli.console import plain, stdout

    word = result.result or result.status
    line = Text.assemble(
        (plain(result.vulnerability_id), "bold"),
        "  ",
        (word, _STYLES.get(word, "bold yellow")),
        ": ",
        plain(result.why),
    )
    console = stdout()
    console.print(line, soft_wrap=True)
    for step in result.steps:
        now = f"{step.now.status} in {step.now.elapsed_ms} ms" if step.now else "not sent or not answered"
        words = f"  {step.step}: {step.before.status} in {step.before.elapsed_ms} ms then, {now} now"
        console.print(Text(words, "dim"), soft_wrap=True)
