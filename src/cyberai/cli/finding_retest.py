"""`cyberai findings retest`: repeat the proof of findings, and store what that says of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cyberai.cli.auth_source import login_of, who_repeats
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.options import as_json, data_dir, target_policy
from cyberai.cli.store_access import policy_settings, workspace_option

if TYPE_CHECKING:
    from cyberai.app.retest_view import RetestResource

HELP = """Repeat the proof of findings from here, and store what it says: fixed_confirmed closes what is open, present
reopens what was fixed. `cyberai replay` does the same and stores nothing.

\b
Examples:
  cyberai findings retest vuln_01hq...
  cyberai findings retest vuln_01hq... vuln_01hr... --allow 127.0.0.0/8
  cyberai findings retest vuln_01hq... --json

\b
Exit codes:
  0 all fixed   1 one is present   2 usage   3 one is inconclusive or failed   5 network, store or program failed
"""
_STYLES = {"present": "bold red", "fixed_confirmed": "bold green"}


@click.command("retest", help=HELP)
@click.argument("finding_ids", metavar="ID...", nargs=-1, required=True)
@who_repeats
@target_policy
@workspace_option
@data_dir
@as_json
def command(
    finding_ids: tuple[str, ...],
    workspace: str,
    data_dir: Path | None,
    as_json: bool,
    auth: str | None,
    cookies: tuple[str, ...],
    **policy: Any,
) -> None:
    """One after the other; the worst result is the exit code."""
    from cyberai.app.retest_work import retest_now
    from cyberai.bootstrap.build import open_app
    from cyberai.cli.keys import workspace_id
    from cyberai.cli.running import run

    settings, space = policy_settings(data_dir, policy), workspace_id(workspace)
    login = login_of(auth, cookies)

    async def retested() -> "list[RetestResource]":
        async with open_app(settings) as app:
            return [await retest_now(app, space, id, login) for id in dict.fromkeys(finding_ids)]

    results = run(retested())
    if as_json:
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
