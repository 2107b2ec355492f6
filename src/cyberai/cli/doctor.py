"""`cyberai doctor`: is everything there? Every line says ok, warn or fail, and what to do."""

from pathlib import Path

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.options import as_json, data_dir

HELP = """Look at this machine: is everything there that Cyber AI needs?

Every line says ok, warn or fail, and what to do. Ends with 5 when something fails.

\b
Examples:
  cyberai doctor
  cyberai doctor --data-dir ./data --port 9000
  cyberai doctor --json
"""


@click.command("doctor", help=HELP)
@data_dir
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8080,
    show_default=True,
    help="The port `serve` will want.",
)
@as_json
def command(data_dir: Path | None, port: int, as_json: bool) -> None:
    """Look, print, judge."""
    from cyberai.cli.diagnosis import examine
    from cyberai.cli.finding_level import Level

    findings = list(examine(data_dir, port))
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(findings))
    else:
        colours = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}
        for finding in findings:
            mark = click.style(f"{finding.level.value:<4}", fg=colours[finding.level], bold=True)
            click.echo(f"{mark}  {finding.subject:<10}  {finding.text}")
            if finding.next_step:
                click.echo(f"{'':18}-> {finding.next_step}")
    failed = any(finding.level is Level.FAIL for finding in findings)
    raise click.exceptions.Exit(ExitCode.SERVER if failed else ExitCode.OK)
