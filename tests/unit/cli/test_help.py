"""Every command explains itself, with an example, and so does every option."""

import shlex
from collections.abc import Iterator

import click
import pytest

from cyberai.cli.group import cli
from cyberai.cli.main import run
from cyberai.cli.overview import COMMANDS


def commands(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if path:
        yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


ALL = [pytest.param(path, command, id=" ".join(path)) for path, command in commands(cli)]


def test_the_commands_are_those_of_the_overview() -> None:
    assert {path[0] for path, _ in commands(cli)} == set(COMMANDS)
    assert {"demo", "scan", "serve", "lab", "keys", "checks", "doctor", "version"} <= set(COMMANDS)


@pytest.mark.parametrize(("path", "command"), ALL)
def test_help_has_an_example_of_this_very_command(
    path: tuple[str, ...], command: click.Command, capsys
) -> None:
    assert run([*path, "--help"]) == 0
    shown = capsys.readouterr().out
    _, _, examples = shown.partition("Example")
    assert f"  cyberai {' '.join(path)}" in examples


@pytest.mark.parametrize(("path", "command"), ALL)
def test_every_option_says_what_it_does(path: tuple[str, ...], command: click.Command) -> None:
    silent = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
    assert silent == []


@pytest.mark.parametrize(("path", "command"), ALL)
def test_the_examples_are_command_lines_that_parse(path: tuple[str, ...], command: click.Command) -> None:
    for line in (command.help or "").splitlines():
        if line.split()[:1] != ["cyberai"]:
            continue
        words = shlex.split(line.partition("#")[0].partition(">")[0])
        depth = 1 + len(path)
        if isinstance(command, click.Group):
            child = command.get_command(click.Context(command), words[depth])
            assert child is not None, line
            child.make_context(words[depth], example_arguments(words[depth + 1 :]), resilient_parsing=False)
        else:
            command.make_context(path[-1], example_arguments(words[depth:]), resilient_parsing=False)


def example_arguments(words: list[str]) -> list[str]:
    # The examples' files do not exist here.
    return [
        __file__ if word.endswith((".pem", ".backup", ".gz", "vulnerabilities.json")) else word
        for word in words
    ]
