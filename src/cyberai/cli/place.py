"""Where a command works: on the store of this machine, or on a server, which --server, --profile or CYBERAI_PROFILE
name."""

from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from cyberai.cli.server_login import ServerLogin, login_of_profile, login_of_server

if TYPE_CHECKING:
    from cyberai.cli.platform import Platform
    from cyberai.config import Settings

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

LOCAL_ONLY = {
    "data_dir": "it names a store of this machine",
    "database_url": "it names a store of this machine",
    "workspace": "the workspace is that of the key",
    "allow": "the server's operator says what may be reached (`cyberai serve --allow`)",
    "only_allow": "the server's operator says what may be reached (`cyberai serve --only-allow`)",
    "resolve": "the server's operator says how names are resolved (`cyberai serve --resolve`)",
    "resolver": "the server's operator says how names are resolved (`cyberai serve --resolver`)",
    "proxy": "the server's operator says how targets are reached (`cyberai serve --proxy`)",
    "client_cert": "the server's operator says how targets are reached (`cyberai serve --client-cert`)",
    "log_level": "the server keeps its own log",
    "log_format": "the server keeps its own log",
    "auth": "the server logs in as the scan did",
    "cookies": "the server logs in as the scan did",
}
"""Options that say something about this machine's part -> why a server cannot be told it."""
OF_A_STORE = ("data_dir", "database_url")
_WHERE = ("server", "profile", "ca_file", "data_dir", "database_url", "workspace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server with a key, or (`server` is None) a workspace of a store here."""

    server: ServerLogin | None = None
    data_dir: Path | None = None
    database_url: str | None = None
    workspace: str = "default"
    may_be_new: bool = False
    """Whether a store that is not there yet is made."""

    @property
    def again(self) -> str:
        """What to put behind a command so that it works at the same place; empty here."""
        return f" {self.server.flag}" if self.server else ""


def somewhere(*local: Callable[[F], F], may_be_new: bool = False) -> Callable[[F], F]:
    """--server, --profile, --ca-file, and the options `local` of this machine's store; the command gets a `place`."""

    def decorate(command: F) -> F:
        @wraps(command)
        def placed(*args: Any, **flags: Any) -> Any:
            place = place_of(click.get_current_context(), flags, may_be_new=may_be_new)
            others = {name: value for name, value in flags.items() if name not in _WHERE}
            return command(*args, place=place, **others)

        made: Any = placed
        for option in (*reversed(local), server_ca_file, at_server):
            made = option(made)
        return made  # type: ignore[no-any-return]

    return decorate


def at_server(command: F) -> F:
    """--server, --profile."""
    for decorate in (
        click.option(
            "--profile",
            metavar="NAME",
            help="Ask the server of this profile of `cyberai login`. Default: CYBERAI_PROFILE, else the store here.",
        ),
        click.option(
            "--server",
            metavar="URL",
            help="Ask this server instead of the store here, such as https://scanner.example:8080. Its key comes from "
            "CYBERAI_API_KEY, else from `cyberai login`.",
        ),
    ):
        command = decorate(command)
    return command


server_ca_file = click.option(
    "--ca-file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Root certificates (PEM) to trust for the server instead of the system's.",
)


def place_of(ctx: click.Context, flags: dict[str, Any], *, may_be_new: bool = False) -> Place:
    """Where to work; raise UsageError for options that do not go together, Failure where there is no key."""
    typed = {name for name in flags if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    server = _server(ctx, flags, typed)
    if server is None:
        return Place(
            data_dir=flags.get("data_dir"),
            database_url=flags.get("database_url"),
            workspace=flags.get("workspace") or "default",
            may_be_new=may_be_new,
        )
    for name, why in LOCAL_ONLY.items():
        if name in typed and not (name in ("auth", "cookies") and "targets" in flags):
            flag = next(param for param in ctx.command.params if param.name == name).opts[-1]
            raise click.UsageError(f"{flag} cannot go with a server: {why}", ctx)
    return Place(server=server)


def _server(ctx: click.Context, flags: dict[str, Any], typed: Collection[str]) -> ServerLogin | None:
    from cyberai.config import profile_name

    url, profile = flags.get("server"), flags.get("profile")
    # Not from cyberai.toml: a project of others must not say whom to trust.
    ca_file = flags.get("ca_file") if "ca_file" in typed else None
    if url and profile:
        raise click.UsageError("--server and --profile both name a server; give one of them", ctx)
    if url:
        return login_of_server(url, ca_file)
    if not profile and not any(name in typed for name in OF_A_STORE):
        # What is typed wins over what stands in the environment, as everywhere.
        profile = profile_name()
    return login_of_profile(profile, ca_file) if profile else None


def on_platform(
    place: Place, use: "Callable[[Platform], Coroutine[Any, Any, T]]", settings: "Settings | None" = None
) -> T:
    """Open the platform there, run one use case, close it. `settings` are those of this machine, if not the usual."""
    from cyberai.cli.running import run

    async def opened() -> T:
        async with platform_at(place, settings) as platform:
            return await use(platform)

    return run(opened())


@asynccontextmanager
async def platform_at(place: Place, settings: "Settings | None" = None) -> "AsyncIterator[Platform]":
    """The platform, open; raise Failure where there is none."""
    if place.server is not None:
        from cyberai.cli.remote.platform import opened_server

        async with opened_server(place.server) as platform:
            yield platform
        return
    from cyberai.bootstrap.build import open_app
    from cyberai.cli.local_platform import LocalPlatform
    from cyberai.cli.store_access import store_settings, workspace_id
    from cyberai.config import load

    space = workspace_id(place.workspace)
    if settings is None:
        given = {"data_dir": place.data_dir, "database_url": place.database_url}
        settings = load(**given) if place.may_be_new else store_settings(place.data_dir)
    async with open_app(settings) as app:
        yield LocalPlatform(app, space)
