"""One task alone on the host: what is under way is waited for, what comes later waits."""

import asyncio

import pytest

from cyberai.engine.turns import Turns


def test_alone_waits_for_what_is_under_way_and_holds_up_what_comes() -> None:
    async def story() -> list[str]:
        turns, log = Turns(), list[str]()
        release = asyncio.Event()

        async def slow() -> None:
            async with turns.shared():
                log.append("slow begins")
                await release.wait()
                log.append("slow ends")

        async def measuring() -> None:
            async with turns.alone():
                log.append("alone")
                async with turns.shared():
                    await asyncio.sleep(0)
                    log.append("own request")

        async def other() -> None:
            async with turns.shared():
                log.append("other")

        first = asyncio.create_task(slow())
        await asyncio.sleep(0)
        second = asyncio.create_task(measuring())
        await asyncio.sleep(0)
        third = asyncio.create_task(other())
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(first, second, third)
        return log

    assert asyncio.run(story()) == ["slow begins", "slow ends", "alone", "own request", "other"]


def test_two_that_want_to_be_alone_take_turns_and_a_failure_sets_free() -> None:
    async def story() -> None:
        turns = Turns()
        inside = 0

        async def measuring() -> None:
            nonlocal inside
            async with turns.alone():
                inside += 1
                assert inside == 1
                await asyncio.sleep(0)
                inside -= 1

        async def failing() -> None:
            async with turns.alone():
                raise ValueError

        with pytest.raises(ValueError):
            await failing()
        await asyncio.gather(*(measuring() for _ in range(5)))
        async with turns.shared():
            pass

    asyncio.run(story())


def test_a_cancelled_wait_sets_free() -> None:
    async def story() -> None:
        turns = Turns()
        async with turns.shared():
            waiting = asyncio.create_task(_alone(turns))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        async with turns.shared():
            pass

    async def _alone(turns: Turns) -> None:
        async with turns.alone():
            raise AssertionError("never gets here")

    asyncio.run(story())
