"""Geometry of a target's chart over time: bars of what each scan found by severity, a line of the risk score.

In the units of its view box (WIDTH by HEIGHT, the origin at the top left); templates draw, style sheets colour.
"""

from msgspec import Struct

from cyberai.domain.trend import Trend, TrendPoint
from cyberai.reports.plain_text import capped, one_line, utc

WIDTH, HEIGHT = 640, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 626.0, 12.0, 128.0
_WIDEST = 26.0
_MAX_TARGET = 120


class Part(Struct, frozen=True, kw_only=True):
    """A part of a bar; `kind` is its severity."""

    kind: str
    x: float
    y: float
    width: float
    height: float


class Dot(Struct, frozen=True, kw_only=True):
    """The risk score of one scan; `label` is written beside it where it is not empty."""

    x: float
    y: float
    label: str


class TrendView(Struct, frozen=True, kw_only=True):
    """The chart, and what it says in words for those who do not see it."""

    target: str
    words: str
    parts: tuple[Part, ...]
    dots: tuple[Dot, ...]
    first: str
    last: str
    most: int

    @property
    def line(self) -> str:
        """The points of the line, as SVG writes them."""
        return " ".join(f"{dot.x:g},{dot.y:g}" for dot in self.dots)


def trend_view(trend: Trend) -> TrendView:
    """The chart of a trend of two scans or more."""
    points = trend.points
    step = (_RIGHT - _LEFT) / len(points)
    middles = [round(_LEFT + step * (index + 0.5), 1) for index in range(len(points))]
    most = max(1, *(point.total for point in points))
    width = round(min(_WIDEST, step * 0.7), 1)
    scored = [(x, point.risk) for x, point in zip(middles, points, strict=True) if point.risk is not None]
    ends = (0, len(scored) - 1)
    return TrendView(
        target=capped(one_line(trend.target), _MAX_TARGET),
        words=_words(points),
        parts=tuple(
            part
            for x, point in zip(middles, points, strict=True)
            for part in _bar(point, x - width / 2, width, most)
        ),
        dots=tuple(
            Dot(x=x, y=_height_of(risk / 100), label=f"{risk:.1f}" if index in ends else "")
            for index, (x, risk) in enumerate(scored)
        ),
        first=utc(points[0].at)[:10],
        last=utc(points[-1].at)[:10],
        most=most,
    )


def _bar(point: TrendPoint, left: float, width: float, most: int) -> list[Part]:
    """The findings of one scan, the worst at the bottom."""
    parts, foot = [], _BOTTOM
    for severity, count in point.counts.items():
        height = round((_BOTTOM - _TOP) * count / most, 2)
        if not height:
            continue
        foot = round(foot - height, 2)
        parts.append(Part(kind=severity, x=round(left, 1), y=foot, width=width, height=height))
    return parts


def _height_of(share: float) -> float:
    return round(_BOTTOM - (_BOTTOM - _TOP) * share, 1)


def _words(points: tuple[TrendPoint, ...]) -> str:
    """How it began and where it is."""
    first, last = points[0], points[-1]
    findings = f"findings {first.total:,} at first, {last.total:,} now"
    if first.risk is None or last.risk is None:
        return f"{len(points)} scans: {findings}"
    return f"{len(points)} scans: risk {first.risk:.1f} at first, {last.risk:.1f} now; {findings}"
