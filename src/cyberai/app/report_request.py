"""What a request for a report asks for: every member read, and refused with words where it means nothing."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import UNSET

from cyberai.app.context import App
from cyberai.app.report_delta import baseline_of
from cyberai.app.report_logo import read_logo
from cyberai.app.requests import ReportFiltersRequest, ReportRequest
from cyberai.app.scan_request import NOT_AVAILABLE
from cyberai.app.scans import require_scan
from cyberai.app.times import parse_time
from cyberai.domain.errors import InvalidRequest, require_readable
from cyberai.domain.finding import Tier
from cyberai.domain.ids import ReportId, ScanId, WorkspaceId
from cyberai.domain.report import (
    FORMATS_OF,
    Logo,
    Redaction,
    Report,
    ReportFilters,
    ReportFormat,
    ReportStatus,
    ReportType,
)
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import VulnerabilityStatus
from cyberai.ports.store import Tx

MESSAGE = "Invalid report configuration"
MAX_SCANS = 100


def report_of(app: App, workspace: WorkspaceId, request: ReportRequest) -> Report:
    """The report that is asked for, not stored; raise InvalidRequest."""
    at = app.clock.now()
    require_readable(
        MESSAGE,
        lambda: _type(request.type),
        lambda: _format(request.format, request.type),
        lambda: _scan_ids(request),
        lambda: _filters(request),
        lambda: _title(request.title),
        lambda: _delta(request),
        lambda: _redaction(request.redaction),
        lambda: _logo(request),
    )
    return Report(
        id=ReportId(app.ids.new("report")),
        workspace=workspace,
        type=_type(request.type),
        format=_format(request.format, request.type),
        scan_ids=_scan_ids(request),
        status=ReportStatus.QUEUED,
        created_at=at,
        updated_at=at,
        filters=_filters(request),
        title=_title(request.title),
        baseline_scan_id=request.baseline_scan_id,
        since=_delta(request),
        redaction=_redaction(request.redaction),
        logo=_logo(request),
    )


def require_subjects(tx: Tx, request: ReportRequest, report: Report) -> None:
    """Raise NotFound where a scan that the report is about, or is held against, is not there."""
    for index, scan_id in enumerate(report.scan_ids):
        require_scan(tx, scan_id, f"scan_ids[{index}]" if request.scan_id is UNSET else "scan_id")
    if report.type is ReportType.DELTA:
        baseline_of(tx, report)


def _type(value: str) -> ReportType:
    choices = [kind.value for kind in FORMATS_OF]
    if value in choices:
        return ReportType(value)
    raise InvalidRequest(MESSAGE, field="type", reason=_why_not(value, choices, list(ReportType)))


def _format(value: str, of: str) -> ReportFormat:
    """The format, where reports of this type come in it; a type that does not exist is another member's problem."""
    kinds = [ReportType(of)] if of in [kind.value for kind in FORMATS_OF] else list(FORMATS_OF)
    offered = {format for kind in kinds for format in FORMATS_OF[kind]}
    choices = [format.value for format in ReportFormat if format in offered]
    if value in choices:
        return ReportFormat(value)
    if any(value in formats for formats in FORMATS_OF.values()):
        raise InvalidRequest(
            MESSAGE, field="format", reason=f"A report of type {of} comes as one of: {', '.join(choices)}"
        )
    raise InvalidRequest(MESSAGE, field="format", reason=_why_not(value, choices, list(ReportFormat)))


def _why_not(value: str, choices: list[str], known: Sequence[StrEnum]) -> str:
    return NOT_AVAILABLE if value in known else f"Must be one of: {', '.join(choices)}"


def _scan_ids(request: ReportRequest) -> tuple[ScanId, ...]:
    single, several = request.scan_id, request.scan_ids
    if (single is UNSET) == (several is UNSET):
        raise InvalidRequest(MESSAGE, field="scan_id", reason="Give either scan_id or scan_ids")
    ids = [single] if single is not UNSET else several
    assert ids is not UNSET
    if not 1 <= len(ids) <= MAX_SCANS:
        raise InvalidRequest(MESSAGE, field="scan_ids", reason=f"Must hold 1 to {MAX_SCANS} scan ids")
    return tuple(dict.fromkeys(ScanId(str(scan_id)) for scan_id in ids))


def _filters(request: ReportRequest) -> ReportFilters:
    filters = request.filters
    require_readable(
        MESSAGE,
        lambda: _known("severity", filters.severity, Severity),
        lambda: _known("status", filters.status, VulnerabilityStatus),
        lambda: _known("tier", filters.tier, Tier),
    )
    if filters != ReportFiltersRequest() and request.type == ReportType.COMPLIANCE:
        raise InvalidRequest(
            MESSAGE,
            field="filters",
            reason="A compliance report judges by all findings: what a filter leaves out would count as tested",
        )
    return ReportFilters(
        severity=tuple(filters.severity), status=tuple(filters.status), tier=tuple(filters.tier)
    )


def _known(name: str, values: list[str], kind: type[StrEnum]) -> None:
    known = {member.value for member in kind}
    if not known.issuperset(values):
        raise InvalidRequest(
            MESSAGE, field=f"filters.{name}", reason="Must be one of: " + ", ".join(sorted(known))
        )


def _delta(request: ReportRequest) -> int | None:
    """`since` in microseconds; raise InvalidRequest for what a comparison cannot be made of."""
    named, since = request.baseline_scan_id, request.since
    given = "baseline_scan_id" if named is not None else "since"
    if request.type != ReportType.DELTA:
        if named is not None or since is not None:
            raise InvalidRequest(MESSAGE, field=given, reason="Goes with the type delta only")
        return None
    if named is not None and since is not None:
        raise InvalidRequest(MESSAGE, field="since", reason="Give either baseline_scan_id or since")
    if len(_scan_ids(request)) > 1:
        raise InvalidRequest(MESSAGE, field="scan_ids", reason="A delta report is about one scan")
    if since is None:
        return None
    try:
        return parse_time(since)
    except ValueError as error:
        raise InvalidRequest(MESSAGE, field="since", reason=str(error)) from error


def _redaction(value: str) -> Redaction:
    try:
        return Redaction(value)
    except ValueError as error:
        choices = ", ".join(level.value for level in Redaction)
        raise InvalidRequest(MESSAGE, field="redaction", reason=f"Must be one of: {choices}") from error


def _logo(request: ReportRequest) -> Logo | None:
    if request.logo is None:
        return None
    if request.format not in (ReportFormat.HTML, ReportFormat.PDF):
        raise InvalidRequest(MESSAGE, field="logo", reason="Goes with the formats html and pdf only")
    try:
        return read_logo(request.logo)
    except ValueError as error:
        raise InvalidRequest(MESSAGE, field="logo", reason=str(error)) from error


def _title(title: str | None) -> str | None:
    if title is not None and not 1 <= len(title) <= 200:
        raise InvalidRequest(MESSAGE, field="title", reason="Must have 1 to 200 characters")
    return title
