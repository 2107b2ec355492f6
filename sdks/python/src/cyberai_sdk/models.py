"""What the API sends and takes. Made from the OpenAPI document by tools.gen_sdk: do not edit.

Members that a newer server adds are ignored, and values that it adds to an enumeration are kept: see OpenEnum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from cyberai_sdk._open_enum import OpenEnum


class ActorType(OpenEnum):
    KEY = "key"
    SCAN = "scan"
    OPERATOR = "operator"
    SYSTEM = "system"


class AuthType(OpenEnum):
    HEADERS = "headers"
    BASIC = "basic"
    DIGEST = "digest"
    BEARER = "bearer"
    FORM = "form"
    JSON = "json"


class Criticality(OpenEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Detection(OpenEnum):
    NEW = "new"
    PRESENT = "present"
    NOT_OBSERVED = "not_observed"
    FIXED_CONFIRMED = "fixed_confirmed"
    REGRESSED = "regressed"
    INCONCLUSIVE = "inconclusive"


class LogEntryKind(OpenEnum):
    STATE = "state"
    PHASE = "phase"
    ADAPTATION = "adaptation"
    ERROR = "error"
    LOGIN = "login"
    TAKE_OVER = "take_over"


class Mode(OpenEnum):
    SAFE = "safe"
    STANDARD = "standard"
    INTRUSIVE = "intrusive"


class Phase(OpenEnum):
    INITIALIZING = "initializing"
    DISCOVERING = "discovering"
    CRAWLING = "crawling"
    TESTING = "testing"
    FINISHED = "finished"


class Plan(OpenEnum):
    STANDARD = "standard"
    ENTERPRISE = "enterprise"


class PlannedCheckScope(OpenEnum):
    INSERTION = "insertion"
    PAGE = "page"
    CONTENT = "content"
    STORED = "stored"
    ORIGIN = "origin"
    TLS = "tls"
    SERVICE = "service"
    PRODUCT = "product"
    DOMAIN = "domain"
    NAME = "name"


class PlannedHostPolicy(OpenEnum):
    ALLOWED = "allowed"
    REFUSED = "refused"
    JUDGED_WHEN_IT_CONNECTS = "judged_when_it_connects"


class Redaction(OpenEnum):
    NONE = "none"
    SECRETS = "secrets"
    FULL = "full"


class RefusalKind(OpenEnum):
    TARGET = "target"
    CHECK = "check"


class ReportFormat(OpenEnum):
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


class ReportStatus(OpenEnum):
    QUEUED = "queued"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"


class ReportType(OpenEnum):
    EXECUTIVE = "executive"
    TECHNICAL = "technical"
    COMPLIANCE = "compliance"
    DELTA = "delta"
    RAW = "raw"


class RequestEstimateBasis(OpenEnum):
    EARLIER_SCANS = "earlier_scans"
    MODEL = "model"


class ScanStatus(OpenEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    PAUSING = "pausing"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ScanStatusReason(OpenEnum):
    AUTH_FAILED = "auth_failed"
    AUTH_LOST = "auth_lost"
    TARGET_UNREACHABLE = "target_unreachable"
    DNS_FAILED = "dns_failed"
    BLOCKED_BY_WAF = "blocked_by_waf"
    BUDGET_EXHAUSTED = "budget_exhausted"
    TIMED_OUT = "timed_out"
    OUT_OF_SCOPE = "out_of_scope"
    TARGET_NOT_ALLOWED = "target_not_allowed"
    CANCELLED_BY_USER = "cancelled_by_user"
    WORKER_LOST = "worker_lost"
    INTERNAL = "internal"


class ScanType(OpenEnum):
    VULNERABILITY = "vulnerability"
    NETWORK = "network"
    WEB = "web"
    API = "api"
    CLOUD = "cloud"


class Scope(OpenEnum):
    SCANS_READ = "scans:read"
    SCANS_WRITE = "scans:write"
    VULNERABILITIES_READ = "vulnerabilities:read"
    VULNERABILITIES_WRITE = "vulnerabilities:write"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    KEYS_ADMIN = "keys:admin"


class Severity(OpenEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Tier(OpenEnum):
    CONFIRMED = "confirmed"
    STRONG = "strong"
    LEAD = "lead"


class VerdictResult(OpenEnum):
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    PASS = "pass"


class VulnerabilityStatus(OpenEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    FIXED = "fixed"
    ACCEPTED_RISK = "accepted_risk"
    FALSE_POSITIVE = "false_positive"


class ScanPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[Scan]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class Scan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A scan. Terminal keys are present only on terminal scans."""

    id: str
    status: ScanStatus
    target: str
    scan_type: ScanType
    created_at: datetime
    estimated_completion: datetime
    progress: Progress
    targets: Sequence[str]
    name: str | None
    tags: Sequence[str]
    criticality: Criticality
    effective_options: Mapping[str, Any]
    policies: Mapping[str, Any]
    auth: Auth | None
    phase: Phase
    status_reason: ScanStatusReason | None
    status_detail: str | None
    started_at: datetime | None
    updated_at: datetime
    resumed_count: int
    finished_at: datetime | None = None
    statistics: Statistics | None = None
    counts_by_severity: Mapping[str, int] | None = None
    risk_score: float | None = None
    verdict: Verdict | None = None
    paused_at: datetime | None = None
    retry_of: str | None = None
    changes: Changes | None = None


class Progress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`progress` of a scan."""

    current: int
    total: int
    status: str
    phase: str
    requests_sent: int
    checks_done: int
    checks_total: int
    endpoints_found: int
    eta_seconds: int | None


class Auth(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a scan logs in; what is secret about it is shown nowhere."""

    type: AuthType
    login_url: str | None


class Statistics(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Figures of a finished scan; `scan_duration` in seconds."""

    total_urls_scanned: int
    total_vulnerabilities: int
    scan_duration: float
    requests_made: int


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the scan's result is worth. `reasons` are sentences for people; coverage is 0-100."""

    result: VerdictResult
    reasons: Sequence[str] | None = None
    coverage_percent: float | None = None


class Changes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a scan. `omitted` counts the changes reported beyond the first MAX_CHANGES places."""

    places: Sequence[Change] | None = None
    omitted: int | None = None


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place that takes what is submitted: `method` and `url` (without query, ids replaced by `{id}`). `requests` counts what was sent there; `created` that an answer said so (201), `shown_at` are pages on which a value that was submitted there stood later."""

    method: str
    url: str
    requests: int | None = None
    created: bool | None = None
    shown_at: Sequence[str] | None = None


class Purge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was erased: `vulnerabilities` only this scan saw, `vulnerabilities_kept` that others saw as well (their evidence from this scan is gone), `events` whose bodies were emptied, `reports` that covered the scan."""

    id: str
    purged: bool | None = None
    vulnerabilities: int | None = None
    vulnerabilities_kept: int | None = None
    events: int | None = None
    reports: int | None = None


class CoveragePage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[Coverage]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class Coverage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one check did on one host. `tested` of `applicable` pairs ran to their end; `skipped` and `errored` are counted by reason, and those in `not_counted` leave the denominator of the coverage."""

    host: str
    check_id: str
    clean: int
    found: int
    skipped: Mapping[str, int]
    errored: Mapping[str, int]
    tested: int
    applicable: int
    not_counted: int


class LogEntryPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[LogEntry]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class LogEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of `GET /v1/scans/{id}/log`."""

    at: datetime
    kind: LogEntryKind
    text: str
    detail: str | None
    times: int
    last_at: datetime


class Diff(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of what differs, worst first within each change; `counts` are of the whole. What only one of the scans tested stands in `not_compared` (the first hundred of `not_compared_total`), and `notes` are sentences on what else makes the scans differ."""

    scan_id: str
    against: str
    counts: Mapping[str, int]
    data: Sequence[Difference]
    has_more: bool
    next_cursor: str | None
    not_compared: Sequence[NotCompared]
    not_compared_total: int
    notes: Sequence[str]


class Difference(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A vulnerability and what became of it from one scan to the other. `severity_before` is null where the older scan did not see it, `severity_after` where the newer one did not. `moved_from`: where it was."""

    change: str
    id: str
    title: str
    severity: str
    severity_before: str | None
    severity_after: str | None
    tier: str
    status: str
    detection: str
    check_id: str
    affected_component: str
    location: Location
    fingerprint: str
    untested_before: bool
    moved_from: MovedFrom | None = None


class Location(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where it is. `parameter` is `kind:name` (`query:id`); `service` the protocol."""

    url: str | None = None
    method: str | None = None
    parameter: str | None = None
    port: int | None = None
    service: str | None = None


class MovedFrom(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The vulnerability at its old place."""

    id: str
    affected_component: str
    location: Location


class NotCompared(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A check on a host that only one of the scans ran: `only_in` is `scan` or `against`."""

    host: str
    check_id: str
    only_in: str


class VulnerabilityPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[Vulnerability]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class Vulnerability(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A vulnerability; `evidence` only where one vulnerability is shown by itself."""

    id: str
    scan_id: str
    first_scan_id: str
    type: str
    severity: Severity
    title: str
    description: str
    affected_component: str
    remediation: str
    cvss_score: float
    cvss_vector: str
    cvss_version: str | None
    cwe: Sequence[str]
    cve: Sequence[str]
    owasp: Sequence[str]
    status: VulnerabilityStatus
    detection: Detection
    confidence: int
    tier: Tier
    location: Location
    references: Sequence[str]
    check_id: str
    fingerprint: str
    target: str
    first_seen: datetime
    last_seen: datetime
    created_at: datetime
    updated_at: datetime
    occurrences: int
    tags: Sequence[str]
    assignee: str | None
    due_at: datetime | None
    notes: str | None
    status_reason: str | None
    accept_until: datetime | None
    original_severity: str
    criticality: Criticality
    exposure: str | None
    epss: Epss | None
    kev: Kev | None
    risk_score: float
    risk_terms: RiskTerms
    acceptance_ends_soon: bool
    comments: int
    evidence: Sequence[Evidence] | None = None


class Epss(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What EPSS says of the CVE: `score` and `percentile` from 0 to 1, on that day (`YYYY-MM-DD`)."""

    cve: str
    score: float
    percentile: float
    date: str


class Kev(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the KEV catalogue says: whether one of the CVEs is listed, and then which, since when and by when to act."""

    listed: bool
    cve: str | None
    added: str | None
    due: str | None
    ransomware: bool


class RiskTerms(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the risk of one vulnerability is the product of; None: not known, and left out."""

    severity: float
    proof: float
    status: float
    criticality: float
    exposure: float | None = None
    epss: float | None = None
    """Factor for the likelihood of exploitation; null: not known."""
    kev: float | None = None
    """Factor for being known to be exploited; null: not known."""


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of evidence. `kind` is http, service or tls; keys that do not apply are null."""

    kind: str
    match: str
    note: str
    reproduce: str
    exchange: Exchange | None = None
    control: Exchange | None = None
    host: str | None = None
    port: int | None = None
    sent: str | None = None
    received: str | None = None
    facts: Mapping[str, str] | None = None


class Exchange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request, its response and how long it took."""

    method: str
    url: str
    status: int
    elapsed_ms: int
    request: HttpMessage
    response: HttpMessage


class HttpMessage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request or response for people: first line, headers in order, the start of the body."""

    start_line: str
    headers: Sequence[tuple[str, str]]
    body: str
    body_bytes: int


class HistoryEntryPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[HistoryEntry]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class HistoryEntry(Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """An entry of `GET /v1/vulnerabilities/{id}/history`: one field that changed."""

    id: str
    at: datetime
    actor: Actor
    field: str
    from_: Any
    """What it was: a text, a time, a list, or null."""
    to: Any
    """What it became."""
    reason: str | None


class Actor(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who did it: `key` (with its id), `scan` (with its id), `operator` (at the machine) or `system`."""

    type: ActorType
    id: str | None


class OccurrencePage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[Occurrence]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class Occurrence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place at which a vulnerability is; `scan_id` saw it there last."""

    url: str | None
    method: str | None
    parameter: str | None
    port: int | None
    service: str | None
    first_seen: datetime
    last_seen: datetime
    first_scan_id: str
    scan_id: str


class CommentPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[Comment]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class Comment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that somebody wrote about a vulnerability."""

    id: str
    text: str
    author: Actor
    created_at: datetime


class Facets(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many vulnerabilities match, the risk of these together (null where not all were counted), and how many of them have which value. With `target` it is the target's risk as it is now."""

    total: int
    total_is_capped: bool
    risk_score: float | None
    severity: Facet
    status: Facet
    detection: Facet
    tier: Facet
    type: Facet
    check_id: Facet
    target: Facet


class Facet(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The values of one dimension. `is_capped`: not everything was counted, each count is at least so many; `has_more`: only the most frequent values are given."""

    values: Sequence[FacetValue]
    is_capped: bool
    has_more: bool


class FacetValue(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value and how many vulnerabilities have it."""

    value: str
    count: int


class Bulk(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many were to be changed, what became of them in numbers, and each of them in the order asked for (of a filter: newest first)."""

    matched: int
    updated: int
    unchanged: int
    failed: int
    results: Sequence[BulkItem]


class BulkItem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one vulnerability: `updated`, `unchanged` (it is so already) or `failed`. `status` is its status now; null where it is not known."""

    id: str
    result: str
    status: str | None
    error: BulkError | None


class BulkError(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an item was not changed: code, message and details as a PATCH of it would answer."""

    code: str
    message: str
    details: Mapping[str, Any]


class Retest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The latest retest of a vulnerability. `result` is fixed_confirmed, present or inconclusive once `status` is completed; `why` says what tells so, or what stood in the way."""

    vulnerability_id: str
    status: str
    result: str | None
    why: str
    match: str
    steps: Sequence[RetestStep]
    created_at: str
    completed_at: str | None


class RetestStep(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request (`attack` or `control`) with what answered it when the flaw was found and what answers now; `now` is null where it was not sent or not answered. `*_shows`: whether the answer holds what proves the flaw."""

    step: str
    before: Exchange
    now: Exchange | None
    before_shows: bool
    now_shows: bool


class Proof(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The evidence of the best sighting; empty where it is no longer kept."""

    vulnerability_id: str
    scan_id: str
    tier: str
    confidence: int
    evidence: Sequence[ProofPiece]


class ProofPiece(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of evidence; `curl` is the command that shows it again (of other protocols their own), `raw` is null where it is no HTTP."""

    evidence: Evidence
    curl: str
    raw: Raw | None


class Raw(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The messages as text, header lines first, secrets taken out, bodies as far as they were kept. `before` are the requests that come first: those that lead to the form, and the one that stored what the exchange shows."""

    before: Sequence[str]
    request: str
    response: str
    control_request: str | None
    control_response: str | None


class Explanation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a vulnerability has its tier, confidence and risk. `confidence` is the sum of `terms`, at most 99; `oracle`, `technique` and `tier_reason` are null and `terms` empty where it was stored before this was kept. `match` is what proves it in the answer; `false_if` says what would make it false; `counts_in_risk` whether it counts in scores."""

    vulnerability_id: str
    check_id: str
    tier: str
    confidence: int
    counts_in_risk: bool
    oracle: str | None
    technique: str | None
    tier_reason: str | None
    terms: Sequence[Term]
    match: str
    notes: Sequence[str]
    controls: Sequence[Control]
    false_if: Sequence[str]
    risk: Risk


class Term(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One term of the confidence: what it is for, and its points."""

    reason: str
    points: int


class Control(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A harmless request that was compared, and what answered it."""

    request: str
    status: int
    start_of_answer: HttpMessage


class Risk(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The risk score and every term of it; a factor of null is not known and left out of the product."""

    score: float
    formula: str
    terms: Sequence[RiskReason]


class RiskReason(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One term of a risk: its factor (null: not known, and left out) and where it comes from."""

    name: str
    factor: float | None
    reason: str


class AssetPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[Asset]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class Asset(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An asset. `parent_id` is the asset it belongs to: a port's host, a service's port."""

    id: str
    kind: str
    state: str
    host: str | None
    port: int | None
    transport: str | None
    parent_id: str | None
    service: Service | None
    certificate: Certificate | None
    certificate_ids: Sequence[str]
    tls_assessment: TlsAssessment | None
    first_seen: str
    last_seen: str
    first_scan_id: str
    scan_id: str


class Service(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a service says of itself; null where it says nothing."""

    protocol: str | None
    product: str | None
    version: str | None
    cpe: str | None
    os: str | None
    confidence: int
    banner: str | None
    tls: bool


class Certificate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A certificate."""

    sha256: str
    key_sha256: str
    subject: str
    issuer: str
    serial: str
    names: Sequence[str]
    not_before: str
    not_after: str
    key: str
    signature: str
    self_signed: bool
    trusted: bool


class TlsAssessment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """TLS as a scan measured it last. `dh_bits` is the weakest Diffie-Hellman group, `stapled` whether the authority's answer was sent along; null where there is none or it could not be told."""

    grade: str
    reasons: Sequence[GradeReason]
    versions: Sequence[OfferedVersion]
    groups: Sequence[str]
    post_quantum: bool
    dh_bits: int | None
    alpn: Sequence[str]
    stapled: bool | None
    unclear: Sequence[str]


class GradeReason(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reason for a grade: a sentence, and the best grade that it leaves (`A+`: it is only said)."""

    text: str
    limit: str


class OfferedVersion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A version of TLS and its suites by name; `server_order` null where it could not be told whether the server prefers them in this order."""

    version: str
    suites: Sequence[str]
    server_order: bool | None


class AssetChangePage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[AssetChange]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class AssetChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a scan found different."""

    id: str
    asset_id: str
    kind: str
    asset: str
    change: str
    at: str
    scan_id: str
    fields: Sequence[FieldChange]


class FieldChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A property that differs; null where there was none or is none any more."""

    field: str
    before: str | None
    after: str | None


class ExpiringCertificatePage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[ExpiringCertificate]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class ExpiringCertificate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A certificate and the first services that present it."""

    asset: Asset
    services: Sequence[ServedAt]
    more_services: bool


class ServedAt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A service that presents a certificate."""

    asset_id: str
    host: str
    port: int
    transport: str
    state: str


class ReportPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[Report]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class Report(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A report; its file is at `download_url` once completed."""

    id: str
    status: ReportStatus
    type: ReportType
    format: ReportFormat
    scan_ids: Sequence[str]
    filters: Mapping[str, Any]
    title: str | None
    baseline_scan_id: str | None
    since: str | None
    redaction: str
    logo: str | None
    created_at: datetime
    completed_at: datetime | None
    size: int | None
    download_url: str | None
    error: str | None


class ApiKeyPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of a list. A search may end a page early: `has_more` says whether there is more, not its length. `total` is how many match (asked for with `include=total`), at least so many where `total_is_capped`."""

    data: Sequence[ApiKey]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    total_is_capped: bool | None = None


class ApiKey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An API key; `key` only in the answer that creates it."""

    id: str
    name: str
    workspace: str
    plan: Plan
    scopes: Sequence[Scope]
    hint: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    key: str | None = None


class Me(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The key that asks, and how much it may."""

    key: ApiKey
    workspace: str
    plan: Plan
    scopes: Sequence[Scope]
    requests_per_minute: int
    expires_at: datetime | None


class Usage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the workspace used: newest day first. `store_bytes` is the whole store, all workspaces together."""

    requests: Sequence[DayUsage]
    requests_total: int
    scans: Mapping[str, int]
    scans_total: int
    vulnerabilities: Mapping[str, int]
    vulnerabilities_total: int
    store_bytes: int


class DayUsage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Requests of one day (UTC)."""

    date: str
    requests: int
    keys: Sequence[KeyUsage]


class KeyUsage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Requests of one key on one day."""

    key_id: str
    requests: int


class Ticket(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ticket: open `url` on this server before `expires_at`, once."""

    ticket: str
    expires_at: datetime
    expires_in: int
    url: str


class EventPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of events, oldest first. Where `after_seq` is older than what is kept, `resync` is true: read the state again, then go on from `head_seq`."""

    data: Sequence[Event]
    has_more: bool
    next_cursor: str | None
    head_seq: int
    resync: bool


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message on the WebSocket."""

    id: str
    type: str
    timestamp: datetime
    seq: int
    data: Mapping[str, Any]


class Health(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The process lives."""

    status: str


class Ready(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Scans can be taken, by so many at a time."""

    status: str
    worker_slots: int


class Version(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What answers."""

    name: str
    version: str
    api: str


class ScanPlan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to `POST /v1/scans?dry_run=true`."""

    dry_run: bool
    target: str
    targets: Sequence[str]
    scan_type: str
    would_start: bool
    effective_options: Mapping[str, Any]
    policies: Mapping[str, Any]
    hosts: Sequence[PlannedHost]
    hosts_total: int
    stages: Sequence[StagePlan]
    checks: Sequence[PlannedCheck]
    forbidden: Sequence[Refusal]
    scope: Sequence[str]
    estimate: RequestEstimate


class PlannedHost(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A host of the plan. `policy` is allowed, refused, or judged_when_it_connects (a name, whose addresses are not known before)."""

    host: str
    policy: PlannedHostPolicy
    stages: Sequence[str]


class StagePlan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stage: units known before the scan starts, and what it will roughly send. Port probes are no requests."""

    stage: str
    known_units: int
    requests: int
    port_probes: int | None = None


class PlannedCheck(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A check that would run; `max_requests` on each asset of its scope."""

    id: str
    title: str
    scope: PlannedCheckScope
    max_requests: int


class Refusal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What would not be done, and why: a target the operator's policy refuses, a check the mode or type excludes."""

    kind: RefusalKind
    name: str
    reason: str


class RequestEstimate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Requests and seconds to expect, and the requests if every check used up its budget. `basis` earlier_scans: the median of this target's last completed scans; model: from the number of hosts, ports and checks, with the assumptions given."""

    requests: int
    at_most: int
    seconds: int
    basis: RequestEstimateBasis
    assumptions: Sequence[str]


class ScanRequest(Struct, frozen=True, kw_only=True):
    """The body of POST /v1/scans."""

    target: str | UnsetType = UNSET
    """A domain, IP address, CIDR (at most 65,536 addresses), URL or host:port."""
    targets: Sequence[str] | UnsetType = UNSET
    """Several targets, instead of `target`."""
    scan_type: str | UnsetType = UNSET
    options: ScanOptions | UnsetType = UNSET
    policies: ScanPolicies | UnsetType = UNSET
    name: str | UnsetType | None = UNSET
    tags: Sequence[str] | UnsetType = UNSET
    criticality: str | UnsetType = UNSET
    auth: ScanAuth | UnsetType | None = UNSET


class ScanOptions(Struct, frozen=True, kw_only=True):
    """`options` of POST /v1/scans."""

    depth: int | UnsetType = UNSET
    concurrent: int | UnsetType = UNSET
    timeout: int | UnsetType = UNSET
    """Seconds for the whole scan."""
    request_timeout: int | UnsetType = UNSET
    """Seconds for one request."""
    follow_redirects: bool | UnsetType = UNSET
    ignore_ssl: bool | UnsetType = UNSET
    ports: str | UnsetType | None = UNSET
    udp: bool | UnsetType = UNSET
    subdomain_words: bool | UnsetType = UNSET
    syn: str | UnsetType = UNSET
    checks: CheckSelectionRequest | UnsetType | None = UNSET


class CheckSelectionRequest(Struct, frozen=True, kw_only=True):
    """`options.checks`."""

    include: Sequence[str] | UnsetType = UNSET
    exclude: Sequence[str] | UnsetType = UNSET
    tags: Sequence[str] | UnsetType = UNSET


class ScanPolicies(Struct, frozen=True, kw_only=True):
    """`policies` of POST /v1/scans."""

    exclude_paths: Sequence[str] | UnsetType = UNSET
    include_paths: Sequence[str] | UnsetType = UNSET
    max_requests_per_second: int | UnsetType | None = UNSET
    respect_robots_txt: bool | UnsetType = UNSET
    custom_headers: Mapping[str, str] | UnsetType = UNSET
    mode: str | UnsetType = UNSET
    fail_on: str | UnsetType = UNSET


class ScanAuth(Struct, frozen=True, kw_only=True):
    """`auth` of POST /v1/scans."""

    type: str
    headers: Mapping[str, str] | UnsetType | None = UNSET
    cookies: Mapping[str, str] | UnsetType | None = UNSET
    username: str | UnsetType | None = UNSET
    password: str | UnsetType | None = UNSET
    token: str | UnsetType | None = UNSET
    login_url: str | UnsetType | None = UNSET
    fields: Mapping[str, str] | UnsetType | None = UNSET
    success: str | UnsetType | None = UNSET
    logout: str | UnsetType | None = UNSET
    token_path: str | UnsetType | None = UNSET


class VulnerabilityPatch(Struct, frozen=True, kw_only=True):
    """The body of PATCH /v1/vulnerabilities/{id}: a merge patch (null clears)."""

    status: str | UnsetType = UNSET
    reason: str | UnsetType | None = UNSET
    comment: str | UnsetType | None = UNSET
    assignee: str | UnsetType | None = UNSET
    due_at: datetime | UnsetType | None = UNSET
    severity_override: str | UnsetType | None = UNSET
    accept_until: datetime | UnsetType | None = UNSET
    tags: Sequence[str] | UnsetType = UNSET


class CommentRequest(Struct, frozen=True, kw_only=True):
    """The body of POST /v1/vulnerabilities/{id}/comments."""

    text: str


class BulkRequest(Struct, frozen=True, kw_only=True):
    """The body of POST /v1/vulnerabilities/bulk: which (`ids` or `filter`), and the merge patch for each."""

    patch: VulnerabilityPatch
    ids: Sequence[str] | UnsetType = UNSET
    filter: BulkFilter | UnsetType = UNSET


class BulkFilter(Struct, frozen=True, kw_only=True):
    """`filter` of POST /v1/vulnerabilities/bulk: as the list's, several values of one match any of them."""

    severity: Sequence[str] | UnsetType = UNSET
    status: Sequence[str] | UnsetType = UNSET
    detection: Sequence[str] | UnsetType = UNSET
    tier: Sequence[str] | UnsetType = UNSET
    scan_id: Sequence[str] | UnsetType = UNSET
    target: Sequence[str] | UnsetType = UNSET
    type: Sequence[str] | UnsetType = UNSET
    cwe: Sequence[str] | UnsetType = UNSET
    check_id: Sequence[str] | UnsetType = UNSET
    created_after: str | UnsetType | None = UNSET
    created_before: str | UnsetType | None = UNSET
    q: str | UnsetType | None = UNSET


class ReportRequest(Struct, frozen=True, kw_only=True):
    """The body of POST /v1/reports."""

    scan_id: str | UnsetType = UNSET
    scan_ids: Sequence[str] | UnsetType = UNSET
    type: str | UnsetType = UNSET
    format: str | UnsetType = UNSET
    filters: ReportFilters | UnsetType = UNSET
    title: str | UnsetType | None = UNSET
    baseline_scan_id: str | UnsetType | None = UNSET
    since: datetime | UnsetType | None = UNSET
    redaction: str | UnsetType = UNSET
    logo: str | UnsetType | None = UNSET


class ReportFilters(Struct, frozen=True, kw_only=True):
    """`filters` of POST /v1/reports."""

    severity: Sequence[str] | UnsetType = UNSET
    status: Sequence[str] | UnsetType = UNSET
    tier: Sequence[str] | UnsetType = UNSET


class KeyRequest(Struct, frozen=True, kw_only=True):
    """The body of POST /v1/api-keys. `scopes` absent: all; `expires_at` RFC 3339."""

    name: str
    plan: str | UnsetType = UNSET
    scopes: Sequence[str] | UnsetType | None = UNSET
    expires_at: datetime | UnsetType | None = UNSET
