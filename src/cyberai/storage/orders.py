"""Orders of a list, all of them read off the posting lists of `cyberai.storage.listing`.

- By creation: the lists as they are.
- By a grade, a number that the facet decides (severity, risk): the runs of the best grade first, by creation
  within it, then those of the next grade. A position is the grade above the rank.
- By last sight: the second order of the lists, in whole seconds.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cyberai.ports.repositories import Count, Order, Page
from cyberai.storage.codec import span
from cyberai.storage.listing import ALL, Listing, Way

RANK_BITS = 63
_RANK = (1 << RANK_BITS) - 1

Matches = Callable[[int], bool] | None
"""Which facets match; None for all."""


class Wanted(NamedTuple):
    """Which rows a list asks for; empty filters mean any. Times of creation are UTC microseconds, exclusive."""

    facets: Mapping[str, tuple[str, ...]] = {}
    terms: Mapping[str, tuple[str, ...]] = {}
    after: int | None = None
    before: int | None = None

    @property
    def everything(self) -> bool:
        """True when neither a facet nor a term is asked for."""
        return not (any(self.facets.values()) or any(self.terms.values()))

    def span(self, reached: int | None, ascending: bool = False) -> dict[str, int]:
        """The ranks of rows created in the time asked for and behind the rank `reached`."""
        return span(self.after, self.before, reached, ascending)


def positions(
    listing: Listing,
    grades: Mapping[Order, Callable[[int], int]],
    matches: Matches,
    wanted: Wanted,
    page: Page,
) -> list[tuple[int, int]]:
    """(position, item) of the rows of a page. In order of last sight, the time of creation and terms that rows
    do not carry in that order (a scan that saw them) are the caller's to look at."""
    if page.order in grades:
        return _graded(listing, grades[page.order], matches, wanted, page)
    if page.order is Order.LAST_SEEN:
        limits = span(None, None, page.before, page.ascending)
        return listing.page(matches, wanted.terms, limits, page.limit, Way(-1, page.ascending))
    limits = wanted.span(page.before, page.ascending)
    return listing.page(matches, wanted.terms, limits, page.limit, Way(1, page.ascending))


def graded_position(grade: int, rank: int) -> int:
    """The position of a row in an order by grade."""
    return grade << RANK_BITS | rank


def _graded(
    listing: Listing, grade: Callable[[int], int], matches: Matches, wanted: Wanted, page: Page
) -> list[tuple[int, int]]:
    fitting: dict[int, set[int]] = {}
    for facet, _ in listing.counts(ALL, ALL):
        if matches is None or matches(facet):
            fitting.setdefault(grade(facet), set()).add(facet)
    reached = None if page.before is None else page.before >> RANK_BITS
    way = Way(1, page.ascending)
    found: list[tuple[int, int]] = []
    for value in sorted(fitting, reverse=not page.ascending):
        if reached is not None and (value < reached if page.ascending else value > reached):
            continue
        rank = page.before & _RANK if page.before is not None and value == reached else None
        limits = wanted.span(rank, page.ascending)
        left = page.limit - len(found)
        rows = listing.page(fitting[value].__contains__, wanted.terms, limits, left, way)
        found += [(graded_position(value, rank), item) for rank, item in rows]
        if len(found) == page.limit:
            break
    return found


def counted(listing: Listing, matches: Matches, wanted: Wanted, most: int) -> Count:
    """How many rows match: from the stored counts where one list holds them all, else counted up to `most`."""
    asked = [(name, values) for name, values in wanted.terms.items() if values] or [(ALL, (ALL,))]
    name, values = asked[0]
    if len(asked) == 1 and len(set(values)) == 1 and wanted.after is None and wanted.before is None:
        n = sum(n for facet, n in listing.counts(name, values[0]) if matches is None or matches(facet))
    else:
        n = len(listing.page(matches, wanted.terms, wanted.span(None), most))
    return Count(min(n, most), n >= most)
