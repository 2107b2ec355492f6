"""`cyberai.toml`: flags of `cyberai scan` for a project, read from the working directory. Flags that are typed win."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from cyberai.cli.auth_source import AuthSource, login_in
from cyberai.cli.failures import Failure
from cyberai.cli.toml_file import TomlFile, read_toml

NAME = "cyberai.toml"
_NOT_HERE = ("config", "no-config", "resume", "help", "quiet", "server")
"""Flags of one run, which a file cannot carry; and the server: a project of others must not say where the key goes."""


def fill_in(ctx: click.Context, path: Path | None) -> str:
    """Take what was not typed from the file into the context's parameters; a sentence about what was taken, empty
    when there is no file. Raise Failure for an unknown key or a value that cannot be."""
    if path is None:
        if not Path(NAME).exists():
            return ""
        path = Path(NAME)
    file = read_toml(path)
    known = _parameters(ctx.command)
    taken, passed_over = [], []
    for key, value in file.values.items():
        parameter = known.get(key.replace("_", "-"))
        if parameter is None:
            raise _unknown(file, key, known)
        assert parameter.name is not None
        converted = _converted(file, key, value, parameter, ctx)
        if _is_given(ctx, parameter):
            passed_over.append(key)
        else:
            ctx.params[parameter.name] = converted
            taken.append(key)
    words = f"Read {file.name}: {', '.join(taken) or 'nothing of it is used'}"
    return words + (f"; given elsewhere: {', '.join(passed_over)}" if passed_over else "")


def _parameters(command: click.Command) -> dict[str, click.Parameter]:
    found: dict[str, click.Parameter] = {}
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            found |= {"target": parameter, "targets": parameter}
            continue
        for name in parameter.opts:
            if name.startswith("--") and name[2:] not in _NOT_HERE:
                found[name[2:]] = parameter
    return found


def _is_given(ctx: click.Context, parameter: click.Parameter) -> bool:
    """Typed, or set in the environment, which stands for a person as well."""
    from cyberai.config import is_in_environment

    assert parameter.name is not None
    if isinstance(parameter, click.Argument):
        return bool(ctx.params.get(parameter.name))
    source = ctx.get_parameter_source(parameter.name)
    return source is ParameterSource.COMMANDLINE or is_in_environment(parameter.name)


def _unknown(file: TomlFile, key: str, known: dict[str, click.Parameter]) -> Failure:
    near = get_close_matches(key.replace("_", "-"), known, n=2, cutoff=0.6)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    return file.complaint(
        key,
        "there is no such key",
        f"{meant}Keys are the flags of `cyberai scan --help` without --, and target",
    )


def _converted(file: TomlFile, key: str, value: Any, parameter: click.Parameter, ctx: click.Context) -> Any:
    try:
        if parameter.multiple or parameter.nargs == -1:
            values = value if isinstance(value, list) else [value]
            return tuple(_one(item, parameter, ctx) for item in values)
        return _one(value, parameter, ctx)
    except click.BadParameter as error:
        raise file.complaint(key, error.message, "`cyberai scan --help` shows what it takes") from error


def _one(value: Any, parameter: click.Parameter, ctx: click.Context) -> Any:
    if isinstance(parameter.type, AuthSource) and isinstance(value, dict):
        return login_in(value, "auth")
    wanted = _kind(parameter)
    if type(value) is not wanted:
        words = {bool: "true or false", int: "a whole number", str: "text in quotes"}
        raise click.BadParameter(f"must be {words[wanted]}")
    return parameter.type.convert(value, parameter, ctx)


def _kind(parameter: click.Parameter) -> type:
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return bool
    return int if isinstance(parameter.type, type(click.INT) | click.IntRange) else str


def typed(ctx: click.Context) -> Iterator[str]:
    """Names of the parameters that stand on the command line."""
    for name in ctx.params:
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE and ctx.params[name] not in (
            (),
            None,
        ):
            yield name
