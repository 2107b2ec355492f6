"""Work that was cancelled is waited for, within a bound."""

import asyncio
import logging

import pytest

from cyberai.app.task_end import end_tasks


def test_what_cleans_up_is_waited_for_and_what_it_raises_is_dropped() -> None:
    async def story() -> tuple[bool, list[str]]:
        log: list[str] = []

        async def orderly() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                log.append("tidied")

        async def failing() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                raise ValueError("too late to matter")

        tasks = [asyncio.create_task(orderly()), asyncio.create_task(failing())]
        await asyncio.sleep(0)
        return await end_tasks(*tasks), log

    assert asyncio.run(story()) == (True, ["tidied"])


def test_what_clings_is_left_behind_and_named(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> bool:
        release = asyncio.Event()

        async def clinging() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await release.wait()

        task = asyncio.create_task(clinging())
        await asyncio.sleep(0)
        ended = await end_tasks(task, within=0.01)
        release.set()
        await asyncio.gather(task, return_exceptions=True)
        return ended

    with caplog.at_level(logging.ERROR, "cyberai.tasks"):
        assert not asyncio.run(story())
    assert "clinging" in caplog.text
