"""The model every renderer gets, built from one consistent snapshot of the store."""

import msgspec

from cyberai.app.context import App
from cyberai.app.report_delta import delta_of
from cyberai.app.report_redaction import shown_evidence, shown_row
from cyberai.app.resources import scan_resource, vulnerability_resource
from cyberai.app.scans import require_scan
from cyberai.app.tls_ports import tls_ports
from cyberai.app.trends import trends_of
from cyberai.domain.ids import VulnerabilityId
from cyberai.domain.report import CoverageRow, Redaction, Report, ReportItem, ReportModel, ReportType
from cyberai.domain.scan import Scan
from cyberai.domain.vulnerability import Vulnerability
from cyberai.ports.store import Tx

MAX_ITEMS = 10_000
"""Findings of a report with all that is known of them; its memory is bounded by that."""

MAX_TRENDS = 3
"""Targets of an executive report that are shown over time."""


def build_model(app: App, tx: Tx, report: Report) -> ReportModel:
    """Everything in the report; raise NotFound when a scan is gone."""
    scans = tuple(require_scan(tx, scan_id) for scan_id in report.scan_ids)
    rows = _rows(tx, report, scans)
    coverage: list[CoverageRow] = [row for scan in scans for row in tx.ledger.rows(scan.id)]
    return ReportModel(
        report=report,
        title=report.title or f"Security report: {', '.join(scan.target for scan in scans)}"[:200],
        generated_at=report.created_at,
        version=app.version,
        scans=scans,
        scan_resources=tuple(msgspec.to_builtins(scan_resource(scan)) for scan in scans),
        items=tuple(_item(tx, row, report.redaction) for row in rows[:MAX_ITEMS]),
        rest=tuple(shown_row(row, report.redaction) for row in rows[MAX_ITEMS:]),
        coverage=tuple(coverage),
        check_titles={check.meta.id: check.meta.title for check in app.checks},
        check_impacts={check.meta.id: check.meta.impact for check in app.checks},
        delta=delta_of(app, tx, report, lambda row: _wanted(report, row))
        if report.type is ReportType.DELTA
        else None,
        trends=trends_of(tx, scans, MAX_TRENDS) if report.type is ReportType.EXECUTIVE else (),
        tls=tls_ports(tx, report.scan_ids),
        check_weaknesses={check.meta.id: (*check.meta.cwe, *check.meta.owasp) for check in app.checks},
    )


def _rows(tx: Tx, report: Report, scans: tuple[Scan, ...]) -> list[Vulnerability]:
    seen: dict[VulnerabilityId, Vulnerability] = {}
    for scan in scans:
        seen |= {row.id: row for row in tx.vulnerabilities.of_scan(scan.id)}
    kept = [row for row in seen.values() if _wanted(report, row)]
    kept.sort(
        key=lambda row: (-row.effective_severity.rank, -row.confidence, row.title, row.affected_component)
    )
    return kept


def _item(tx: Tx, row: Vulnerability, redaction: Redaction) -> ReportItem:
    evidence = tx.vulnerabilities.evidence(row.id)
    shown = shown_row(row, redaction)
    pieces = tuple(shown_evidence(piece, redaction, row.location.parameter) for piece in evidence)
    return ReportItem(
        vulnerability=shown,
        evidence=() if redaction is Redaction.FULL else evidence,
        resource=msgspec.to_builtins(vulnerability_resource(shown, pieces)),
    )


def _wanted(report: Report, row: Vulnerability) -> bool:
    filters = report.filters
    return (
        (not filters.severity or row.effective_severity.value in filters.severity)
        and (not filters.status or row.status.value in filters.status)
        and (not filters.tier or row.tier.value in filters.tier)
    )
