"""Which inputs of a request are tested with other requests already: pairs of an input and a value beside it.

A program behind one path reads several parameters, and which code reads one of them hangs on the others: a word chooses
the view, a number the record. It rarely hangs on two of them at once (Kuhn, Wallace, Gallo: Software fault interactions
and implications for software testing, IEEE TSE 30(6), 2004). So an input is tested beside each value of each other input
once, not in every combination: what can be combined, such as tabs, orders and filters, would cost its product.
"""

from collections.abc import Sequence

from cyberai.domain.fingerprint import normalise_path
from cyberai.domain.insertion import InsertionPoint
from cyberai.engine.insertion import label

MAX_POINTS = 16
"""Inputs of a request that are paired; a request with more is tested whole."""

MAX_PAIRS = 200_000
"""Pairs remembered; beyond that everything is tested."""

_ANY = "#"
_LONGEST_WORD = 32
_LONGEST_CHOICE = 3
"""Digits of a number that may choose code; longer ones name a record."""


class Pairs:
    """The pairs that are tested or about to be."""

    def __init__(self) -> None:
        self._tested: set[int] = set()

    def covered(self, points: Sequence[InsertionPoint]) -> tuple[str, ...]:
        """Labels of those of a request's points that are tested beside everything that stands beside them here. A
        point that stands alone never is."""
        if not 2 <= len(points) <= MAX_POINTS:
            return ()
        return tuple(label(p) for p in points if self._tested.issuperset(_pairs(p, points)))

    def test(self, points: Sequence[InsertionPoint]) -> None:
        """These points are tested on a page that the application answers."""
        if not 2 <= len(points) <= MAX_POINTS or len(self._tested) >= MAX_PAIRS:
            return
        for point in points:
            self._tested.update(_pairs(point, points))


def _pairs(point: InsertionPoint, points: Sequence[InsertionPoint]) -> list[int]:
    request = point.request
    place = (request.method, request.url.origin, normalise_path(request.url.path), label(point))
    return [hash((*place, label(other), _kind(other))) for other in points if other is not point]


def _kind(point: InsertionPoint) -> str:
    """The value, where it may choose code: a word or a small number. Ids and texts are all alike."""
    value = point.value
    if len(value) > _LONGEST_WORD:
        return _ANY
    small = value.isascii() and value.isdigit() and len(value) <= _LONGEST_CHOICE
    return value if small or not any(c.isdigit() for c in value) else _ANY
