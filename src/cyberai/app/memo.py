"""Views of immutable values, kept while the same value object is shown again."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

V = TypeVar("V")
W = TypeVar("W")

KEPT = 2048


class Memo(Generic[V, W]):
    """`make(value)`, remembered by the identity of the value. The store hands out the same object for the same
    stored text, so a page that is polled is built once. An entry holds its value: no identity is used twice."""

    __slots__ = ("_kept", "_make", "_most")

    def __init__(self, make: Callable[[V], W], most: int = KEPT) -> None:
        self._make = make
        self._most = most
        self._kept: dict[int, tuple[V, W]] = {}

    def __call__(self, value: V) -> W:
        """The view; callers must not change it."""
        known = self._kept.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        view = self._make(value)
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[id(value)] = (value, view)
        return view

    def each(self, values: Iterable[V]) -> list[W]:
        """The views of many, without a call for each that is known."""
        values, kept = list(values), self._kept
        try:
            # An entry holds its value, so that an identity that is known belongs to that very value.
            return [kept[id(value)][1] for value in values]
        except KeyError:
            return [self(value) for value in values]
