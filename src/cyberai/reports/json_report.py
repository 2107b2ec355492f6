"""The JSON report: everything, one object, for machines and archives."""

import msgspec

from cyberai.domain.report import CoverageRow, Delta, RenderedReport, ReportModel, ReportType
from cyberai.domain.trend import Trend
from cyberai.domain.vulnerability import Vulnerability
from cyberai.reports.compliance.judgement import judged
from cyberai.reports.plain_text import rfc3339

INDENT = 2


def render(model: ReportModel) -> RenderedReport:
    """One object `{report, generated_at, version, scans, vulnerabilities, coverage}`, key order fixed; with
    `compliance`, `trends` or `delta` where the report is about that, and `omitted` where there are too many findings.

    `scans` and `vulnerabilities` are the API's own objects, the latter with `evidence`.
    """
    report = model.report
    document: dict[str, object] = {
        "report": {
            "id": report.id,
            "type": report.type.value,
            "format": report.format.value,
            "title": model.title,
            "scan_ids": list(report.scan_ids),
            "filters": {
                "severity": list(report.filters.severity),
                "status": list(report.filters.status),
                "tier": list(report.filters.tier),
            },
            "created_at": rfc3339(report.created_at),
        },
        "generated_at": rfc3339(model.generated_at),
        "version": model.version,
        "scans": model.scan_resources,
        "vulnerabilities": [item.resource for item in model.items],
        "coverage": [_coverage(row, model.check_titles) for row in model.coverage],
    }
    if model.rest:
        document["omitted"] = [_named(row) for row in model.rest]
    if report.type is ReportType.COMPLIANCE:
        document["compliance"] = judged(model)
    if report.type is ReportType.EXECUTIVE:
        document["trends"] = [_trend(trend) for trend in model.trends]
    if model.delta is not None:
        document["delta"] = _delta(model.delta)
    content = msgspec.json.format(msgspec.json.encode(document), indent=INDENT) + b"\n"
    return RenderedReport(content=content, media_type="application/json", filename=f"{report.id}.json")


def _named(row: Vulnerability) -> dict[str, object]:
    """What is left of a finding that the report has no room for."""
    return {"id": row.id, "severity": row.effective_severity.value, "title": row.title}


def _trend(trend: Trend) -> dict[str, object]:
    return {
        "target": trend.target,
        "scans": [
            {
                "scan_id": point.scan_id,
                "finished_at": rfc3339(point.at),
                "risk_score": point.risk,
                "counts_by_severity": point.counts,
            }
            for point in trend.points
        ],
    }


def _delta(delta: Delta) -> dict[str, object]:
    return {
        "baseline_scan_id": delta.baseline.id,
        "changes": [
            {
                "change": entry.change,
                "id": entry.vulnerability.id,
                "title": entry.vulnerability.title,
                "affected_component": entry.vulnerability.affected_component,
                "severity_before": entry.before.value if entry.before else None,
                "severity_after": entry.after.value if entry.after else None,
                "moved_from": entry.was.id if entry.was else None,
                "untested_before": entry.untested_before,
            }
            for entry in delta.entries
        ],
        "not_compared": delta.not_compared,
        "notes": delta.notes,
    }


def _coverage(row: CoverageRow, titles: dict[str, str]) -> dict[str, object]:
    return {
        "host": row.host,
        "check_id": row.check_id,
        "title": titles.get(row.check_id, row.check_id),
        "clean": row.clean,
        "found": row.found,
        "skipped": dict(sorted(row.skipped.items())),
        "errored": dict(sorted(row.errored.items())),
    }
