"""Geometry of the two charts, in the units of their view boxes; the template draws, style sheets colour."""

from msgspec import Struct

from cyberai.reports.page.coverage import CoverageView
from cyberai.reports.page.findings import SEVERITIES, FindingView

BAR_WIDTH = 360
COVERAGE_WIDTH = 600
_MIN_VISIBLE = 4.0


class Bar(Struct, frozen=True, kw_only=True):
    """One bar or part of a bar. `kind` is the class of its colour."""

    kind: str
    label: str
    count: int
    x: float = 0.0
    y: float = 0.0
    width: float


def severity_bars(findings: tuple[FindingView, ...]) -> tuple[Bar, ...]:
    """One bar for each severity, worst first, the longest as wide as the chart."""
    counts = severity_counts(findings)
    longest = max(1, *counts.values())
    return tuple(
        Bar(
            kind=severity,
            label=severity.capitalize(),
            count=counts[severity],
            y=index * 26.0,
            width=_width(counts[severity], longest, BAR_WIDTH),
        )
        for index, severity in enumerate(SEVERITIES)
    )


def severity_counts(findings: tuple[FindingView, ...]) -> dict[str, int]:
    """Findings per severity, worst first."""
    return {severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES}


def coverage_bar(coverage: CoverageView) -> tuple[Bar, ...]:
    """Tested and missed pairs as parts of one bar (what leaves the percentage is not in it)."""
    total = coverage.tested + coverage.missed
    if not total:
        return ()
    parts = (("tested", "Tested", coverage.tested), ("missed", "Not tested", coverage.missed))
    widths = [_width(count, total, COVERAGE_WIDTH) for _, _, count in parts]
    scale = COVERAGE_WIDTH / sum(widths)  # tiny parts were widened to be seen
    bars = []
    x = 0.0
    for (kind, label, count), width in zip(parts, widths, strict=True):
        wide = round(width * scale, 1)
        if count:
            bars.append(Bar(kind=kind, label=label, count=count, x=round(x, 1), width=wide))
        x += wide
    return tuple(bars)


def _width(count: int, most: int, full: int) -> float:
    return round(max(_MIN_VISIBLE, full * count / most), 1) if count else 0.0
