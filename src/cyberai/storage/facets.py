"""Facets: the few-valued properties of a resource (severity, status, ...) packed into one small integer.

Any combination of filters over them is a set of integers, and of those only the ones that occur have postings
(rarely more than sixty). The order of a dimension's values is stored: append, never reorder.
"""

from collections.abc import Callable, Mapping

WIDTH = 5
"""Bits per dimension: room for 32 values, so that appending one moves nothing that is stored."""
MASK = (1 << WIDTH) - 1


class Facets:
    """The dimensions of one kind of resource, lowest bits first."""

    def __init__(self, **dimensions: tuple[str, ...]) -> None:
        self._dimensions = dimensions
        self._codes = {
            name: {value: code for code, value in enumerate(values)} for name, values in dimensions.items()
        }
        self._start = {name: place * WIDTH for place, name in enumerate(dimensions)}

    def pack(self, **values: str) -> int:
        """The facet of these values, one for each dimension."""
        return sum(self._codes[name][value] << self._start[name] for name, value in values.items())

    def value(self, name: str, facet: int) -> str:
        """The value of that dimension in a facet."""
        return self._dimensions[name][(facet >> self._start[name]) & MASK]

    def matching(self, wanted: Mapping[str, tuple[str, ...]]) -> Callable[[int], bool] | None:
        """Which facets have one of the wanted values in each dimension; None when nothing is asked.

        A value nobody knows matches nothing.
        """
        tests = []
        for name, values in wanted.items():
            if values:
                known = self._codes[name]
                tests.append((self._start[name], {known[value] for value in values if value in known}))
        if not tests:
            return None
        return lambda facet: all((facet >> start) & MASK in codes for start, codes in tests)
