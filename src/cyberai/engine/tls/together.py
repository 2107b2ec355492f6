"""Several things at once, of which none is left behind."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
First = TypeVar("First")
Second = TypeVar("Second")


async def together(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The results in the order of the work; what one raises ends the others and is raised."""
    tasks = [asyncio.create_task(each) for each in work]
    if not tasks:
        return []
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def both(
    first: Coroutine[Any, Any, First], second: Coroutine[Any, Any, Second]
) -> tuple[First, Second]:
    """Two things of different kinds at once."""
    results: list[Any] = await together([first, second])
    return results[0], results[1]
