"""Reports: what was asked, its state, and the model every renderer receives. Times are UTC microseconds."""

from enum import StrEnum

from msgspec import Struct, structs

from cyberai.domain.finding import Evidence
from cyberai.domain.ids import ReportId, ScanId, WorkspaceId
from cyberai.domain.scan import Scan
from cyberai.domain.severity import Severity
from cyberai.domain.tls.grade import Letter
from cyberai.domain.trend import Trend
from cyberai.domain.vulnerability import Vulnerability


class ReportType(StrEnum):
    """For whom it is written."""

    EXECUTIVE = "executive"
    TECHNICAL = "technical"
    COMPLIANCE = "compliance"
    DELTA = "delta"
    RAW = "raw"


class ReportFormat(StrEnum):
    """File formats. This version carries json, csv, html, pdf, sarif, junit and markdown."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    XML = "xml"
    GITLAB = "gitlab"
    VEX = "vex"
    OCSF = "ocsf"


_PAGES = (ReportFormat.JSON, ReportFormat.HTML, ReportFormat.PDF, ReportFormat.MARKDOWN)
_LISTS = (ReportFormat.CSV, ReportFormat.SARIF, ReportFormat.JUNIT)

FORMATS_OF: dict[ReportType, tuple[ReportFormat, ...]] = {
    ReportType.TECHNICAL: (*_PAGES, *_LISTS),
    ReportType.EXECUTIVE: (*_PAGES, ReportFormat.CSV),
    ReportType.COMPLIANCE: _PAGES,
    ReportType.DELTA: _PAGES,
    ReportType.RAW: (*_PAGES, *_LISTS),
}
"""The types and formats that this version carries: a list of findings has no place for what some types are about."""


class ReportStatus(StrEnum):
    """Life of a report."""

    QUEUED = "queued"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"


class Redaction(StrEnum):
    """How much of a target's traffic a report shows."""

    NONE = "none"
    """Everything, also the values of cookies and of headers that authenticate."""
    SECRETS = "secrets"
    """Values of cookies and of headers that authenticate are cut, as in the API."""
    FULL = "full"
    """No request, no answer, no command, and no query in addresses."""


class Logo(Struct, frozen=True, kw_only=True):
    """A picture that was checked (`app.report_logo`). `format` is png, jpeg or svg; `content` is empty once the report
    is made."""

    media_type: str
    format: str
    content: bytes


class ReportFilters(Struct, frozen=True, kw_only=True):
    """Which vulnerabilities go in; empty means all."""

    severity: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()


class Report(Struct, frozen=True, kw_only=True):
    """A report as stored; its file is the blob named by its id."""

    id: ReportId
    workspace: WorkspaceId
    type: ReportType
    format: ReportFormat
    scan_ids: tuple[ScanId, ...]
    status: ReportStatus
    created_at: int
    updated_at: int
    filters: ReportFilters = ReportFilters()
    title: str | None = None
    baseline_scan_id: str | None = None
    """Of a delta: the scan it is held against, or `previous`."""
    since: int | None = None
    """Of a delta: held against the last scan that had begun then."""
    redaction: Redaction = Redaction.SECRETS
    logo: Logo | None = None
    completed_at: int | None = None
    size: int | None = None
    digest: str | None = None
    """SHA-256 of the file in hex: its ETag."""
    error: str | None = None

    def replace(self, **changes: object) -> "Report":
        """A copy with these fields changed."""
        return structs.replace(self, **changes)


class CoverageRow(Struct, frozen=True, kw_only=True):
    """The ledger of one check on one host: counts per outcome and, of what did not run, per reason."""

    host: str
    check_id: str
    clean: int = 0
    found: int = 0
    skipped: dict[str, int] = {}
    errored: dict[str, int] = {}


class ReportItem(Struct, frozen=True, kw_only=True):
    """One vulnerability with its evidence. `resource` is the API's own JSON object, evidence included."""

    vulnerability: Vulnerability
    evidence: tuple[Evidence, ...]
    resource: dict[str, object]


class DeltaEntry(Struct, frozen=True, kw_only=True):
    """What became of one vulnerability since the baseline: a `domain.diff.Difference` in `change`, and the fields of
    `domain.diff.Differing`."""

    change: str
    vulnerability: Vulnerability
    was: Vulnerability | None = None
    before: Severity | None = None
    after: Severity | None = None
    untested_before: bool = False


class NotComparedCheck(Struct, frozen=True, kw_only=True):
    """A check on a host that only one of the scans ran: `only_in` is `scan` or `against`."""

    host: str
    check_id: str
    only_in: str


class Delta(Struct, frozen=True, kw_only=True):
    """A scan held against an earlier one; entries in the order in which they are shown."""

    baseline: Scan
    entries: tuple[DeltaEntry, ...]
    not_compared: tuple[NotComparedCheck, ...] = ()
    notes: tuple[str, ...] = ()


class TlsPort(Struct, frozen=True, kw_only=True):
    """A TLS port with its grade; `reasons` are sentences, the weightiest first."""

    host: str
    port: int
    letter: Letter
    versions: tuple[str, ...]
    reasons: tuple[str, ...]


class ReportModel(Struct, frozen=True, kw_only=True):
    """All a renderer gets. Items are ordered by severity, then confidence, then title."""

    report: Report
    title: str
    generated_at: int
    version: str
    scans: tuple[Scan, ...]
    scan_resources: tuple[dict[str, object], ...]
    items: tuple[ReportItem, ...]
    rest: tuple[Vulnerability, ...] = ()
    """Findings beyond what a report shows, the least severe, without evidence: they are counted and named."""
    coverage: tuple[CoverageRow, ...]
    check_titles: dict[str, str]
    check_impacts: dict[str, str] = {}
    """What an attacker gains, per check id: the `## Impact` of its documentation."""
    check_weaknesses: dict[str, tuple[str, ...]] = {}
    """The CWE numbers and OWASP categories of each check."""
    trends: tuple[Trend, ...] = ()
    """How its targets came where they are, in a report for those who decide."""
    delta: Delta | None = None
    """What changed, in a report about that."""
    tls: tuple[TlsPort, ...] = ()
    """The TLS ports that were assessed, the worst first."""


class RenderedReport(Struct, frozen=True, kw_only=True):
    """A finished file."""

    content: bytes
    media_type: str
    filename: str
