"""Options and their types that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

SEVERITIES = ("critical", "high", "medium", "low", "info")
LOG_LEVELS = ("debug", "info", "warning", "error")


class Listed(click.Choice[str]):
    """Some of a closed list, separated by commas, as the API's filters take them."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        super().__init__(choices)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, when each of its parts is a choice."""
        return ",".join(str(super(Listed, self).convert(part, param, ctx)) for part in value.split(","))


class Network(click.ParamType[str]):
    """An address or a range."""

    name = "network"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, when it is one."""
        from cyberai.domain.target import parse_network

        try:
            parse_network(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return value


class Resolution(click.ParamType[str]):
    """NAME=ADDRESS, curl's --resolve with the port left out."""

    name = "name=address"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, when it is one."""
        from ipaddress import ip_address

        name, equals, address = value.partition("=")
        try:
            ip_address(address.strip().strip("[]"))
        except ValueError:
            equals = ""
        if not (name.strip() and equals):
            self.fail(f"{value!r} is not NAME=ADDRESS, such as example.com=127.0.0.1", param, ctx)
        return value


NETWORK = Network()
RESOLUTION = Resolution()


def data_dir(command: F) -> F:
    """--data-dir."""
    return click.option(
        "--data-dir",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of the store; made when it is new. Default: $XDG_DATA_HOME/cyberai, else "
        "~/.local/share/cyberai.",
    )(command)


def database_url(command: F) -> F:
    """--database-url."""
    return click.option(
        "--database-url",
        metavar="URL",
        help="Keep the store in this PostgreSQL database, postgresql://USER@HOST/NAME, instead of the data folder. A "
        "password belongs into CYBERAI_DATABASE_URL, PGPASSWORD or ~/.pgpass: flags are seen by every user of the "
        "machine.",
    )(command)


POLICY = ("allow", "only_allow", "resolve", "resolver", "proxy", "ca_file", "client_cert")
"""The parameters of `target_policy`."""


def target_policy(command: F) -> F:
    """--allow, --only-allow, --resolve, --resolver, --proxy, --ca-file, --client-cert: what may be reached, and how."""
    for decorate in (
        click.option(
            "--proxy",
            metavar="URL",
            help="HTTP proxy for every connection of a scan, such as http://proxy.example:3128. Its own address must "
            "be allowed too.",
        ),
        click.option(
            "--client-cert",
            metavar="FILE",
            type=click.Path(exists=True, dir_okay=False),
            help="Certificate with its private key (PEM, no passphrase) for servers that ask for one.",
        ),
        click.option(
            "--ca-file",
            metavar="FILE",
            type=click.Path(exists=True, dir_okay=False),
            help="Further root certificates (PEM) that scans trust; with a server, those that its certificate is judged by.",
        ),
        click.option(
            "--resolver",
            metavar="IP:PORT",
            help="DNS server to ask instead of the system's, such as 192.0.2.53 or 127.0.0.1:5353.",
        ),
        click.option(
            "--resolve",
            multiple=True,
            metavar="NAME=ADDRESS",
            type=RESOLUTION,
            help="Use this address for that name instead of asking DNS. May be repeated.",
        ),
        click.option(
            "--only-allow",
            multiple=True,
            metavar="NETWORK",
            type=NETWORK,
            help="Scan nothing outside these networks. May be repeated.",
        ),
        click.option(
            "--allow",
            multiple=True,
            metavar="NETWORK",
            type=NETWORK,
            help="A private or loopback network that may be scanned, such as 127.0.0.0/8: without it they are "
            "refused. May be repeated.",
        ),
    ):
        command = decorate(command)
    return command


def log_level(default: str) -> Callable[[F], F]:
    """--log-level."""
    return click.option(
        "--log-level",
        type=click.Choice(LOG_LEVELS),
        default=None,
        help=f"How much is logged to stderr. Default: {default}.",
    )


def log_format(command: F) -> F:
    """--log-format."""
    return click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default=None,
        help="Log lines for people, or one JSON object per line. Default: text.",
    )(command)


def as_json(command: F) -> F:
    """--json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(command)
