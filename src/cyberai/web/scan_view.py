"""What the page of one scan shows."""

from typing import Any

import msgspec
from msgspec import UNSET

from cyberai.app.listing import Sort
from cyberai.app.resources import ScanResource, VulnerabilityResource
from cyberai.app.trends import trend_of
from cyberai.domain.api_key import ApiScope
from cyberai.domain.ids import ScanId
from cyberai.domain.scan import ScanStatus, VerdictResult
from cyberai.domain.severity import Severity
from cyberai.ports.repositories import Order, VulnerabilityFilter
from cyberai.reports.page.coverage import CoverageView, coverage_view
from cyberai.reports.page.scans import verdict_words
from cyberai.reports.page.trend import trend_view
from cyberai.web.paging import some_vulnerabilities
from cyberai.web.visit import Visit

SHOWN_FINDINGS = 50
"""More would hold up the requests beside it, at every look of a page that follows the scan; the list has all."""


async def scan_view(visit: Visit, scan: ScanResource) -> dict[str, Any]:
    """The values of the template; findings are in it when the key may read them, worst first."""
    findings: list[VulnerabilityResource] = []
    more = False
    if visit.may(ApiScope.VULNERABILITIES_READ):
        where = VulnerabilityFilter(scan_id=(scan.id,))
        found = await some_vulnerabilities(visit, where, limit=SHOWN_FINDINGS, sort=Sort(Order.SEVERITY))
        findings, more = sorted(found.data, key=_worst_first), found.has_more
    status = ScanStatus(scan.status)
    verdict = scan.verdict if scan.verdict is not UNSET else None
    result = "unfinished"
    if status.terminal:
        result = (verdict.result if verdict else VerdictResult.INCONCLUSIVE).value
    return {
        "scan": scan,
        "terminal": status.terminal,
        "live": not status.terminal,
        "can_cancel": not status.terminal and status is not ScanStatus.CANCELLING,
        "can_pause": status in (ScanStatus.QUEUED, ScanStatus.RUNNING),
        "can_resume": status in (ScanStatus.PAUSING, ScanStatus.PAUSED),
        "verdict": verdict,
        "result": result,
        "words": verdict_words(result, verdict.coverage_percent if verdict else None),
        "policies": msgspec.to_builtins(scan.policies),
        "counts": await _counts(visit, scan),
        "findings": findings,
        "more_findings": more,
        "coverage": await _coverage(visit, scan.id),
        **await _over_time(visit, scan, ended=status.terminal),
    }


async def _over_time(visit: Visit, scan: ScanResource, *, ended: bool) -> dict[str, Any]:
    """The chart of the target, where there is more than one completed scan, and its risk as it is now, where the key may
    read vulnerabilities."""
    if not ended:
        return {"trend": None, "risk_now": None}
    trend, now = await visit.app.store.read(
        visit.workspace,
        lambda tx: (trend_of(tx, scan.target), tx.vulnerabilities.standing(scan.target)),
    )
    return {
        "trend": trend_view(trend) if len(trend.points) > 1 else None,
        "risk_now": now.risk if visit.may(ApiScope.VULNERABILITIES_READ) else None,
    }


def _worst_first(row: VulnerabilityResource) -> tuple[int, int, str]:
    return -Severity(row.severity).rank, -row.confidence, row.title


async def _counts(visit: Visit, scan: ScanResource) -> dict[str, int]:
    """Findings per severity, worst first; of a scan that runs, of those it has found so far: of all, not of those
    shown."""
    known = scan.counts_by_severity
    if known is UNSET or known is None:
        known = {}
        if visit.may(ApiScope.VULNERABILITIES_READ):
            known = await visit.app.store.read(
                visit.workspace, lambda tx: tx.vulnerabilities.severities(ScanId(scan.id))
            )
    return {band.value: known.get(band.value, 0) for band in Severity}


async def _coverage(visit: Visit, scan_id: str) -> CoverageView | None:
    rows = await visit.app.store.read(visit.workspace, lambda tx: tx.ledger.rows(ScanId(scan_id)))
    if not rows:
        return None
    return coverage_view(rows, {check.meta.id: check.meta.title for check in visit.app.checks})
