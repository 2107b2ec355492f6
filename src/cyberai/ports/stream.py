"""Live events: what an interface subscribes to. Who tails the store is decided in `bootstrap`."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from cyberai.domain.ids import WorkspaceId


class StreamFrame(Struct, frozen=True, gc=False):
    """One event, encoded once for everybody: `text` is the JSON a client receives, `topic` the part of its type
    before the dot (scan, vulnerability, report), `replaceable` the scan whose later progress makes it needless."""

    seq: int
    topic: str
    text: str
    replaceable: str = ""
    scan: str = ""
    """The scan it is about; empty when it is about none."""
    kind: str = ""
    """Its whole type."""


Take = Callable[[StreamFrame], bool]
"""Hands a frame over at once, without waiting; False when the reader cannot take it now."""


class Gap(Struct, frozen=True):
    """The events after `since` cannot all be replayed: only `oldest` to `head` are kept. The stream goes on
    after `head`."""

    since: int
    oldest: int
    head: int


class StreamClosed(Exception):
    """The subscription has ended; `code` is the WebSocket close code, `reason` for people."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Subscription(Protocol):
    """The events of one workspace for one reader, in order. A slow reader loses progress events that later ones
    replace, and is closed when that is not enough."""

    @property
    def gap(self) -> Gap | None:
        """Set when `since` could not be honoured."""
        ...

    @property
    def closed(self) -> StreamClosed | None:
        """Set once the subscription has ended."""
        ...

    @property
    def start(self) -> int:
        """The number after which it begins."""
        ...

    async def next(self) -> Sequence[StreamFrame]:
        """Wait for the next frames, at least one; raise StreamClosed."""
        ...

    def at_once(self, take: Take) -> None:
        """Offer frames to `take` as they happen while somebody waits in `next` and nothing else does; what it does not
        take waits for `next`, so that the order is kept."""
        ...

    def close(self, code: int, reason: str) -> None:
        """End it: `next` raises StreamClosed with the first code that was given. May be called twice."""
        ...


class EventStream(Protocol):
    """The live events of every workspace."""

    async def subscribe(self, workspace: WorkspaceId, since: int | None) -> Subscription:
        """Events after `since` (None: from now on), those of the past first, without a hole at the seam."""
        ...

    @property
    def readers(self) -> int:
        """Open subscriptions."""
        ...

    async def lag(self) -> int:
        """Events that are committed and not yet handed to the readers of their workspace: the most of any."""
        ...
