"""The CSV report: one row per vulnerability, safe to open in a spreadsheet."""

import csv
import io
import unicodedata

from cyberai.domain.cvss import cvss_version
from cyberai.domain.report import RenderedReport, ReportModel
from cyberai.domain.risk import terms_of
from cyberai.domain.vulnerability import Vulnerability
from cyberai.reports.plain_text import one_line, rfc3339

COLUMNS = (
    "id",
    "severity",
    "title",
    "tier",
    "confidence",
    "status",
    "detection",
    "type",
    "check_id",
    "cvss_score",
    "cvss_vector",
    "cwe",
    "cve",
    "owasp",
    "target",
    "affected_component",
    "url",
    "method",
    "parameter",
    "port",
    "service",
    "occurrences",
    "first_seen",
    "last_seen",
    "scan_id",
    "first_scan_id",
    "assignee",
    "tags",
    "description",
    "remediation",
    "references",
    "fingerprint",
    "cvss_version",
    "risk_score",
    "exposure",
    "criticality",
    "epss",
    "epss_percentile",
    "kev",
)
"""The header row; new columns are only ever added at the end."""

_FORMULA = frozenset("=+-@\u2212")
_SEPARATORS = ";|"
_MAX_CELL = 32_000
"""Spreadsheets cut a cell at 32,767 characters."""


def render(model: ReportModel) -> RenderedReport:
    """UTF-8 without a byte order mark, a header row, CRLF (RFC 4180), every cell quoted, no cell a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for vulnerability in (*(item.vulnerability for item in model.items), *model.rest):
        row = _row(vulnerability)
        writer.writerow([guarded(row[column]) for column in COLUMNS])
    return RenderedReport(
        content=out.getvalue().encode("utf-8"),
        media_type="text/csv; charset=utf-8; header=present",
        filename=f"{model.report.id}.csv",
    )


def guarded(cell: str) -> str:
    """The cell as text that no spreadsheet takes for a formula.

    An apostrophe goes before `= + - @` (full-width and small forms too) where the cell starts with it, also
    after blanks or invisible characters, and where it follows a `;` or `|`: a program that splits there instead
    of at the comma would see the start of a cell (OWASP, CSV injection).
    """
    text = one_line(cell)
    parts = []
    start = 0
    for index, character in enumerate(text):
        if character in _SEPARATORS:
            parts.append(_quoted_formula(text[start : index + 1]))
            start = index + 1
    parts.append(_quoted_formula(text[start:]))
    safe = "".join(parts)
    return safe if len(safe) <= _MAX_CELL else safe[: _MAX_CELL - 1] + "\u2026"


def _quoted_formula(part: str) -> str:
    bare = part.lstrip(' "')
    if not bare or unicodedata.normalize("NFKC", bare[0])[0] not in _FORMULA:
        return part
    return f"'{part}"


def _row(v: Vulnerability) -> dict[str, str]:
    return {
        "id": v.id,
        "severity": v.effective_severity.value,
        "title": v.title,
        "tier": v.tier.value,
        "confidence": str(v.confidence),
        "status": v.status.value,
        "detection": v.detection.value,
        "type": v.type,
        "check_id": v.check_id,
        "cvss_score": f"{v.cvss_score:.1f}",
        "cvss_vector": v.cvss_vector,
        "cwe": " ".join(v.cwe),
        "cve": " ".join(v.cve),
        "owasp": " ".join(v.owasp),
        "target": v.target,
        "affected_component": v.affected_component,
        "url": v.location.url or "",
        "method": v.location.method or "",
        "parameter": v.location.parameter or "",
        "port": "" if v.location.port is None else str(v.location.port),
        "service": v.location.service or "",
        "occurrences": str(v.occurrences),
        "first_seen": rfc3339(v.first_seen),
        "last_seen": rfc3339(v.last_seen),
        "scan_id": v.scan_id,
        "first_scan_id": v.first_scan_id,
        "assignee": v.assignee or "",
        "tags": " ".join(v.tags),
        "description": v.description,
        "remediation": v.remediation,
        "references": " ".join(v.references),
        "fingerprint": v.fingerprint,
        "cvss_version": cvss_version(v.cvss_vector) or "",
        **_risk(v),
    }


def _risk(v: Vulnerability) -> dict[str, str]:
    """What is not known is an empty cell, never 0; `kev` is the day since when it is listed, or `no`."""
    epss = v.threat.epss if v.threat else None
    kev = "no" if v.threat and v.threat.kev_known else ""
    return {
        "risk_score": f"{terms_of(v).score:.1f}",
        "exposure": v.exposure.value if v.exposure else "",
        "criticality": v.criticality.value,
        "epss": f"{epss.score:.5f}" if epss else "",
        "epss_percentile": f"{epss.percentile:.5f}" if epss else "",
        "kev": v.threat.kev.added if v.threat and v.threat.kev else kev,
    }
