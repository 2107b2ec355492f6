"""A server removes what is old by itself."""

import asyncio
import logging
from pathlib import Path

import pytest

from cyberai.app.cancel import cancel_scan
from cyberai.app.context import App
from cyberai.app.events import events_after, oldest
from cyberai.app.requests import ScanRequest
from cyberai.app.retention import DAY, EVERY, FIRST, Keep, keep_collecting
from cyberai.app.scan_creation import create_scan
from cyberai.domain.errors import Unavailable
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from support.deployment import TestClock, deployment


class Waking(TestClock):
    """Sleeps only as long as the story says, and notes what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []
        self.turn = asyncio.Event()
        self.asleep = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        self.asleep.set()
        await self.turn.wait()
        self.turn.clear()

    async def next(self) -> None:
        """Let the sleeper go on, until it sleeps again."""
        self.asleep.clear()
        self.turn.set()
        await self.asleep.wait()


async def collected(app: App, clock: Waking, keep: Keep) -> None:
    """One round of the collector, from start to cancellation."""
    task = asyncio.create_task(keep_collecting(app, keep))
    await clock.asleep.wait()
    await asyncio.wait({task, asyncio.create_task(clock.next())}, return_when=asyncio.FIRST_COMPLETED)
    assert not task.done(), task.exception()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_what_is_old_goes_and_what_is_young_stays(tmp_path: Path) -> None:
    async def story() -> None:
        clock = Waking()
        async with deployment(tmp_path, clock=clock) as app:
            old = await create_scan(app, WS, ScanRequest(target="http://127.0.0.1:9/"))
            await cancel_scan(app, WS, old.id)
            clock.advance(31 * DAY / 1e6)
            young = await create_scan(app, WS, ScanRequest(target="http://127.0.0.1:9/"))
            before = await events_after(app, WS, 0, 100)
            await collected(app, clock, Keep())
            left = await events_after(app, WS, before[-2].seq - 1, 100)
            assert await oldest(app, WS) > before[0].seq
            assert young.id.encode() in bytes(left[-1].data)
        assert clock.asked == [FIRST, EVERY]

    asyncio.run(story())


def test_a_store_that_refuses_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        clock = Waking()
        async with deployment(tmp_path, clock=clock) as app:

            async def refuse(*_: object) -> None:
                raise Unavailable("The disk is full", reason="Make room")

            monkeypatch.setattr(type(app.store), "read", refuse)
            with caplog.at_level(logging.WARNING):
                await collected(app, clock, Keep())
            monkeypatch.undo()
        assert clock.asked == [FIRST, EVERY]
        assert "next try in 6 h: The disk is full" in caplog.text

    asyncio.run(story())
