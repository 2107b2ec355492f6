"""Pages about reports: the list with the form that orders one, and the file."""

from msgspec import UNSET

from cyberai.api import report_file
from cyberai.api.reply import Reply
from cyberai.app.reports import create_report
from cyberai.app.requests import ReportRequest
from cyberai.app.scan_diff import PREVIOUS
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import CyberAIError, InvalidRequest, NotFound
from cyberai.domain.report import Redaction, ReportFormat, ReportType
from cyberai.web.choices import MOST_LOGO_BYTES, PENDING_REPORT, REDACTIONS, REPORT_FORMATS, REPORT_TYPES
from cyberai.web.paging import links, some_reports, some_scans
from cyberai.web.render import page, see_other
from cyberai.web.visit import Form, Visit

_OFFERED_SCANS = 50
_DEFAULTS = {
    "scan_id": "",
    "type": ReportType.TECHNICAL.value,
    "format": ReportFormat.HTML.value,
    "baseline_scan_id": PREVIOUS,
    "redaction": Redaction.SECRETS.value,
    "title": "",
    "logo": "",
}
_FURTHER = ("baseline_scan_id", "redaction", "title", "logo")


async def show_list(visit: Visit) -> Reply:
    """GET /reports; `scan_id` chooses a scan in the form."""
    return await _list(visit, _DEFAULTS | visit.query.values)


async def create(visit: Visit) -> Reply:
    """POST /reports: order one, or show what is wrong at the fields."""
    given = _DEFAULTS | visit.form
    request = ReportRequest(
        scan_id=visit.form.get("scan_id", UNSET),
        type=given["type"],
        format=given["format"],
        title=given["title"].strip() or None,
        # The field is there for every type; only this one compares.
        baseline_scan_id=given["baseline_scan_id"] if given["type"] == ReportType.DELTA else None,
        redaction=given["redaction"],
        logo=given["logo"].strip() or None,
    )
    try:
        await create_report(visit.app, visit.workspace, request)
    except NotFound as error:
        field = error.field or "scan_id"
        reason = error.reason if field != "scan_id" else "Choose a scan of the list"
        return await _list(visit, given, InvalidRequest("There is no such scan", field=field, reason=reason))
    except InvalidRequest as error:
        return await _list(visit, given, error)
    return see_other("/reports")


async def download(visit: Visit) -> Reply:
    """GET /reports/{id}/download: the file, exactly as the API serves it."""
    assert visit.signed_in is not None
    visit.call.principal = visit.signed_in.principal
    visit.call.id = visit.id
    return await report_file.download(visit.call)


async def _list(visit: Visit, values: Form, error: CyberAIError | None = None) -> Reply:
    cursor = visit.query.cursor()
    found = await some_reports(visit, cursor=cursor)
    readable = visit.may(ApiScope.SCANS_READ)
    scans = (await some_scans(visit, limit=_OFFERED_SCANS)).data if readable else []
    return page(
        visit,
        "reports",
        error=error,
        reports=found.data,
        scans=scans,
        targets={scan.id: scan.target for scan in scans},
        pages=links("/reports", {"cursor": cursor} if cursor else {}, found.next_cursor),
        values=values,
        formats=REPORT_FORMATS,
        types=REPORT_TYPES,
        redactions=REDACTIONS,
        previous=PREVIOUS,
        most_logo_bytes=MOST_LOGO_BYTES,
        further=any(values[name] != _DEFAULTS[name] for name in _FURTHER),
        live=any(report.status in PENDING_REPORT for report in found.data),
    )
