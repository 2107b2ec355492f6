"""One table for all benchmarks: what was measured, the ratio to what it is compared with, and the bound."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`bound` is the largest ratio (or figure) that the project promises; None where it is only printed."""

    case: str
    figure: str
    ratio: float | None = None
    bound: float | None = None

    @property
    def missed(self) -> bool:
        return self.bound is not None and self.ratio is not None and self.ratio > self.bound


def show(compared_with: str, rows: Iterable[Row]) -> int:
    """Print the table; 1 when a bound is missed, else 0."""
    rows = list(rows)
    width = max(len(row.case) for row in rows)
    print(f"compared with: {compared_with}")
    print(f"{'':{width}}  {'measured':>16}  {'ratio':>7}  {'bound':>6}")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        bound = "" if row.bound is None else f"{row.bound:g}"
        verdict = "  MISSED" if row.missed else ""
        print(f"{row.case:{width}}  {row.figure:>16}  {ratio:>7}  {bound:>6}{verdict}", flush=True)
    return int(any(row.missed for row in rows))
