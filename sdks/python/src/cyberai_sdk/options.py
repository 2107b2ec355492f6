"""What can be chosen for the whole client, and for one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from cyberai_sdk.errors import InvalidResponse

T = TypeVar("T")

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class RawResponse:
    """An answer as it came: status, headers (names in lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """The id under which the server's log has this request."""
        return self.headers.get("x-request-id")

    def json(self) -> Any:
        """The body as dicts and lists; raise InvalidResponse where it is no JSON."""
        return self.parse(object)

    def parse(self, kind: type[T]) -> T:
        """The body as one of `cyberai_sdk.models`; raise InvalidResponse."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            message = f"The body is not what was expected: {error}"
            raise InvalidResponse(message, status=self.status, request_id=self.request_id) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """Choices for one call; what is None is as the client has it.

    `timeout` is in seconds for each try. `retries` is how often a failed request is tried again. `idempotency_key`
    replaces the one that every POST gets by itself. `on_response` sees the raw answer, such as its `etag`.
    """

    timeout: float | None = None
    retries: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None
    on_response: Callable[[RawResponse], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When a request that failed is sent again.

    Tried again are: no connection, 429, 503; and where a repetition cannot do harm (everything but PATCH: POST carries
    an idempotency key), also a broken or missing answer, 408, every 5xx and a 409 that says the first one is still
    in work. The wait is what the server asks for (`Retry-After`, else `X-RateLimit-Reset`), else
    `first_delay` seconds doubled each time up to `longest_delay`, less up to a quarter by chance. A server that asks
    for more than `longest_wait` seconds is not waited for.
    """

    retries: int = 2
    first_delay: float = 0.5
    longest_delay: float = 8.0
    longest_wait: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of an answer is read, in bytes after decompression."""

    answer: int = 64 * MIB
    event: int = 4 * MIB
    download: int = 1024 * MIB
