"""Where `cyberai scan` takes the login from: a file of JSON or TOML, standard input, or a table of cyberai.toml."""

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cyberai.app.requests import AuthRequest

MAX_BYTES = 256 * 1024


class AuthSource(click.ParamType["AuthRequest"]):
    """A file with the members of `auth` of POST /v1/scans; `-` is standard input."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "AuthRequest":
        """The login; what it is worth is judged with the rest of the scan."""
        if not isinstance(value, str | dict):
            return value  # type: ignore[no-any-return]  # converted before
        if isinstance(value, dict):
            return self._decoded(value, "auth", param, ctx)
        name = "standard input" if value == "-" else value
        members = self._members(self._read(value, name, param, ctx), name, param, ctx)
        inner = members.get("auth")
        if set(members) == {"auth"} and isinstance(inner, dict):
            members = inner
        return self._decoded(members, name, param, ctx)

    def _read(self, value: str, name: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            data = sys.stdin.buffer.read(MAX_BYTES + 1) if value == "-" else Path(value).read_bytes()
        except OSError as error:
            self.fail(f"{name} cannot be read: {error.strerror or error}", param, ctx)
        if len(data) > MAX_BYTES:
            self.fail(f"{name} is larger than 256 KiB: it is no login", param, ctx)
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.fail(f"{name} is not UTF-8", param, ctx)

    def _members(
        self, text: str, name: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, Any]:
        import msgspec

        as_json = text.lstrip().startswith("{")
        try:
            members = msgspec.json.decode(text.encode()) if as_json else tomllib.loads(text)
        except (msgspec.DecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            # TOML's messages name line and column, JSON's the byte; neither repeats what stands there.
            self.fail(f"{name} is no {'JSON' if as_json else 'TOML'}: {error}", param, ctx)
        return members

    def _decoded(
        self, members: dict[str, Any], name: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> "AuthRequest":
        import msgspec

        from cyberai.api.body import explain
        from cyberai.app.requests import AuthRequest

        try:
            return msgspec.convert(members, AuthRequest, strict=True)
        except msgspec.ValidationError as error:
            field, reason = explain(str(error), AuthRequest)
            self.fail(f"{name}: {field or 'auth'}: {reason}", param, ctx)


AUTH = AuthSource()


def with_cookies(auth: "AuthRequest | None", cookies: tuple[str, ...]) -> "AuthRequest | None":
    """The login with the cookies of --cookie, which by themselves are one."""
    from msgspec import structs

    from cyberai.app.requests import AuthRequest

    if not cookies:
        return auth
    given = dict(_cookie(text) for text in cookies)
    if auth is None:
        return AuthRequest(type="headers", cookies=given)
    return structs.replace(auth, cookies={**(auth.cookies or {}), **given})


def _cookie(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.BadParameter("a cookie is written NAME=VALUE", param_hint="--cookie")
    return name.strip(), value.strip()
