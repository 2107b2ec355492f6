"""`cyberai logout`: forget a profile and its key."""

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.profile_file import read_profiles

HELP = """Forget a profile and its key: NAME, or the only one there is. The key itself stays good: who has it can use it
until it is revoked.

\b
Examples:
  cyberai logout
  cyberai logout work
"""


@click.command("logout", help=HELP)
@click.argument("name", metavar="[NAME]", required=False)
def command(name: str | None) -> None:
    """Remove it from the file."""
    profiles = read_profiles()
    names = list(profiles.profiles)
    if name is None:
        if not names:
            click.echo("No profiles: there is nothing to forget.")
            return
        if len(names) > 1:
            raise Failure(
                f"There are {len(names)} profiles: {', '.join(names)}",
                next_step="Name one: cyberai logout NAME",
                code=ExitCode.USAGE,
            )
        name = names[0]
    profiles.remove(name)
    profiles.write()
    click.echo(f"Forgot {name}. Its key stays good until it is revoked: cyberai keys revoke ID")
