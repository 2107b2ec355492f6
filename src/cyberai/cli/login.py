"""`cyberai login`: keep the address of a server and a key, once the server has said that the key is good."""

import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.place import server_ca_file
from cyberai.cli.profile_file import Profiles, read_profiles
from cyberai.cli.server_login import HERE, ServerLogin, checked_key, root_in, root_of

if TYPE_CHECKING:
    from cyberai.app.usage import MeResource

MOST_KEY_BYTES = 4096
_MOST_NAME = 64

HELP = """Keep the address of a server and an API key as a profile, for --profile and for the SDKs.

Asks for both; the key is not shown while it is typed, and is no flag: flags are seen by every user of the machine. The
server is asked whose key it is; nothing is kept unless it knows. The profile is kept in
$XDG_CONFIG_HOME/cyberai/profiles.json, else ~/.config/cyberai/profiles.json, which only you can read.

\b
Examples:
  cyberai login
  cyberai login --server https://scanner.example:8080 --profile work
  cyberai login --server https://scanner.example:8080 --key-stdin       # in scripts: the key comes on standard input
  cyberai login --profile work --default                                # a new key for that server

\b
Exit codes:
  0 logged in   2 usage   4 the server refuses the key   5 no answer
"""


@click.command("login", help=HELP)
@click.option("--server", metavar="URL", help="The server's address, such as https://scanner.example:8080.")
@click.option(
    "--profile",
    "name",
    metavar="NAME",
    help="How to call it. Default: the profile of that server, else the server's name.",
)
@click.option("--key-stdin", is_flag=True, help="Read the key from standard input, ask nothing.")
@click.option(
    "--default",
    "as_default",
    is_flag=True,
    help="Make it the profile that SDKs take when none is named; the first one is.",
)
@server_ca_file
def command(
    server: str | None, name: str | None, key_stdin: bool, as_default: bool, ca_file: str | None
) -> None:
    """Ask, check, keep, tell."""
    profiles = read_profiles()
    known = profiles.profiles.get(name or "", {})
    root = root_of(server or known.get("base_url") or _asked_server(key_stdin))
    name = _checked_name(name or _name_for(profiles, root))
    ca_file = _whole_path(ca_file) or (known.get("ca_file") if root_in(known) == root else None)
    if not _is_private(root):
        click.echo(f"{root} has no TLS: everyone on the way can read the key", err=True)
    key = checked_key(_key_from_stdin() if key_stdin else _asked_key(root))
    login = ServerLogin(root=root, key=key, ca_file=ca_file, flag=f"--server {root}")
    me = _who(login)
    profile = {"base_url": login.base_url, "api_key": key}
    profiles.put(name, {**profile, "ca_file": ca_file} if ca_file else profile)
    if as_default:
        profiles.make_default(name)
    profiles.write()
    _tell(login, me, profiles, name)


def _who(login: ServerLogin) -> "MeResource":
    from cyberai.cli.remote.platform import opened_server
    from cyberai.cli.running import run

    async def asked() -> "MeResource":
        async with opened_server(login) as platform:
            return await platform.me()

    return run(asked())


def _tell(login: ServerLogin, me: "MeResource", profiles: Profiles, name: str) -> None:
    from cyberai.cli.console import plain

    until = f", valid until {me.expires_at}" if me.expires_at else ""
    click.echo(
        f"Logged in to {login.root}: key {plain(me.key.name, 100)} ({plain(me.key.id)}), workspace "
        f"{plain(me.workspace)}, plan {plain(me.plan)}{until}"
    )
    click.echo(f"It may: {plain(', '.join(me.scopes))}")
    click.echo(f"Profile {name} in {profiles.path}", err=True)
    if profiles.default == name:
        click.echo("The SDKs take it when none is named.", err=True)
    click.echo(
        f"Next: cyberai scans --profile {name}; with CYBERAI_PROFILE={name} every command asks this server",
        err=True,
    )


def _asked_server(key_stdin: bool) -> str:
    _require_person("the address", "--server URL", can_ask=not key_stdin)
    return str(click.prompt("Server", default=HERE, err=True))


def _asked_key(root: str) -> str:
    _require_person("the key", "--key-stdin", can_ask=True)
    return str(click.prompt(f"API key for {root} (is not shown)", hide_input=True, err=True))


def _require_person(what: str, flag: str, *, can_ask: bool) -> None:
    if not can_ask or not sys.stdin.isatty():
        raise Failure(
            f"There is nobody to ask for {what}",
            next_step=f"Give {flag}: cyberai login --server URL --key-stdin < key.txt",
            code=ExitCode.USAGE,
        )


def _key_from_stdin() -> str:
    text = sys.stdin.buffer.read(MOST_KEY_BYTES + 1)
    if len(text) > MOST_KEY_BYTES:
        raise Failure(
            "Standard input holds more than a key",
            next_step="Give the key alone: cyberai login --server URL --key-stdin < key.txt",
            code=ExitCode.USAGE,
        )
    # What is no ASCII is no key: checked_key says so.
    return text.decode("ascii", "replace")


def _name_for(profiles: Profiles, root: str) -> str:
    """The profile that has this address already, else the host's name, made unlike those of other servers."""
    for name, profile in profiles.profiles.items():
        if root_in(profile) == root:
            return name
    parts = urlsplit(root)
    host = (parts.hostname or "").replace(":", ".").strip(".")
    return host if host not in profiles.profiles else f"{host}-{parts.port or parts.scheme}"


def _checked_name(name: str) -> str:
    usable = 1 <= len(name) <= _MOST_NAME and name.isascii() and all(c.isalnum() or c in "-_." for c in name)
    if not usable or name.startswith("-"):
        raise click.BadParameter(
            "a profile's name has 1 to 64 letters, digits, '-', '_' or '.'", param_hint="--profile"
        )
    return name


def _whole_path(file: str | None) -> str | None:
    from pathlib import Path

    return str(Path(file).absolute()) if file else None


def _is_private(root: str) -> bool:
    from cyberai.config import is_loopback

    parts = urlsplit(root)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")
