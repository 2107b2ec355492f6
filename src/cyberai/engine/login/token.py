"""The token in the answer to a JSON login."""

from collections.abc import Iterator
from typing import Any

import msgspec

from cyberai.domain.http import HttpResponse

MAX_DEPTH = 8
MAX_MEMBERS = 2_000
SHORTEST = 8
LONGEST = 16_384

_NAMES = (
    "accesstoken",
    "token",
    "jwt",
    "idtoken",
    "authtoken",
    "authenticationtoken",
    "sessiontoken",
    "bearertoken",
    "bearer",
    "apitoken",
    "apikey",
    "key",
    "sessionid",
    "session",
)
"""Members that hold a token, the surest first; compared in lower case, letters only."""


def token_of(response: HttpResponse, path: str) -> str:
    """The token of the answer, empty when there is none: at `path` where one is given (`data.token`, `list[0]`),
    else in the Authorization field, else in the member that is named like one."""
    value = _json(response)
    if path:
        found = _at(value, path)
        return found if isinstance(found, str) and _usable(found) else ""
    field = response.header("authorization") or ""
    if field.lower().startswith("bearer ") and _usable(field[7:].strip()):
        return field[7:].strip()
    best = min(_named(value), key=lambda one: one[:2], default=None)
    return best[2] if best is not None else ""


def _json(response: HttpResponse) -> Any:
    try:
        return msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _at(value: Any, path: str) -> Any:
    for name in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isascii() and name.isdigit() and len(name) < 7:
            value = value[int(name)] if int(name) < len(value) else None
        else:
            return None
    return value


def _named(value: Any) -> Iterator[tuple[int, int, str]]:
    """How sure, how deep, and the token."""
    stack: list[tuple[Any, int]] = [(value, 0)] if isinstance(value, dict | list) else []
    for _ in range(MAX_MEMBERS):
        if not stack:
            return
        item, depth = stack.pop()
        for name, child in list(item.items() if isinstance(item, dict) else enumerate(item))[:MAX_MEMBERS]:
            plain = "".join(c for c in str(name).lower() if c.isalpha())
            if isinstance(child, str) and plain in _NAMES and _usable(child):
                yield _NAMES.index(plain), depth, child
            elif isinstance(child, dict | list) and depth < MAX_DEPTH:
                stack.append((child, depth + 1))


def _usable(token: str) -> bool:
    return SHORTEST <= len(token) <= LONGEST and all("!" <= c <= "~" for c in token)
