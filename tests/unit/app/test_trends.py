"""Targets over time and as they are now."""

import asyncio
from pathlib import Path

from msgspec import structs

from cyberai.app.context import App
from cyberai.app.facets import vulnerability_facets
from cyberai.app.trends import list_targets, show_target, trends_of
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.domain.ids import ScanId
from cyberai.domain.scan import Scan, ScanStatus
from cyberai.domain.severity import Severity
from cyberai.domain.trend import MAX_POINTS
from cyberai.domain.vulnerability import VulnerabilityStatus
from cyberai.ports.repositories import VulnerabilityFilter
from support.deployment import START, deployment
from support.store_samples import scan, sighting, vulnerability

SHOP, BLOG = "http://shop.example/", "http://blog.example/"
DAY = 86_400_000_000


async def scanned(app: App, name: str, target: str, day: int, risk: float, status: ScanStatus) -> Scan:
    made = scan(name, at=START + day * DAY)
    made = made.replace(
        workspace=WS, spec=structs.replace(made.spec, targets=(target,)), status=status,
        finished_at=START + day * DAY + 5, risk_score=risk, counts_by_severity={"high": day},
    )  # fmt: skip
    await app.store.write(WS, lambda tx: tx.scans.insert(made))
    return made


def test_a_trend_is_the_completed_scans_up_to_the_one_asked_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            done = ScanStatus.COMPLETED
            made = [await scanned(app, f"s{day}", SHOP, day, day * 3.0, done) for day in range(1, 30)]
            await scanned(app, "cancelled", SHOP, 31, 99.0, ScanStatus.CANCELLED)
            lone = await scanned(app, "lone", BLOG, 5, 12.0, done)
            shop = await show_target(app, WS, SHOP)
            assert [point.risk_score for point in shop.trend] == [day * 3.0 for day in range(6, 30)]
            assert len(shop.trend) == MAX_POINTS
            assert shop.trend[-1].counts_by_severity == {
                "critical": 0, "high": 29, "medium": 0, "low": 0, "info": 0,
            }  # fmt: skip
            found = await app.store.read(WS, lambda tx: trends_of(tx, (made[2], lone), 3))
            assert [(trend.target, [p.scan_id for p in trend.points]) for trend in found] == [
                (SHOP, [ScanId(f"scan_s{day}") for day in (1, 2, 3)])
            ]
            nothing = await show_target(app, WS, "http://never.example/")
            assert (nothing.risk_score, nothing.trend) == (0.0, [])

    asyncio.run(story())


def test_a_target_has_the_risk_of_what_stands(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            await scanned(app, "a", SHOP, 1, 1.0, ScanStatus.COMPLETED)
            await scanned(app, "b", BLOG, 1, 1.0, ScanStatus.COMPLETED)
            for n, (target, severity, status) in enumerate(
                (
                    (SHOP, Severity.HIGH, VulnerabilityStatus.OPEN),
                    (SHOP, Severity.LOW, VulnerabilityStatus.ACCEPTED_RISK),
                    (SHOP, Severity.CRITICAL, VulnerabilityStatus.FIXED),
                    (BLOG, Severity.CRITICAL, VulnerabilityStatus.OPEN),
                )
            ):
                row = vulnerability(str(n), workspace=WS, target=target, severity=severity, at=START)
                row = row.replace(status=status)
                await app.store.write(WS, lambda tx, row=row: tx.vulnerabilities.record(sighting(row)))
            blog, shop = await list_targets(app, WS)
            assert (blog.target, blog.risk_score) == (BLOG, 64.0)
            assert (shop.target, shop.risk_score) == (SHOP, 37.4)  # 1 - 0.64 x 0.9775
            assert shop.counts_by_severity == {"critical": 0, "high": 1, "medium": 0, "low": 1, "info": 0}
            facets = await vulnerability_facets(app, WS, VulnerabilityFilter(target=(SHOP,)))
            assert facets.risk_score == 37.4
            everything = await vulnerability_facets(app, WS, VulnerabilityFilter())
            assert everything.risk_score == 77.5  # 1 - 0.36 x 0.64 x 0.9775

    asyncio.run(story())
