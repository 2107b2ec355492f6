"""A target over time: what its completed scans ended with."""

from msgspec import Struct

from cyberai.domain.ids import ScanId
from cyberai.domain.scan import Scan
from cyberai.domain.severity import Severity

MAX_POINTS = 24
"""Scans of a trend, the newest."""


class TrendPoint(Struct, frozen=True, kw_only=True):
    """One completed scan: when it ended (UTC microseconds), its risk score, its vulnerabilities per severity, worst
    first; None where the scan did not keep a score."""

    scan_id: ScanId
    at: int
    risk: float | None
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Vulnerabilities of every severity."""
        return sum(self.counts.values())


class Trend(Struct, frozen=True, kw_only=True):
    """The completed scans of a target, the oldest first."""

    target: str
    points: tuple[TrendPoint, ...]


class Standing(Struct, frozen=True, kw_only=True):
    """A target as it is now: the risk of what stands, and how much of that per severity, worst first. What is fixed or a
    false positive stands no more."""

    risk: float
    counts: dict[str, int]


def trend_point(scan: Scan) -> TrendPoint:
    """What a completed scan ended with."""
    known = scan.counts_by_severity or {}
    return TrendPoint(
        scan_id=scan.id,
        at=scan.finished_at or scan.created_at,
        risk=scan.risk_score,
        counts={band.value: known.get(band.value, 0) for band in Severity},
    )
