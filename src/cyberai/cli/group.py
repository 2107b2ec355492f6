"""The click group: commands are imported when they are run or listed."""

from importlib import import_module
from typing import cast

import click

from cyberai import __version__
from cyberai.cli.overview import COMMANDS, INTRODUCTION, text


class LazyGroup(click.Group):
    """A group whose commands are modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order of the overview, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command."""
        if cmd_name not in COMMANDS:
            return None
        return cast(click.Command, import_module(f"cyberai.cli.{cmd_name}").command)

    def get_help(self, ctx: click.Context) -> str:  # noqa: ARG002
        """The same page that `cyberai --help` prints without click."""
        return text().rstrip()


@click.group(
    cls=LazyGroup,
    help=INTRODUCTION,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=False,
)
@click.version_option(__version__, message="cyberai %(version)s")
@click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    # main.run has taken it out before click sees it; it stands here for the reference.
    help="Show a traceback when something goes wrong; may stand anywhere.",
)
def cli() -> None:
    """The root: does nothing by itself."""
