"""The hub: nothing lost, nothing doubled, nothing out of order, one encoding, slow readers given up."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from msgspec import Raw

from cyberai.domain.errors import StoreError
from cyberai.domain.event import Event, EventType
from cyberai.domain.ids import EventId, ScanId, WorkspaceId
from cyberai.ports.stream import Gap, StreamClosed, StreamFrame, Subscription
from cyberai.realtime.hub import EventLog, Hub
from cyberai.realtime.queue import COALESCE_FROM, MOST, FrameQueue

A, B = WorkspaceId("a"), WorkspaceId("b")


class Log:
    """An event log in memory: commits when told to, and counts what the hub asks of it."""

    def __init__(self) -> None:
        self.events: dict[WorkspaceId, list[Event]] = {}
        self.encoded = 0
        self.news = asyncio.Event()
        self.before_read: Callable[[], Awaitable[None]] | None = None
        self.forgotten = 0
        self.broken = False

    def commit(
        self, workspace: WorkspaceId, type: EventType = EventType.SCAN_CREATED, scan: str = "s"
    ) -> None:
        events = self.events.setdefault(workspace, [])
        seq = len(events) + 1
        events.append(Event(seq, workspace, EventId(f"evt_{seq}"), type, 0, Raw(b"{}"), ScanId(scan)))
        self.news.set()

    async def after(self, workspace: WorkspaceId, seq: int, limit: int) -> list[Event]:
        if self.before_read is not None:
            await self.before_read()
        await asyncio.sleep(0)
        if self.broken:
            raise StoreError("the store is away")
        events = self.events.get(workspace, [])
        return [event for event in events[self.forgotten :] if event.seq > seq][:limit]

    async def head(self, workspace: WorkspaceId) -> int:
        await asyncio.sleep(0)
        return len(self.events.get(workspace, []))

    async def oldest(self, workspace: WorkspaceId) -> int:
        return self.forgotten + 1 if self.events.get(workspace) else 0

    async def changed(self, timeout: float) -> bool:
        try:
            async with asyncio.timeout(timeout):
                await self.news.wait()
        except TimeoutError:
            return False
        self.news.clear()
        return True

    def frame(self, event: Event) -> bytes:
        self.encoded += 1
        return f"{event.seq}".encode()

    def hub(self) -> Hub:
        return Hub(EventLog(self.after, self.head, self.oldest, self.changed, self.frame))


async def take(subscription: Subscription, count: int) -> list[int]:
    """The numbers of the next frames."""
    seen: list[int] = []
    async with asyncio.timeout(5):
        while len(seen) < count:
            seen += [frame.seq for frame in await subscription.next()]
    return seen


async def take_until(subscription: Subscription, last: int) -> list[int]:
    """The numbers of every frame up to that one."""
    seen = [0]
    async with asyncio.timeout(10):
        while seen[-1] < last:
            seen += [frame.seq for frame in await subscription.next()]
    return seen[1:]


def run(test: Callable[[Log, Hub], Awaitable[None]]) -> None:
    async def body() -> None:
        log = Log()
        hub = log.hub()
        try:
            await test(log, hub)
        finally:
            await hub.aclose()

    asyncio.run(body())


def test_live_events_of_the_own_workspace_only() -> None:
    async def test(log: Log, hub: Hub) -> None:
        log.commit(A)
        first, second = await hub.subscribe(A, None), await hub.subscribe(B, None)
        log.commit(A)
        log.commit(B)
        log.commit(A)
        assert await take(first, 2) == [2, 3]
        assert await take(second, 1) == [1]

    run(test)


def test_a_frame_is_encoded_once_for_all() -> None:
    async def test(log: Log, hub: Hub) -> None:
        subscriptions = [await hub.subscribe(A, None) for _ in range(50)]
        for _ in range(10):
            log.commit(A)
        for subscription in subscriptions:
            assert await take(subscription, 10) == list(range(1, 11))
        assert log.encoded == 10

    run(test)


@pytest.mark.parametrize("since", [0, 1, 199, 200, 201, 449, 450])
def test_replay_in_pages_then_live(since: int) -> None:
    async def test(log: Log, hub: Hub) -> None:
        for _ in range(450):
            log.commit(A)
        subscription = await hub.subscribe(A, since)
        assert subscription.gap is None
        past = await take(subscription, 450 - since) if since < 450 else []
        assert past == list(range(since + 1, 451))
        for _ in range(3):
            log.commit(A)
        assert await take(subscription, 3) == [451, 452, 453]

    run(test)


def test_no_hole_and_no_double_while_commits_race_with_the_catching_up() -> None:
    async def test(log: Log, hub: Hub) -> None:
        most = 3000
        for _ in range(300):
            log.commit(A)

        async def commit_while_it_reads() -> None:
            for _ in range(min(60, most - len(log.events[A]))):
                log.commit(A)

        log.before_read = commit_while_it_reads
        starts = (0, 50, 299, None)
        subscriptions = [await hub.subscribe(A, since) for since in starts]
        readers = [asyncio.create_task(take_until(subscription, most)) for subscription in subscriptions]
        for reader, since in zip(readers, starts, strict=True):
            seen = await reader
            first = seen[0] if since is None else since + 1
            assert seen == list(range(first, most + 1))

    run(test)


@pytest.mark.parametrize(
    ("since", "gap"), [(99, Gap(99, 11, 20)), (21, Gap(21, 11, 20)), (3, Gap(3, 11, 20))]
)
def test_what_cannot_be_replayed_is_a_gap_and_goes_on_live(since: int, gap: Gap) -> None:
    async def test(log: Log, hub: Hub) -> None:
        for _ in range(20):
            log.commit(A)
        log.forgotten = 10
        subscription = await hub.subscribe(A, since)
        assert subscription.gap == gap
        log.commit(A)
        assert await take(subscription, 1) == [21]

    run(test)


@pytest.mark.parametrize("since", [10, 15, 20])
def test_what_is_kept_is_no_gap(since: int) -> None:
    async def test(log: Log, hub: Hub) -> None:
        for _ in range(20):
            log.commit(A)
        log.forgotten = 10
        subscription = await hub.subscribe(A, since)
        assert subscription.gap is None
        log.commit(A)
        assert await take(subscription, 21 - since) == list(range(since + 1, 22))

    run(test)


def test_an_empty_log_replays_from_zero_without_a_gap() -> None:
    async def test(log: Log, hub: Hub) -> None:
        subscription = await hub.subscribe(A, 0)
        assert subscription.gap is None
        log.commit(A)
        assert await take(subscription, 1) == [1]

    run(test)


def test_a_reader_that_takes_nothing_is_closed_and_the_others_go_on() -> None:
    async def test(log: Log, hub: Hub) -> None:
        slow, quick = await hub.subscribe(A, None), await hub.subscribe(A, None)
        got: list[int] = []
        while slow.closed is None:
            for _ in range(100):
                log.commit(A)
            got += await take(quick, 100)
            assert len(got) < 2 * MOST
        assert slow.closed.code == 4408
        with pytest.raises(StreamClosed):
            await slow.next()
        assert got == list(range(1, len(got) + 1))
        log.commit(A)
        assert await take(quick, 1) == [len(got) + 1]

    run(test)


def test_a_store_that_is_away_for_a_while_loses_nothing() -> None:
    async def test(log: Log, hub: Hub) -> None:
        subscription = await hub.subscribe(A, None)
        log.broken = True
        log.commit(A)
        await asyncio.sleep(0.05)
        log.broken = False
        log.commit(A)
        assert await take(subscription, 2) == [1, 2]

    run(test)


def test_closing_wakes_a_waiting_reader_with_the_first_code() -> None:
    async def test(_log: Log, hub: Hub) -> None:
        subscription = await hub.subscribe(A, None)
        waiting = asyncio.ensure_future(subscription.next())
        await asyncio.sleep(0)
        subscription.close(4401, "The key was revoked")
        subscription.close(1000, "later")
        with pytest.raises(StreamClosed) as error:
            await asyncio.wait_for(waiting, 1)
        assert error.value.code == 4401

    run(test)


def test_the_hub_rests_without_subscribers_and_wakes_for_the_next() -> None:
    async def test(log: Log, hub: Hub) -> None:
        subscription = await hub.subscribe(A, None)
        subscription.close(1000, "done")
        async with asyncio.timeout(2):
            await hub._tail
        log.commit(A)
        again = await hub.subscribe(A, None)
        log.commit(A)
        assert await take(again, 1) == [2]

    run(test)


def test_an_end_of_the_hub_ends_its_subscriptions() -> None:
    async def test(_log: Log, hub: Hub) -> None:
        subscription = await hub.subscribe(A, None)
        await hub.aclose()
        with pytest.raises(StreamClosed):
            await subscription.next()

    run(test)


def frame(seq: int, scan: str = "") -> StreamFrame:
    return StreamFrame(seq, "scan", str(seq), scan)


def numbers(queue: FrameQueue) -> list[int]:
    return [each.seq for each in queue.drain()]


def test_progress_is_kept_while_the_reader_is_not_slow() -> None:
    queue = FrameQueue()
    for seq in range(COALESCE_FROM):
        assert queue.push(frame(seq, "one"))
    assert numbers(queue) == list(range(COALESCE_FROM))


def test_progress_of_the_same_scan_coalesces_for_a_slow_reader() -> None:
    queue = FrameQueue()
    for seq in range(COALESCE_FROM):
        queue.push(frame(seq))
    for seq in range(1000, 3000):
        assert queue.push(frame(seq, "one" if seq % 2 else "two"))
    assert numbers(queue) == [*range(COALESCE_FROM), 2998, 2999]


def test_what_is_no_progress_is_never_dropped() -> None:
    queue = FrameQueue()
    pushed = 0
    while queue.push(frame(pushed)):
        pushed += 1
    assert pushed == MOST
    assert numbers(queue) == list(range(MOST))


def test_progress_that_was_handed_over_is_not_taken_back() -> None:
    queue = FrameQueue()
    queue.push(frame(1, "one"))
    assert numbers(queue) == [1]
    for seq in range(2, 2 + COALESCE_FROM):
        queue.push(frame(seq))
    queue.push(frame(100, "one"))
    assert numbers(queue) == [*range(2, 2 + COALESCE_FROM), 100]


def test_a_waiting_reader_is_handed_frames_at_once_and_the_order_is_kept() -> None:
    """Whatever it refuses and whenever it is slow to come back, no frame overtakes another."""

    async def test(log: Log, hub: Hub) -> None:
        subscription = await hub.subscribe(A, None)
        seen: list[int] = []
        at_once: list[int] = []
        complete = asyncio.Event()
        willing = [True, False, True, True, False, False, True]

        def note(seq: int) -> None:
            seen.append(seq)
            if seq == 200:
                complete.set()

        def take_it(frame: StreamFrame) -> bool:
            if willing[frame.seq % len(willing)]:
                at_once.append(frame.seq)
                note(frame.seq)
            return willing[frame.seq % len(willing)]

        async def read() -> None:
            while True:
                for frame in await subscription.next():
                    await asyncio.sleep(0)
                    note(frame.seq)

        subscription.at_once(take_it)
        reader = asyncio.create_task(read())
        for _ in range(200):
            log.commit(A)
            await asyncio.sleep(0.001)
        async with asyncio.timeout(10):
            await complete.wait()
        reader.cancel()
        assert seen == list(range(1, 201))
        assert 0 < len(at_once) < 200

    run(test)


def test_a_reader_that_takes_nothing_at_once_is_closed_like_any_slow_one() -> None:
    async def test(log: Log, hub: Hub) -> None:
        slow, other = await hub.subscribe(A, None), await hub.subscribe(A, None)
        slow.at_once(lambda _frame: False)
        for _ in range(MOST + 1):
            log.commit(A)
        await take_until(other, MOST + 1)
        assert slow.closed is not None
        assert slow.closed.code == 4408

    run(test)
