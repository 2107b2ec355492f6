"""The hub: one tail over the event log of every workspace that has subscribers.

`seq` has no holes and follows commit order, so reading "everything after the last number" misses nothing, in
whatever process it was written. A frame is encoded once. A subscriber that catches up reads pages of the past by
itself and joins the live ones exactly when it has reached the tail: that test and the joining happen without an
await between them, so that nothing falls through the seam.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from cyberai.domain.errors import CyberAIError, StoreError
from cyberai.domain.event import Event, EventType
from cyberai.domain.ids import WorkspaceId
from cyberai.ports.stream import Gap, StreamClosed, StreamFrame, Take
from cyberai.realtime.queue import FrameQueue

SLOW_READER = 4408
SERVER_ERROR = 1011
GOING_AWAY = 1001
PAGE = 200
IDLE_SECONDS = 0.25
"""How long the tail waits for news before it looks by itself: the bound on delivery when no news come through."""
BATCH_SECONDS = 0.01
"""Rest after each look, so that a busy worker's commits are read a few at a time."""

_LOG = logging.getLogger("cyberai.realtime")


class EventLog(Struct, frozen=True):
    """The event log, as functions over the store handed in by the composition root."""

    after: Callable[[WorkspaceId, int, int], Awaitable[Sequence[Event]]]
    """(workspace, seq, limit): events with a larger number, in order."""
    head: Callable[[WorkspaceId], Awaitable[int]]
    oldest: Callable[[WorkspaceId], Awaitable[int]]
    changed: Callable[[float], Awaitable[bool]]
    """Wait for a commit of any process, at most so many seconds."""
    frame: Callable[[Event], bytes]
    """The JSON text a client receives."""


class _Room:
    """A workspace with subscribers: `tail` is the last number handed out to the live ones."""

    __slots__ = ("live", "members", "tail")

    def __init__(self, tail: int) -> None:
        self.tail = tail
        self.members: set[HubSubscription] = set()
        self.live: set[HubSubscription] = set()


class HubSubscription:
    """`ports.stream.Subscription` over the hub."""

    def __init__(self, hub: "Hub", workspace: WorkspaceId, position: int, gap: Gap | None) -> None:
        self._hub = hub
        self._workspace = workspace
        self._queue = FrameQueue()
        self._news = asyncio.Event()
        self._live = False
        self._take: Take | None = None
        self._idle = False
        self._position = position
        self.start = position
        self.gap = gap
        self.closed: StreamClosed | None = None

    async def next(self) -> Sequence[StreamFrame]:
        """See the port."""
        while self.closed is None:
            if not self._live:
                frames = await self._hub.catch_up(self._workspace, self, self._position)
                if frames:
                    self._position = frames[-1].seq
                    return frames
                continue
            self._idle = True
            try:
                await self._news.wait()
            finally:
                self._idle = False
            self._news.clear()
            if len(self._queue):
                return self._queue.drain()
        raise self.closed

    def go_live(self) -> None:
        """From now on `push` brings what happens."""
        self._live = True

    def at_once(self, take: Take) -> None:
        """See the port."""
        self._take = take

    def push(self, frame: StreamFrame) -> None:
        """Hand a live frame over, or queue it, or give the reader up."""
        if self._idle and self._take is not None and not self._news.is_set() and self._take(frame):
            return
        if not self._queue.push(frame):
            self.close(SLOW_READER, "The reader is too slow; connect again with since= and the last seq")
        self._news.set()

    def close(self, code: int, reason: str) -> None:
        """See the port."""
        if self.closed is None:
            self.closed = StreamClosed(code, reason)
            self._queue.drain()
            self._hub.leave(self._workspace, self)
        self._news.set()


class Hub:
    """`ports.stream.EventStream` over the event log. Its tail runs only while somebody listens."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._rooms: dict[WorkspaceId, _Room] = {}
        self._tail: asyncio.Task[None] | None = None

    async def subscribe(self, workspace: WorkspaceId, since: int | None) -> HubSubscription:
        """See the port."""
        head = await self._log.head(workspace)
        gap = None
        if since is not None:
            oldest = await self._log.oldest(workspace)
            if since > head or (since < head and since < oldest - 1):
                gap = Gap(since, oldest, head)
        position = head if since is None or gap is not None else since
        subscription = HubSubscription(self, workspace, position, gap)
        room = self._rooms.get(workspace)
        if room is None:
            room = self._rooms[workspace] = _Room(head)
        room.members.add(subscription)
        if position >= room.tail:
            room.live.add(subscription)
            subscription.go_live()
        self._start()
        return subscription

    def leave(self, workspace: WorkspaceId, subscription: HubSubscription) -> None:
        """Forget a subscription that has ended."""
        room = self._rooms.get(workspace)
        if room is None:
            return
        room.members.discard(subscription)
        room.live.discard(subscription)
        if not room.members:
            del self._rooms[workspace]

    async def catch_up(
        self, workspace: WorkspaceId, subscription: HubSubscription, position: int
    ) -> list[StreamFrame]:
        """The next page of the past; empty once the subscription has joined the live ones (or ended)."""
        room = self._rooms.get(workspace)
        if room is None or subscription.closed is not None:
            return []
        events: Sequence[Event] = ()
        if position < room.tail:
            events = await self._log.after(workspace, position, PAGE)
        # The tail may not have come as far: what it has yet to hand out is left to it.
        frames = [self._frame(event) for event in events if event.seq <= room.tail]
        if not frames and subscription.closed is None:
            room.live.add(subscription)
            subscription.go_live()
        return frames

    @property
    def readers(self) -> int:
        """See the port."""
        return sum(len(room.members) for room in self._rooms.values())

    async def lag(self) -> int:
        """See the port."""
        lags = [await self._log.head(workspace) - room.tail for workspace, room in list(self._rooms.items())]
        return max(0, *lags) if lags else 0

    async def aclose(self) -> None:
        """End every subscription and the tail."""
        for room in list(self._rooms.values()):
            for subscription in list(room.members):
                subscription.close(GOING_AWAY, "The server is going down")
        if self._tail is not None:
            self._tail.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._tail
            self._tail = None

    def _start(self) -> None:
        if self._tail is None or self._tail.done():
            self._tail = asyncio.get_running_loop().create_task(self._follow())
            self._tail.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A tail that dies must not leave silent subscribers behind."""
        if task.cancelled() or task.exception() is None:
            return
        _LOG.error("the event tail failed", exc_info=task.exception())
        for room in list(self._rooms.values()):
            for subscription in list(room.members):
                subscription.close(SERVER_ERROR, "The event stream failed; connect again with since=")

    async def _follow(self) -> None:
        while self._rooms:
            try:
                for workspace, room in list(self._rooms.items()):
                    await self._advance(workspace, room)
                await asyncio.sleep(BATCH_SECONDS)
                await self._log.changed(IDLE_SECONDS)
            except (CyberAIError, StoreError) as error:
                _LOG.warning("the event log cannot be read at present: %s", error)
                await asyncio.sleep(IDLE_SECONDS)

    async def _advance(self, workspace: WorkspaceId, room: _Room) -> None:
        """Hand out everything after the tail."""
        while True:
            events = await self._log.after(workspace, room.tail, PAGE)
            for event in events:
                frame = self._frame(event)
                room.tail = event.seq
                for subscription in tuple(room.live):
                    subscription.push(frame)
            if len(events) < PAGE:
                return

    def _frame(self, event: Event) -> StreamFrame:
        progress = event.type is EventType.SCAN_PROGRESS
        return StreamFrame(
            seq=event.seq,
            topic=event.type.value.partition(".")[0],
            text=self._log.frame(event).decode(),
            replaceable=str(event.scan_id or "") if progress else "",
            scan=str(event.scan_id or ""),
            kind=event.type.value,
        )
