"""What the core asks of whoever does the input and output.

The core is written as generators that yield *effects* and are sent their results, so that it opens no socket, reads
no clock and never sleeps. `_sync` and `_async` perform the effects; the logic exists once.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, complete. `timeout` is in seconds, for the whole answer, or between two pieces of a stream."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    timeout: float


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers (names in lower case) of an answer whose body is still to be read."""

    status: int
    headers: Mapping[str, str]
    stream: Any = field(default=None, repr=False)
    """The transport's own; None to the core."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class TransportFailure(Exception):
    """No answer, or a broken one. `sent` is False where the request certainly did not reach the server."""

    def __init__(self, reason: str, *, sent: bool = True, timed_out: bool = False) -> None:
        super().__init__(reason)
        self.sent = sent
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True)
class Open:
    """Send the request; the result is a Head. TransportFailure is thrown in where there is none."""

    request: Request


@dataclass(frozen=True, slots=True)
class Read:
    """The next bytes as they came over the wire, b"" at the end; TransportFailure when it breaks off."""

    head: Head


@dataclass(frozen=True, slots=True)
class Close:
    """No more of this answer is wanted. What a flow leaves open is closed at its end."""

    head: Head


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Emit:
    """Hand a value to the caller before the flow ends."""

    value: Any


Effect: TypeAlias = Open | Read | Close | Sleep | Emit
Flow: TypeAlias = Generator[Effect, Any, T]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time and chance, as functions, so that a test can hold them still."""

    now: Callable[[], float] = time.time
    """Seconds since 1970."""
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = lambda: secrets.randbelow(1 << 20) / (1 << 20)
    """From 0 up to, not including, 1."""
    new_key: Callable[[], str] = lambda: str(uuid.uuid4())
    """A new idempotency key."""


def until(
    flow: Flow[Any], take: Callable[[Any], Flow[T | None]], before_each: Callable[[], None] = lambda: None
) -> Flow[T | None]:
    """Perform a flow's effects and hand what it emits to `take`, until that returns something; None at the flow's
    end. `before_each` may raise to break off."""
    try:
        effect = next(flow)
        while True:
            before_each()
            if isinstance(effect, Emit):
                outcome = yield from take(effect.value)
                if outcome is not None:
                    return outcome
                effect = flow.send(None)
                continue
            try:
                result = yield effect
            except TransportFailure as failure:
                effect = flow.throw(failure)
            else:
                effect = flow.send(result)
    except StopIteration:
        return None
    finally:
        flow.close()
