"""The async shell: performs the effects of flows with httpx2, on asyncio or trio."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from inspect import isawaitable
from typing import Any, Generic, TypeVar, cast

import anyio
import httpx2

from cyberai_sdk._calls import Calls
from cyberai_sdk._http import FAILURES, failure_of, incoming, outgoing
from cyberai_sdk._requests import Arguments, Operation
from cyberai_sdk._wire import Close, Effect, Emit, Flow, Head, Open, Read, Sleep, TransportFailure
from cyberai_sdk.options import CallOptions, RawResponse

T = TypeVar("T")
PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")


class AsyncCaller:
    """Runs flows."""

    def __init__(
        self, calls: Calls, http: httpx2.AsyncClient, sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    ) -> None:
        self.calls = calls
        self._http = http
        self._sleep = sleep

    async def value(
        self, operation: Operation, kind: type[T], arguments: Arguments, options: CallOptions | None = None
    ) -> T:
        """The decoded answer."""
        return await self.run(self.calls.value(operation, kind, arguments, options))

    async def raw(
        self, operation: Operation, arguments: Arguments, options: CallOptions | None = None
    ) -> RawResponse:
        """The answer as it came."""
        return await self.run(self.calls.raw(operation, arguments, options))

    def pages(
        self,
        operation: Operation,
        kind: type[PageT],
        arguments: Arguments,
        options: CallOptions | None = None,
    ) -> AsyncPages[PageT, Any]:
        """A list, read when it is walked through."""
        return AsyncPages(self, operation, kind, arguments, options)

    async def run(self, flow: Flow[T], on_emit: Callable[[Any], object] | None = None) -> T:
        """The flow's result; `on_emit`, a function or a coroutine function, gets what it emits on the way."""
        result: list[T] = []
        async with aclosing(self.walk(flow, result.append)) as walk:
            async for value in walk:
                outcome = on_emit(value) if on_emit is not None else None
                if isawaitable(outcome):
                    await outcome
        return result[0]

    async def walk(
        self, flow: Flow[T], at_end: Callable[[T], object] = lambda _: None
    ) -> AsyncGenerator[Any, None]:
        """Gives what the flow emits; whatever ends it, no connection stays taken. `at_end` gets its result."""
        heads: dict[int, Head] = {}
        try:
            effect = next(flow)
            while True:
                if isinstance(effect, Emit):
                    yield effect.value
                    effect = flow.send(None)
                    continue
                try:
                    result = await self._perform(effect, heads)
                except TransportFailure as failure:
                    effect = flow.throw(failure)
                else:
                    effect = flow.send(result)
        except StopIteration as end:
            at_end(cast(T, end.value))
        finally:
            flow.close()
            for head in heads.values():
                await head.stream.aclose()

    async def _perform(self, effect: Effect, heads: dict[int, Head]) -> Any:
        try:
            if isinstance(effect, Open):
                head = incoming(await self._http.send(outgoing(effect.request), stream=True))
                heads[id(head)] = head
                return head
            if isinstance(effect, Read):
                data = await effect.head.stream.aread()
                if not data:  # a list of many pages would keep the answer of each
                    heads.pop(id(effect.head), None)
                return data
            if isinstance(effect, Close):
                heads.pop(id(effect.head), None)
                return await effect.head.stream.aclose()
        except FAILURES as error:
            raise failure_of(error) from error
        assert isinstance(effect, Sleep)
        return await self._sleep(effect.seconds)


class AsyncPages(Generic[PageT, ItemT]):
    """A list. Nothing is asked for until it is walked through; then one page is held at a time.

    `async for item in pages` gives every member of every page.
    """

    def __init__(
        self,
        caller: AsyncCaller,
        operation: Operation,
        kind: type[PageT],
        arguments: Arguments,
        options: CallOptions | None,
    ) -> None:
        self._caller = caller
        self._of = (operation, kind, arguments, options)

    def __aiter__(self) -> AsyncIterator[ItemT]:
        return self._caller.walk(self._caller.calls.items(*self._of))

    def pages(self) -> AsyncIterator[PageT]:
        """Page after page, with `has_more`, `next_cursor` and, asked for with `include="total"`, `total`."""
        return self._caller.walk(self._caller.calls.pages(*self._of))

    async def first_page(self) -> PageT:
        """The first page only."""
        return await self._caller.value(*self._of)

    async def first(self) -> ItemT | None:
        """The first member, None where there is none."""
        return next(iter(await self.to_list(at_most=1)), None)

    async def to_list(self, at_most: int | None = None) -> list[ItemT]:
        """The members, all or `at_most` so many."""
        found: list[ItemT] = []
        if at_most == 0:
            return found
        async with aclosing(self._caller.walk(self._caller.calls.items(*self._of))) as items:
            async for item in items:
                found.append(item)
                if len(found) == at_most:
                    break
        return found
