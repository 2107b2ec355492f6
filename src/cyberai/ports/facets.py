"""Counts of a list by the values its filters can have."""

from msgspec import Struct

DIMENSIONS = ("severity", "status", "detection", "tier", "type", "check_id", "target")
"""What vulnerabilities are counted by, named as the filters are."""

MOST_VALUES = 100
"""Values given of a dimension: those that most rows have."""


class FacetTally(Struct, frozen=True, kw_only=True):
    """Rows per value of one dimension, the most frequent first. `capped`: not all rows that match were counted, so
    that each number is at least so many. `more`: there are further values."""

    values: tuple[tuple[str, int], ...]
    capped: bool = False
    more: bool = False


class FacetCounts(Struct, frozen=True, kw_only=True):
    """How many rows match a filter (at least `total` where `capped`), the risk of them together (None where not all were
    counted), and how many of them have which value, per dimension."""

    total: int
    capped: bool
    risk: float | None
    by: dict[str, FacetTally]
