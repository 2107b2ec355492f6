"""`cyberai completion`: the script that lets a shell complete commands, options and their values."""

import click

HELP = """Print the completion script of a shell.

\b
Examples:
  cyberai completion bash > ~/.local/share/bash-completion/completions/cyberai
  cyberai completion zsh > ~/.zfunc/_cyberai          # a folder of $fpath
  cyberai completion fish > ~/.config/fish/completions/cyberai.fish
"""
SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_CYBERAI_COMPLETE"
_CALLS = {
    "bash": (f"{_VARIABLE}=bash_complete $1", "$1 completion --answer bash"),
    "zsh": (f"{_VARIABLE}=zsh_complete cyberai", "cyberai completion --answer zsh"),
    "fish": (f"{_VARIABLE}=fish_complete COMP_WORDS", "COMP_WORDS"),
}
"""How click's scripts ask, and how ours do: by an argument, since only settings are read from the environment."""


@click.command("completion", help=HELP)
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(SHELLS))
@click.option("--answer", is_flag=True, hidden=True, help="Answer the script of this shell.")
def command(shell: str, answer: bool) -> None:
    """Print the script, or answer it."""
    if answer:
        _answer(shell)
        return
    from click.shell_completion import get_completion_class

    from cyberai.cli.group import cli

    kind = get_completion_class(shell)
    assert kind is not None
    # Not source(): for bash that starts a bash to look at its version.
    made = kind(cli, {}, "cyberai", _VARIABLE)
    asked, asks = _CALLS[shell]
    script = (made.source_template % made.source_vars()).replace(asked, asks)
    if shell == "fish":
        script = script.replace(
            "(commandline -t) cyberai)", "(commandline -t) cyberai completion --answer fish)"
        )
    click.echo(script)


def _answer(shell: str) -> None:
    """What fits what was typed: click finds it in the variables that the script sets."""
    from click.shell_completion import get_completion_class

    from cyberai.cli.group import cli

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "cyberai", _VARIABLE).complete())
