"""Where `cyberai scan` takes the login from: a file of JSON or TOML, standard input, or a table of cyberai.toml."""

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from cyberai.app.requests import AuthRequest

MAX_BYTES = 256 * 1024
_STDIN = "-"


F = TypeVar("F", bound=Callable[..., Any])


class AuthSource(click.types.StringParamType):
    """The name of a file, read when the scan is put together; in cyberai.toml a table may stand for it."""

    name = "file"


AUTH = AuthSource()


def who_repeats(command: F) -> F:
    """How a repeated proof logs in, where the scan's own login is not kept or no longer good."""
    options = (
        click.option(
            "--auth",
            metavar="FILE",
            type=AUTH,
            default=None,
            help="Log in as this file (TOML or JSON) says, instead of as the scan did. Secrets that were masked in the "
            "finding's requests are taken from it by their names. - is standard input.",
        ),
        click.option(
            "--cookie",
            "cookies",
            multiple=True,
            metavar="NAME=VALUE",
            help="Send this cookie of a session; it also stands for a masked value of that name. May be repeated.",
        ),
    )
    for decorate in reversed(options):
        command = decorate(command)
    return command


def login_of(source: "str | AuthRequest | None", cookies: tuple[str, ...]) -> "AuthRequest | None":
    """The login of --auth with the cookies of --cookie, which by themselves are one; raise click.BadParameter. What it
    is worth is judged with the rest of the scan."""
    from msgspec import structs

    from cyberai.app.requests import AuthRequest

    auth = _read(source) if isinstance(source, str) else source
    if not cookies:
        return auth
    given = dict(_cookie(text) for text in cookies)
    if auth is None:
        return AuthRequest(type="headers", cookies=given)
    return structs.replace(auth, cookies={**(auth.cookies or {}), **given})


def _read(source: str) -> "AuthRequest":
    name = "standard input" if source == _STDIN else source
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if source == _STDIN else Path(source).read_bytes()
    except OSError as error:
        raise _bad(f"{name} cannot be read: {error.strerror or error}") from error
    if len(data) > MAX_BYTES:
        raise _bad(f"{name} is larger than 256 KiB: it is no login")
    try:
        members = _members(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise _bad(f"{name} is not UTF-8") from error
    inner = members.get("auth")
    return login_in(inner if set(members) == {"auth"} and isinstance(inner, dict) else members, name)


def _members(text: str, name: str) -> dict[str, Any]:
    import msgspec

    as_json = text.lstrip().startswith("{")
    try:
        members: dict[str, Any] = msgspec.json.decode(text.encode()) if as_json else tomllib.loads(text)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        # These messages name the place in the file and do not repeat what stands there.
        raise _bad(f"{name} is no {'JSON' if as_json else 'TOML'}: {error}") from error
    return members


def login_in(members: dict[str, Any], name: str) -> "AuthRequest":
    """The login that these members are; raise click.BadParameter, which calls them `name`."""
    import msgspec

    from cyberai.api.body import explain
    from cyberai.app.requests import AuthRequest

    try:
        return msgspec.convert(members, AuthRequest, strict=True)
    except msgspec.ValidationError as error:
        field, reason = explain(str(error), AuthRequest)
        raise _bad(f"{name}: {field or 'auth'}: {reason}") from error


def _cookie(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.BadParameter("a cookie is written NAME=VALUE", param_hint="--cookie")
    return name.strip(), value.strip()


def _bad(message: str) -> click.BadParameter:
    return click.BadParameter(message, param_hint="--auth")
