"""Who waits for a store: callers for their closure's result, listeners for the next commit."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from cyberai.domain.ids import WorkspaceId
from cyberai.storage.transaction import Transaction

seen: ContextVar[tuple[int, int]] = ContextVar("store_seen", default=(0, 0))
"""Which state of which store the running task has read: a commit after that is news to it."""


@dataclass(eq=False)
class Job:
    """A closure, and who waits for it. `number` is its workspace's, once a statement of it needed that."""

    workspace: WorkspaceId
    fn: Callable[[Transaction], Any]
    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None
    number: int | None = None


class Settled(Protocol):
    """What is known of a wait that is over."""

    future: "asyncio.Future[Any]"
    result: Any
    error: BaseException | None


def settle(jobs: Sequence[Settled]) -> None:
    """Tell the callers what became of their closures, each in its own loop; from any thread."""
    loops: dict[asyncio.AbstractEventLoop, list[Settled]] = {}
    for job in jobs:
        loops.setdefault(job.future.get_loop(), []).append(job)
    for loop, settled in loops.items():
        tell(loop, partial(_settle, settled))


def tell(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    """Run this in the loop's own thread; a loop that is closed has nobody left who waits."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(what)


def _settle(jobs: list[Settled]) -> None:
    for job in jobs:
        if job.future.cancelled():
            continue
        if job.error is None:
            job.future.set_result(job.result)
        elif isinstance(job.error, StopIteration):
            # No future can carry this one.
            job.future.set_exception(RuntimeError("the closure raised StopIteration"))
        else:
            job.future.set_exception(job.error)


class Sleepers:
    """Tasks that sleep until a commit, or for a while."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    async def sleep(self, seconds: float) -> None:
        """Until `wake`, at most so long."""
        woken = asyncio.get_running_loop().create_future()
        self._waiting.add(woken)
        try:
            await asyncio.wait((woken,), timeout=seconds)
        finally:
            self._waiting.discard(woken)

    def wake(self) -> None:
        """Wake all of them; from any thread."""
        # The set is copied, since the loop's thread changes it.
        for woken in tuple(self._waiting):
            tell(woken.get_loop(), partial(_resolve, woken))


def _resolve(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
