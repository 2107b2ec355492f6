"""`cyberai replay`: is a finding still there?"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cyberai.cli.auth_source import login_of, who_repeats
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.options import as_json, data_dir, target_policy
from cyberai.cli.store_access import policy_settings, workspace_id, workspace_option

if TYPE_CHECKING:
    from cyberai.app.replay import AnswerResource, ReplayResource

HELP = """Repeat the proof of a finding against its target, and say whether it is present, fixed or inconclusive.

What proved it is sent again: the attack, the harmless control, the attack once more, with fresh anti-forgery tokens.
What was told by looking (headers, certificates, open services) is looked at again by its check. Scope, mode, rate and
headers are those of the scan that saw the finding last; the addresses allowed are those of this command. Nothing is
stored: a new scan is what closes a finding. What a submission stores on the target is stored once more.

\b
Examples:
  cyberai replay vuln_01hq...
  cyberai replay vuln_01hq... --allow 127.0.0.0/8
  cyberai replay vuln_01hq... --auth login.toml   # secrets of a login are not kept
  cyberai replay vuln_01hq... --json

\b
Exit codes:
  0 fixed   1 present   2 usage   3 inconclusive   5 network, store or program failed
"""
_CODES = {"present": ExitCode.FINDINGS, "fixed": ExitCode.OK, "inconclusive": ExitCode.INCOMPLETE}
_STYLES = {"present": "bold red", "fixed": "bold green", "inconclusive": "bold yellow"}


@click.command("replay", help=HELP)
@click.argument("finding_id", metavar="ID")
@who_repeats
@target_policy
@workspace_option
@data_dir
@as_json
def command(
    finding_id: str,
    workspace: str,
    data_dir: Path | None,
    as_json: bool,
    auth: str | None,
    cookies: tuple[str, ...],
    **policy: Any,
) -> None:
    """Before and now, the result, its exit code."""
    from cyberai.app.replay import replay
    from cyberai.bootstrap.build import open_app
    from cyberai.cli.running import run

    settings, space = policy_settings(data_dir, policy), workspace_id(workspace)
    login = login_of(auth, cookies)

    async def replayed() -> "ReplayResource":
        async with open_app(settings) as app:
            return await replay(app, space, finding_id, login)

    result = run(replayed())
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(result), indent=2).decode())
    else:
        _show(result)
    raise click.exceptions.Exit(_CODES[result.result])


def _show(result: "ReplayResource") -> None:
    from rich.table import Table
    from rich.text import Text

    from cyberai.cli.console import plain, stdout

    console = stdout()
    console.print(Text(plain(result.title, 200), "bold"))
    console.print(Text(plain(result.affected_component), "dim"))
    if result.match:
        console.print(Text(f"Proof: {plain(result.match, 200)}"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("REQUEST", "THEN", "NOW"):
        table.add_column(title, overflow="fold")
    for step in result.steps:
        words = Text(f"{step.step}: {plain(step.request, 300)}")
        table.add_row(words, _answer(step.before, result.match), _answer(step.now, result.match))
    if result.steps:
        console.print(table)
    console.print(
        Text.assemble((result.result, _STYLES[result.result]), ": ", plain(result.why)), soft_wrap=True
    )
    if result.result == "present":
        console.print(Text(f"By hand: {plain(result.reproduce, 4_000)}", "cyan"), soft_wrap=True)


def _answer(answer: "AnswerResource | None", match: str) -> str:
    if answer is None:
        return "not sent or not answered"
    shown = "" if not match else ", shows it" if answer.shows else ", does not show it"
    return f"{answer.status} in {answer.elapsed_ms} ms{shown}"
