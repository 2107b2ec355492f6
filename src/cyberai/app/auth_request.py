"""From `auth` of POST /v1/scans to a judged login: every rule of it, for API, form and CLI alike."""

import re2
from msgspec import UnsetType

from cyberai.app.header_rules import judge_cookies, judge_headers
from cyberai.app.requests import AuthRequest
from cyberai.checkkit.text import Pattern
from cyberai.domain.auth import Auth, AuthType
from cyberai.domain.http import Url
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import UrlTarget

MAX_TEXT = 1024
MAX_FIELDS = 50
MAX_PATTERN = 500

_ANY = frozenset({"headers", "cookies", "success", "logout"})
_TAKES: dict[AuthType, frozenset[str]] = {
    AuthType.HEADERS: frozenset(),
    AuthType.BASIC: frozenset({"username", "password"}),
    AuthType.DIGEST: frozenset({"username", "password"}),
    AuthType.BEARER: frozenset({"token"}),
    AuthType.FORM: frozenset({"username", "password", "login_url", "fields"}),
    AuthType.JSON: frozenset({"username", "password", "login_url", "fields", "token_path"}),
}
_NEEDS: dict[AuthType, tuple[str, ...]] = {
    AuthType.BASIC: ("username", "password"),
    AuthType.DIGEST: ("username", "password"),
    AuthType.BEARER: ("token",),
    AuthType.JSON: ("login_url",),
}
_LOGINS = frozenset({AuthType.FORM, AuthType.JSON})
_TEXTS = ("username", "password", "token", "login_url", "success", "logout", "token_path")

Problems = list[tuple[str, str]]


def read_auth(request: AuthRequest | UnsetType | None, scope: ScanScope, problems: Problems) -> Auth | None:
    """The login, or None where none is asked for; what is wrong with it is added to `problems`."""
    if isinstance(request, UnsetType) or request is None:
        return None
    try:
        kind = AuthType(request.type)
    except ValueError:
        problems.append(("auth.type", "Must be one of: " + ", ".join(member.value for member in AuthType)))
        return None
    before = len(problems)
    given = {name: getattr(request, name) or "" for name in _TEXTS}
    _judge_use(kind, request, problems)
    _judge_texts(given, problems)
    judge_headers(request.headers or {}, "auth.headers", problems)
    judge_cookies(request.cookies or {}, "auth.cookies", problems)
    _judge_fields(request.fields or {}, problems)
    if kind in _LOGINS:
        _judge_place(kind, given["login_url"], scope, problems)
    if len(problems) > before:
        return None
    return Auth(
        type=kind,
        headers=tuple((request.headers or {}).items()),
        cookies=tuple((request.cookies or {}).items()),
        fields=tuple((request.fields or {}).items()),
        **given,
    )


def _judge_use(kind: AuthType, request: AuthRequest, problems: Problems) -> None:
    """Each type has what it needs, and nothing that it would pass over in silence."""
    takes = _ANY | _TAKES[kind]
    for name in ("headers", "cookies", "fields", *_TEXTS):
        if getattr(request, name) and name not in takes:
            problems.append((f"auth.{name}", f"Has no meaning with type {kind.value}; leave it out"))
    for name in _NEEDS.get(kind, ()):
        if not getattr(request, name):
            problems.append((f"auth.{name}", f"Is needed with type {kind.value}"))
    if kind is AuthType.HEADERS and not (request.headers or request.cookies):
        problems.append(("auth.headers", "Give headers or cookies, or choose another type"))
    if kind in _LOGINS and not (request.username and request.password) and not request.fields:
        missing = "password" if request.username else "username"
        problems.append((f"auth.{missing}", "Give username and password, or say everything in fields"))
    if kind is AuthType.BASIC and request.username and ":" in request.username:
        problems.append(("auth.username", "Must not contain a colon (RFC 7617)"))


def _judge_texts(given: dict[str, str], problems: Problems) -> None:
    for name in ("username", "password", "token_path"):
        text = given[name]
        if len(text) > MAX_TEXT or any(c < " " or "\x7f" <= c <= "\x9f" for c in text):
            problems.append(
                (f"auth.{name}", f"Must have at most {MAX_TEXT} characters, none of them a control character")
            )
    token = given["token"]
    if len(token) > 16_384 or not all("!" <= c <= "~" for c in token):
        problems.append(("auth.token", "Must be visible ASCII characters without white space"))
    for name in ("success", "logout"):
        problem = _pattern_problem(given[name])
        if problem:
            problems.append((f"auth.{name}", problem))


def _pattern_problem(pattern: str) -> str:
    if len(pattern) > MAX_PATTERN:
        return f"Must have at most {MAX_PATTERN} characters"
    try:
        compiled = Pattern(pattern) if pattern else None
    except re2.error as error:
        why = error.args[0].decode("latin-1") if error.args and isinstance(error.args[0], bytes) else error
        return f"Must be a regular expression (RE2): {why}"
    except UnicodeEncodeError:
        return "Must be written in Latin-1: it is searched for byte by byte"
    if compiled is not None and compiled.search(b"") is not None:
        return "Matches the empty text, and so every answer"
    return ""


def _judge_fields(fields: dict[str, str], problems: Problems) -> None:
    if len(fields) > MAX_FIELDS:
        problems.append(("auth.fields", f"Must hold at most {MAX_FIELDS} fields"))
    for name, value in fields.items():
        if not 1 <= len(name) <= 200 or len(value) > MAX_TEXT or "\0" in name + value:
            problems.append(
                (f"auth.fields.{name[:200]}", f"Must have a name and at most {MAX_TEXT} characters, no NUL")
            )


def _judge_place(kind: AuthType, login_url: str, scope: ScanScope, problems: Problems) -> None:
    if not login_url:
        if kind is AuthType.FORM and not all(isinstance(target, UrlTarget) for target in scope.targets):
            reason = "Name the page of the login form: it is looked for only where every target is a URL"
            problems.append(("auth.login_url", reason))
        return
    try:
        url = Url.parse(login_url)
    except ValueError as error:
        problems.append(("auth.login_url", f"Must be an absolute URL: {error}"))
        return
    if scope.targets and not scope.allows_url(url):
        reason = (
            "Must lie within the scan's targets and paths: a login is sent nowhere else. Widen the target, or name a "
            "login page below it"
        )
        problems.append(("auth.login_url", reason))
