"""Requests, built: address, headers and body from an operation and its arguments. Pure but for a new key."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from cyberai_sdk._settings import Server
from cyberai_sdk._version import __version__
from cyberai_sdk._wire import Request
from cyberai_sdk.options import CallOptions

USER_AGENT = f"cyberai-python/{__version__} (Python {platform.python_version()})"
_NO_OPTIONS = CallOptions()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the OpenAPI document."""

    id: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a method was called with, by where it goes. UNSET members and parameters that are None are not sent."""

    id: str | None = None
    query: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str | None] | None = None
    extra_seconds: float = 0.0
    """Time that the server was asked to hold the answer back."""


@dataclass(frozen=True, slots=True)
class Client:
    """What every request of a client shares. `user_agent` is put behind the SDK's own."""

    server: Server
    timeout: float
    user_agent: str = ""

    def request(
        self,
        operation: Operation,
        arguments: Arguments,
        new_key: str,
        options: CallOptions | None = None,
        accept: str = "application/json",
    ) -> Request:
        """The complete request; raise ValueError where an id cannot be one."""
        options = options or _NO_OPTIONS
        headers = {
            "Accept": accept,
            "Accept-Encoding": "gzip",
            "Authorization": f"Bearer {self.server.key}",
            "User-Agent": f"{USER_AGENT} {self.user_agent}".strip(),
        }
        if operation.method == "POST":
            headers["Idempotency-Key"] = options.idempotency_key or new_key
        body = None
        if arguments.body is not None:
            headers["Content-Type"] = "application/json"
            members = {name: value for name, value in arguments.body.items() if value is not msgspec.UNSET}
            body = msgspec.json.encode(members)
        headers |= {name: value for name, value in (arguments.headers or {}).items() if value is not None}
        headers |= options.headers
        url = self.server.root + _path(operation.path, arguments.id) + query_text(arguments.query or {})
        timeout = self.timeout if options.timeout is None else options.timeout
        return Request(operation.method, url, headers, body, timeout + arguments.extra_seconds)


def _path(template: str, id: str | None) -> str:
    if "{id}" not in template:
        return template
    if not id or id in (".", ".."):
        raise ValueError(f"{id!r} is no id")
    return template.replace("{id}", quote(id, safe=""))


def query_text(query: Mapping[str, Any]) -> str:
    """`?a=1&b=x,y`, or "" where nothing is set."""
    pairs = [(name, parameter(value)) for name, value in query.items() if value is not None]
    return "?" + urlencode(pairs) if pairs else ""


def parameter(value: object) -> str:
    """A parameter as the API reads it: several values by comma, times in UTC."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.astimezone()
        return aware.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Iterable):
        return ",".join(parameter(each) for each in value)
    return str(value)


def prefer(seconds: int | None) -> str | None:
    """The `Prefer` header that asks the server to hold its answer back until something changes."""
    return None if seconds is None else f"wait={seconds}"
