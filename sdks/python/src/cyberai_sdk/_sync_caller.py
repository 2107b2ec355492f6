"""The sync shell: performs the effects of flows with httpx2."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from typing import Any, Generic, TypeVar

import httpx2

from cyberai_sdk._calls import Calls
from cyberai_sdk._http import FAILURES, failure_of, incoming, outgoing
from cyberai_sdk._requests import Arguments, Operation
from cyberai_sdk._wire import Close, Effect, Emit, Flow, Head, Open, Read, Sleep, TransportFailure
from cyberai_sdk.options import CallOptions, RawResponse

T = TypeVar("T")
PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")


class Caller:
    """Runs flows."""

    def __init__(
        self, calls: Calls, http: httpx2.Client, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.calls = calls
        self._http = http
        self._sleep = sleep

    def value(
        self, operation: Operation, kind: type[T], arguments: Arguments, options: CallOptions | None = None
    ) -> T:
        """The decoded answer."""
        return self.run(self.calls.value(operation, kind, arguments, options))

    def raw(
        self, operation: Operation, arguments: Arguments, options: CallOptions | None = None
    ) -> RawResponse:
        """The answer as it came."""
        return self.run(self.calls.raw(operation, arguments, options))

    def pages(
        self,
        operation: Operation,
        kind: type[PageT],
        arguments: Arguments,
        options: CallOptions | None = None,
    ) -> Pages[PageT, Any]:
        """A list, read when it is walked through."""
        return Pages(self, operation, kind, arguments, options)

    def run(self, flow: Flow[T], on_emit: Callable[[Any], object] | None = None) -> T:
        """The flow's result; `on_emit` gets what it emits on the way."""
        walk = self.walk(flow)
        while True:
            try:
                value = next(walk)
            except StopIteration as end:
                result: T = end.value
                return result
            if on_emit is not None:
                on_emit(value)

    def walk(self, flow: Flow[T]) -> Generator[Any, None, T]:
        """Gives what the flow emits; whatever ends it, no connection stays taken."""
        heads: dict[int, Head] = {}
        try:
            effect = next(flow)
            while True:
                if isinstance(effect, Emit):
                    yield effect.value
                    effect = flow.send(None)
                    continue
                try:
                    result = self._perform(effect, heads)
                except TransportFailure as failure:
                    effect = flow.throw(failure)
                else:
                    effect = flow.send(result)
        except StopIteration as end:
            ended: T = end.value
            return ended
        finally:
            flow.close()
            for head in heads.values():
                head.stream.close()

    def _perform(self, effect: Effect, heads: dict[int, Head]) -> Any:
        try:
            if isinstance(effect, Open):
                head = incoming(self._http.send(outgoing(effect.request), stream=True))
                heads[id(head)] = head
                return head
            if isinstance(effect, Read):
                data = effect.head.stream.read()
                if not data:  # a list of many pages would keep the answer of each
                    heads.pop(id(effect.head), None)
                return data
            if isinstance(effect, Close):
                heads.pop(id(effect.head), None)
                return effect.head.stream.close()
        except FAILURES as error:
            raise failure_of(error) from error
        assert isinstance(effect, Sleep)
        return self._sleep(effect.seconds)


class Pages(Generic[PageT, ItemT]):
    """A list. Nothing is asked for until it is walked through; then one page is held at a time.

    `for item in pages` gives every member of every page.
    """

    def __init__(
        self,
        caller: Caller,
        operation: Operation,
        kind: type[PageT],
        arguments: Arguments,
        options: CallOptions | None,
    ) -> None:
        self._caller = caller
        self._of = (operation, kind, arguments, options)

    def __iter__(self) -> Iterator[ItemT]:
        return self._caller.walk(self._caller.calls.items(*self._of))

    def pages(self) -> Iterator[PageT]:
        """Page after page, with `has_more`, `next_cursor` and, asked for with `include="total"`, `total`."""
        return self._caller.walk(self._caller.calls.pages(*self._of))

    def first_page(self) -> PageT:
        """The first page only."""
        return self._caller.value(*self._of)

    def first(self) -> ItemT | None:
        """The first member, None where there is none."""
        return next(iter(self), None)

    def to_list(self, at_most: int | None = None) -> list[ItemT]:
        """The members, all or `at_most` so many."""
        found: list[ItemT] = []
        if at_most == 0:
            return found
        for item in self:
            found.append(item)
            if len(found) == at_most:
                break
        return found
