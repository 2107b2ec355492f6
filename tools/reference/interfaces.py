"""Settings, the command line and the HTTP API: made once those parts exist."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click
import msgspec

from tools.reference.page import Page, code, module_if_there, paragraph, table

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
LITERAL = ("name", "env", "default")
HEADINGS = {"name": "Setting", "env": "Variable", "help": "Meaning"}


def settings() -> Page | None:
    """The table of `cyberai.config.SETTINGS`: one declared record per setting, a column per field."""
    config = module_if_there("cyberai.config")
    declared = list(getattr(config, "SETTINGS", ()))
    if not declared:
        return None
    page = Page(
        "settings",
        "Settings",
        "A flag on the command line wins over the environment, which wins over the default.",
    )
    columns = [item.name for item in msgspec.structs.fields(declared[0])]
    rows = []
    for setting in declared:
        page.explain(setting.name, setting.help)
        rows.append([shown(name, getattr(setting, name)) for name in columns])
    page.body.append(table([HEADINGS.get(name, name.capitalize()) for name in columns], rows))
    return page


def shown(column: str, value: str) -> str:
    """A literal as code, a description as text."""
    return code(value) if column in LITERAL and " " not in value else value


def command_line() -> Page | None:
    main = module_if_there("cyberai.cli.group")
    root = (
        next((value for value in vars(main).values() if isinstance(value, click.Group)), None)
        if main
        else None
    )
    if root is None:
        return None
    page = Page("cli", "Command line", "")
    page.intro = paragraph(page.explain("cyberai", root.help or ""))
    for name, command in walk(root, "cyberai"):
        page.body.append(command_section(page, name, command))
    return page


def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found and not found.hidden:
                yield from walk(found, f"{name} {child}")


def command_section(page: Page, name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    parts = [f"## {name}", f"```\n{usage}\n```"]
    if name != "cyberai":
        parts.append(paragraph(page.explain(name, command.help or "")).replace("\b\n", ""))
    rows = [option_row(page, name, option) for option in command.params if is_shown(option)]
    if rows:
        parts.append(table(("Option", "Default", "Meaning"), rows))
    return "\n\n".join(part for part in parts if part)


def is_shown(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and not parameter.hidden


def option_row(page: Page, command: str, option: click.Parameter) -> tuple[str, str, str]:
    assert isinstance(option, click.Option)
    names = ", ".join((*option.opts, *option.secondary_opts))
    value = (
        ""
        if option.is_flag or option.count
        else " " + option.make_metavar(click.Context(click.Command(command)))
    )
    meaning = page.explain(f"{command} {option.opts[0]}", option.help or "")
    return code(names + value), default_of(option), meaning


def default_of(option: click.Option) -> str:
    """The default as text; nothing for flags, unset values and what depends on the machine."""
    if isinstance(option.show_default, str):
        return option.show_default
    if option.is_flag or option.multiple or option.required:
        return "required" if option.required else ""
    return code(option.default) if isinstance(option.default, str | int | float) else ""


def api() -> Page | None:
    """The routes of the OpenAPI document that `GET /openapi.json` serves."""
    app = module_if_there("cyberai.api.app")
    openapi = module_if_there("cyberai.api.openapi")
    if app is None or openapi is None:
        return None
    document = json.loads(openapi.openapi_document(app.all_routes()))
    page = Page(
        "api",
        "HTTP API",
        "The routes at a glance; `GET /openapi.json` has every schema. All paths below `/v1` take "
        "`Authorization: Bearer KEY`.",
    )
    rows = [route_row(page, *route) for route in routes(document)]
    page.body.append(table(("Route", "What it does", "Parameters", "Answers"), rows))
    return page


def documents() -> dict[str, str]:
    """The machine-readable documents that the server serves, laid out for people and for differences."""
    from cyberai.api import app, asyncapi, openapi

    served = {
        "openapi.json": openapi.openapi_document(app.all_routes()),
        "asyncapi.json": asyncapi.asyncapi_document(),
    }
    return {
        name: json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"
        for name, text in served.items()
    }


def routes(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in sorted(document["paths"].items()):
        for method in METHODS:
            if item.get(method):
                yield method.upper(), path, item[method]


def route_row(page: Page, method: str, path: str, operation: Mapping[str, Any]) -> tuple[str, str, str, str]:
    route = f"{method} {path}"
    summary = page.explain(route, operation.get("summary") or operation.get("description") or "")
    parameters = [item["name"] for item in operation.get("parameters") or [] if "name" in item]
    return (
        code(route),
        summary,
        ", ".join(map(code, parameters)),
        ", ".join(sorted(operation.get("responses") or {})),
    )
