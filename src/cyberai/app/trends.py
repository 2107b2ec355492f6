"""Targets over time and as they are now, read from what is stored (decision 14)."""

from collections.abc import Iterable

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.times import rfc3339
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.scan import Scan, ScanStatus
from cyberai.domain.trend import MAX_POINTS, Standing, Trend, trend_point
from cyberai.ports.repositories import Page, ScanFilter
from cyberai.ports.store import Tx

MAX_TARGETS = 100
"""Targets of a list: those that most scans had."""


class PointResource(Struct, kw_only=True):
    """One completed scan of a target."""

    scan_id: str
    finished_at: str
    risk_score: float | None
    counts_by_severity: dict[str, int]


class TargetResource(Struct, kw_only=True):
    """A target: its risk and what stands now, and its completed scans, the oldest first."""

    target: str
    risk_score: float
    counts_by_severity: dict[str, int]
    trend: list[PointResource]


def trend_of(tx: Tx, target: str, until: int | None = None) -> Trend:
    """The newest completed scans of a target, of those that had begun by `until` (UTC microseconds)."""
    where = ScanFilter(
        status=(ScanStatus.COMPLETED.value,),
        target=(target,),
        created_before=None if until is None else until + 1,
    )
    found = [row.scan for row in tx.scans.page(where, Page(MAX_POINTS))]
    return Trend(target=target, points=tuple(trend_point(scan) for scan in reversed(found)))


def trends_of(tx: Tx, scans: Iterable[Scan], limit: int) -> tuple[Trend, ...]:
    """The trends that lead to these scans, of those targets that were scanned more than once; at most `limit`."""
    newest: dict[str, int] = {}
    for scan in scans:
        newest[scan.target] = max(scan.created_at, newest.get(scan.target, 0))
    found = (trend_of(tx, target, until) for target, until in list(newest.items())[:limit])
    return tuple(trend for trend in found if len(trend.points) > 1)


async def show_target(app: App, workspace: WorkspaceId, target: str) -> TargetResource:
    """A target as scans name it; one that was never scanned has no scans and no risk."""
    trend, now = await app.store.read(
        workspace, lambda tx: (trend_of(tx, target), tx.vulnerabilities.standing(target))
    )
    return _resource(trend, now)


async def list_targets(app: App, workspace: WorkspaceId) -> list[TargetResource]:
    """The targets that most scans had, the greatest risk first."""
    names = await app.store.read(workspace, lambda tx: tx.scans.targets(MAX_TARGETS))
    found = [await show_target(app, workspace, name) for name in names]
    return sorted(found, key=lambda one: (-one.risk_score, one.target))


def _resource(trend: Trend, now: Standing) -> TargetResource:
    return TargetResource(
        target=trend.target,
        risk_score=now.risk,
        counts_by_severity=now.counts,
        trend=[
            PointResource(
                scan_id=point.scan_id,
                finished_at=rfc3339(point.at),
                risk_score=point.risk,
                counts_by_severity=point.counts,
            )
            for point in trend.points
        ],
    )
