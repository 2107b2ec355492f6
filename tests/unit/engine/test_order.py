"""The row: in order, and never held up by one that was cancelled."""

import asyncio

from cyberai.engine.order import Order


def test_what_is_ready_first_waits_for_what_was_begun_first() -> None:
    async def story() -> list[int]:
        order, log = Order(), list[int]()
        releases = [asyncio.Event() for _ in range(3)]

        async def visit(number: int) -> None:
            place = order.take()
            try:
                await releases[number].wait()
                await place.wait()
                log.append(number)
            finally:
                place.done()

        tasks = [asyncio.create_task(visit(number)) for number in range(3)]
        await asyncio.sleep(0)
        for number in (2, 1, 0):
            releases[number].set()
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        return log

    assert asyncio.run(story()) == [0, 1, 2]


def test_one_that_leaves_early_lets_nobody_overtake_those_before_it() -> None:
    async def story() -> tuple[bool, bool]:
        order = Order()
        first, second, third = order.take(), order.take(), order.take()
        second.done()
        waiting = asyncio.create_task(third.wait())
        await asyncio.sleep(0)
        early = waiting.done()
        first.done()
        await asyncio.wait_for(waiting, 5)
        return early, waiting.done()

    assert asyncio.run(story()) == (False, True)


def test_all_cancelled_at_once_all_end() -> None:
    """One waits for its turn, the next still fetches: the end of a scan's time finds them so."""

    async def story() -> int:
        order = Order()

        async def visit(fetched: asyncio.Event) -> None:
            place = order.take()
            try:
                await fetched.wait()
                await place.wait()
            finally:
                place.done()

        never, ready = asyncio.Event(), asyncio.Event()
        ready.set()
        tasks = [asyncio.create_task(visit(event)) for event in (never, ready, never, ready)]
        for _ in range(3):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        ended, _ = await asyncio.wait(tasks, timeout=5)
        return len(ended)

    assert asyncio.run(story()) == 4
