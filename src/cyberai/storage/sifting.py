"""Lists that posting lists alone cannot give: by words, and by last sight with a filter that order does not know.

Either few rows can match: then all of them are looked at. Or many do: then the list is walked in its order and
what does not match is left out. Walking is bounded; beyond the bound the page ends early and says where to go on.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from sqlalchemy import select

from cyberai.domain.vulnerability import Vulnerability
from cyberai.ports.repositories import Count, Order, Page
from cyberai.storage.collection import Collection
from cyberai.storage.dialect import arg
from cyberai.storage.driver import Driver
from cyberai.storage.listing import Listing
from cyberai.storage.orders import Wanted, graded_position
from cyberai.storage.schema import sighting
from cyberai.storage.statements import Statement
from cyberai.storage.text_search import MOST_HELD, Search

FEW = 1_000
"""So many rows are looked at one by one."""
STRETCH = 1_000
"""Rows walked at a time, at most; the first stretch is short, since most of it may match."""
LONG_STRETCH = 5_000
"""The same where so many are wanted, to be counted."""
MAX_WALK = 20_000
"""Rows walked for one page."""

_s = sighting.c
_SCANS = Statement(select(_s.scan).where(_s.workspace == arg("workspace"), _s.vulnerability == arg("number")))


class Candidate(NamedTuple):
    """A row that may match; its value only where the filters or the order need it."""

    number: int
    rank: int
    facet: int
    value: Vulnerability | None = None


Sees = Callable[[int], bool]
"""Whether one of the scans asked for saw the vulnerability of that number."""


def seen_by(db: Driver, workspace: int, listing: Listing, scans: tuple[str, ...]) -> Sees:
    """Whether a vulnerability was seen by one of these scans: compared with all they saw, if that is not too much."""

    @cache
    def seen() -> set[int] | None:
        items = [listing.items("scan", scan_id, MOST_HELD + 1) for scan_id in scans]
        return None if sum(map(len, items)) > MOST_HELD else set().union(*items)

    numbers = {listing.number("scan", scan_id) for scan_id in scans}

    def sees(number: int) -> bool:
        known = seen()
        if known is not None:
            return number in known
        return any(scan in numbers for (scan,) in db.rows(_SCANS, workspace=workspace, number=number))

    return sees


class Sieve:
    """A list of vulnerabilities with words, or in order of last sight with any filter."""

    def __init__(
        self,
        rows: Collection[Vulnerability],
        search: Search | None,
        sees: Sees,
        wanted: Wanted,
    ) -> None:
        self._rows = rows
        self._search = search
        self._sees = sees
        self._wanted = wanted

    def page(self, page: Page) -> tuple[list[tuple[int, Vulnerability]], int | None]:
        """(position, value) of the rows, and the position behind which to go on where it ended early."""
        few = self._few(page.order)
        if few is None:
            return self._walk(page)
        placed = sorted(
            ((self._position(row, page.order), row.number) for row in few),
            key=lambda found: found[0],
            reverse=not page.ascending,
        )
        before = page.before
        left = [
            found
            for found in placed
            if before is None or (found[0] > before if page.ascending else found[0] < before)
        ]
        return self._valued(left[: page.limit]), None

    def numbers(self, most: int) -> tuple[list[int], bool]:
        """Numbers of at most so many of the rows that match, and whether there may be more: one may walk only so far."""
        few = self._few(Order.CREATED)
        if few is not None:
            return [row.number for row in few[:most]], len(few) >= most
        found, resume = self._walked(Page(most))
        return [item for _, item in found], resume is not None or len(found) >= most

    def count(self, most: int) -> Count:
        """How many match, counted up to `most` or as far as one may walk."""
        few = self._few(Order.CREATED)
        if few is not None:
            return Count(min(len(few), most), len(few) >= most)
        if self._search is not None and self._wanted.everything and self._wanted == Wanted(*self._wanted[:2]):
            n = self._search.count(most)
            return Count(n, n >= most)
        found, resume = self._walked(Page(most))
        return Count(len(found), resume is not None or len(found) >= most)

    def _few(self, order: Order) -> list[Candidate] | None:
        """All rows that match, when few can."""
        if self._search is not None:
            numbers = self._search.few(FEW)
        elif self._wanted.terms.get("scan"):
            numbers = [item for _, item in self._rows.positions(self._wanted, Page(FEW + 1))]
        else:
            return None
        if numbers is None or len(numbers) > FEW:
            return None
        termed = any(values for name, values in self._wanted.terms.items() if name != "scan")
        rows = self._candidates(numbers, whole=termed or order is Order.LAST_SEEN)
        matches = self._rows.kind.facets.matching(self._wanted.facets)
        return [row for row in rows if (matches is None or matches(row.facet)) and self._fits(row)]

    def _candidates(self, numbers: list[int], *, whole: bool) -> list[Candidate]:
        if not whole:
            return [Candidate(*row) for row in self._rows.facets_among(numbers)]
        facet_of = self._rows.kind.facet_of
        return [
            Candidate(number, rank, facet_of(value), value)
            for number, rank, value in self._rows.among(numbers)
        ]

    def _fits(self, row: Candidate) -> bool:
        wanted = self._wanted
        if row.value is not None:
            carried = set(self._rows.kind.terms_of(row.value))
            for name, values in wanted.terms.items():
                if name != "scan" and values and not any((name, value) in carried for value in values):
                    return False
        return self._in_time(row.rank) and (not wanted.terms.get("scan") or self._sees(row.number))

    def _in_time(self, rank: int) -> bool:
        limits = self._wanted.span(None)
        return limits["low"] <= rank < limits["high"]

    def _position(self, row: Candidate, order: Order) -> int:
        grades = self._rows.kind.grades
        if order in grades:
            return graded_position(grades[order](row.facet), row.rank)
        if order is Order.LAST_SEEN:
            assert row.value is not None
            return self._rows.place(row.number, row.value)
        return row.rank

    def _walk(self, page: Page) -> tuple[list[tuple[int, Vulnerability]], int | None]:
        found, resume = self._walked(page)
        return self._valued(found), resume

    def _walked(self, page: Page) -> tuple[list[tuple[int, int]], int | None]:
        """(position, number) in the order asked for, leaving out what does not match."""
        seen_order = page.order is Order.LAST_SEEN
        terms = {name: v for name, v in self._wanted.terms.items() if not (seen_order and name == "scan")}
        loose = self._wanted._replace(terms=terms)
        found: list[tuple[int, int]] = []
        before, walked, resume = page.before, 0, None
        most = max(STRETCH, min(LONG_STRETCH, page.limit))
        size = min(most, 2 * page.limit)
        while len(found) < page.limit:
            if walked >= MAX_WALK:
                resume = before
                break
            stretch = self._rows.positions(loose, Page(size, before, page.order, page.ascending))
            kept = self._kept([item for _, item in stretch], seen_order)
            found += [(position, item) for position, item in stretch if item in kept]
            walked += len(stretch)
            if len(stretch) < size:
                break
            before, size = stretch[-1][0], min(most, 4 * size)
        return found[: page.limit], resume

    def _valued(self, found: list[tuple[int, int]]) -> list[tuple[int, Vulnerability]]:
        values = {number: value for number, _, value in self._rows.among([item for _, item in found])}
        return [(position, values[item]) for position, item in found]

    def _kept(self, numbers: list[int], seen_order: bool) -> set[int]:
        kept = set(numbers) if self._search is None else self._search.among(numbers)
        if seen_order and (self._wanted.after is not None or self._wanted.before is not None):
            rows = self._rows.facets_among(list(kept))
            kept = {number for number, rank, _ in rows if self._in_time(rank)}
        if seen_order and self._wanted.terms.get("scan"):
            kept = {number for number in kept if self._sees(number)}
        return kept
