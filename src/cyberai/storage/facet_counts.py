"""Counts per value under a filter: read off the stored counters where these know the answer, else counted row by row.

The counters hold, per term (a target, a check, all), how many rows have which facet, and how many carry which term of
another kind. So they know: everything under one filter by values, however many rows match; under severity, status,
detection and tier together everything as well; under these and one term, the four. What is counted row by row is bounded,
and says so.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping

from cyberai.domain.vulnerability import Vulnerability
from cyberai.ports.facets import MOST_VALUES, FacetCounts, FacetTally
from cyberai.storage.collection import Collection as Rows
from cyberai.storage.listing import ALL, Listing
from cyberai.storage.orders import Wanted
from cyberai.storage.vulnerability_kind import risk_together

FACETS = ("severity", "status", "detection", "tier")
"""Dimensions that a facet holds."""

TERMS = {"type": "type", "check_id": "check", "target": "target"}
"""Dimensions that are terms, and the kind of these. A row carries one term of each kind."""

_OVERLAP = frozenset({"scan", "cwe"})
"""Kinds of terms of which a row may carry several: their counts must not be added up."""


Numbers = Callable[[int], tuple[list[int], bool]]
"""Numbers of at most so many of the rows that match, and whether there may be more."""


class FacetCounting:
    """Counts the rows of a list that match `wanted`. `numbers` finds them where the counters do not know; `words` says
    that it looks for more than `wanted` holds."""

    def __init__(self, rows: Rows[Vulnerability], wanted: Wanted, numbers: Numbers, *, words: bool) -> None:
        self._rows = rows
        self._listing: Listing = rows.listing
        self._wanted = wanted
        self._numbers = numbers
        self._terms = [
            (name, tuple(dict.fromkeys(values))) for name, values in wanted.terms.items() if values
        ]
        self._facets: Counter[int] = Counter()
        self._timed = words or wanted.after is not None or wanted.before is not None

    def counts(self, most: int) -> FacetCounts:
        """All dimensions; what the counters do not know is counted up to `most` rows."""
        known = self._known()
        by = {name: _tally(counts) for name, counts in known.items()}
        total, capped = (sum(known[FACETS[0]].values()) if known else 0), False
        missing = [name for name in (*FACETS, *TERMS) if name not in by]
        if missing:
            counted, n, ended = self._counted(missing, most)
            by |= {name: _tally(counts, capped=ended) for name, counts in counted.items()}
            if not known:
                total, capped = n, ended
        risk = None if capped else risk_together(self._facets.items())
        ordered = {name: by[name] for name in (*FACETS, *TERMS)}
        return FacetCounts(total=total, capped=capped, risk=risk, by=ordered)

    def _known(self) -> dict[str, Mapping[str, int]]:
        """What the counters know."""
        if self._timed or len(self._terms) > 1:
            return {}
        name, values = self._terms[0] if self._terms else (ALL, (ALL,))
        if len(values) > 1 and name in _OVERLAP:
            return {}
        matches = self._rows.kind.facets.matching(self._wanted.facets)
        found: dict[str, Mapping[str, int]] = self._of_facets(
            name, {value: self._fitting(name, value, matches) for value in values}
        )
        if not self._terms:
            facets = None if matches is None else [f for f, _ in self._listing.counts(ALL, ALL) if matches(f)]
            for dimension, kind in TERMS.items():
                found[dimension] = dict(self._listing.largest(kind, facets, MOST_VALUES + 1))
        elif matches is None:
            for dimension, kind in TERMS.items():
                if dimension not in found:
                    found[dimension] = self._rows.crossed.largest(name, values, kind, MOST_VALUES + 1)
        return found

    def _fitting(self, name: str, value: str, matches: Callable[[int], bool] | None) -> list[tuple[int, int]]:
        counts = self._listing.counts(name, value)
        return [(facet, n) for facet, n in counts if matches is None or matches(facet)]

    def _of_facets(
        self, name: str, counts: Mapping[str, list[tuple[int, int]]]
    ) -> dict[str, Mapping[str, int]]:
        """The dimensions of the facets, and the one that the term itself belongs to."""
        facets: Counter[int] = Counter()
        for pairs in counts.values():
            for facet, n in pairs:
                facets[facet] += n
        self._facets = facets
        found: dict[str, Mapping[str, int]] = {name: self._by_value(name, facets) for name in FACETS}
        for dimension, kind in TERMS.items():
            if kind == name:
                found[dimension] = {value: sum(n for _, n in pairs) for value, pairs in counts.items()}
        return found

    def _counted(
        self, dimensions: Collection[str], most: int
    ) -> tuple[dict[str, Mapping[str, int]], int, bool]:
        """Counts per dimension over the rows themselves, how many rows that were, and whether there are more."""
        numbers, capped = self._numbers(most)
        crossed = self._rows.crossed
        # Counters over whole columns: a loop over rows and dimensions takes twice as long.
        columns = list(zip(*crossed.among(numbers), strict=True))
        facets = Counter(columns[0] if columns else ())
        self._facets = self._facets or facets
        counts: dict[str, Mapping[str, int]] = {}
        for name in dimensions:
            if name in FACETS:
                counts[name] = self._by_value(name, facets)
            else:
                terms = columns[crossed.place(TERMS[name])] if columns else ()
                counts[name] = crossed.named(Counter(terms), MOST_VALUES + 1)
        return counts, len(numbers), capped

    def _by_value(self, dimension: str, facets: Mapping[int, int]) -> Counter[str]:
        tally: Counter[str] = Counter()
        for facet, n in facets.items():
            tally[self._rows.kind.facets.value(dimension, facet)] += n
        return tally


def _tally(counts: Mapping[str, int], *, capped: bool = False) -> FacetTally:
    ordered = sorted(((v, n) for v, n in counts.items() if n > 0), key=lambda pair: (-pair[1], pair[0]))
    return FacetTally(values=tuple(ordered[:MOST_VALUES]), capped=capped, more=len(ordered) > MOST_VALUES)
