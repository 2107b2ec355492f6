"""How a scan logs in at its target: what the operator said, and the same as it is stored."""

from enum import StrEnum

from msgspec import Struct

Texts = tuple[tuple[str, str], ...]
"""Names and values in order."""


SHORTEST_COOKIE = 8
"""Characters from which on a cookie's value is taken for a secret, as evidence does."""

_SECRET_WORDS = ("pass", "pwd", "pin", "secret", "token", "key", "code", "otp")


class AuthType(StrEnum):
    """The ways to log in."""

    HEADERS = "headers"
    """Header fields and cookies, sent as they are."""
    BASIC = "basic"
    DIGEST = "digest"
    BEARER = "bearer"
    FORM = "form"
    """A login form of the site, as a person fills it in."""
    JSON = "json"
    """A login by a JSON request whose answer holds a token or sets a cookie."""


class Auth(Struct, frozen=True, kw_only=True):
    """`auth` of a scan, judged. It holds secrets: it is never stored or shown as it is.

    `headers` and `cookies` go along with every type. `fields` are further fields of the form or members of the JSON
    object; `{username}` and `{password}` in their values stand for these. `success` and `logout` are patterns (RE2)
    that show in an answer that the session lives, or is over; empty where they are to be found. `token_path` names the
    member of the answer that holds the token (`data.token`, `tokens[0]`)."""

    type: AuthType
    headers: Texts = ()
    cookies: Texts = ()
    username: str = ""
    password: str = ""
    token: str = ""
    login_url: str = ""
    fields: Texts = ()
    success: str = ""
    logout: str = ""
    token_path: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown; the user's name is none, nor is a short cookie, such as one for the language."""
        values = [self.password, self.token, *(value for _, value in self.headers)]
        values += [value.rpartition(" ")[2] for _, value in self.headers]
        values += [value for _, value in self.cookies if len(value) >= SHORTEST_COOKIE]
        told = [value for name, value in self.fields if any(word in name.lower() for word in _SECRET_WORDS)]
        values += [value for value in told if not value.startswith("{")]
        return tuple(value for value in values if value and value != self.username)


class SealedAuth(Struct, frozen=True, kw_only=True):
    """`auth` as a scan stores it: what may be shown, and the whole of it encrypted under a key that is not in the
    store (Base64)."""

    type: AuthType
    sealed: str
    login_url: str = ""
