"""Views of immutable values, kept while the same value object is shown again."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

V = TypeVar("V")
W = TypeVar("W")

KEPT = 2048

_Kept = tuple[dict[int, V], dict[int, W]]


class Memo(Generic[V, W]):
    """`make(value)`, remembered by the identity of the value. The store hands out the same object for the same
    stored text, so a page that is polled is built once. What is kept includes the values: no identity is used twice."""

    __slots__ = ("_kept", "_make", "_most")

    def __init__(self, make: Callable[[V], W], most: int = KEPT) -> None:
        self._make = make
        self._most = most
        self._kept: _Kept[V, W] = ({}, {})

    def __call__(self, value: V) -> W:
        """The view; callers must not change it."""
        place = id(value)
        values, views = self._kept
        if place in views:
            return views[place]
        view = self._make(value)
        if len(views) >= self._most:
            # New ones instead of clearing these, which another thread may be filling.
            values, views = self._kept = ({}, {})
        values[place] = value
        views[place] = view
        return view

    def each(self, values: Iterable[V]) -> list[W]:
        """The views of many, without a call for each that is known."""
        values, (_, views) = list(values), self._kept
        try:
            return list(map(views.__getitem__, map(id, values)))
        except KeyError:
            return [self(value) for value in values]
