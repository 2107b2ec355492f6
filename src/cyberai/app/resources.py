"""The resources as the API shows them: built from domain values, encoded by msgspec, byte-stable.

Key order is the customer's page first, additive keys after.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from cyberai.app.default_rate import default_rate
from cyberai.app.evidence_view import EvidenceResource
from cyberai.app.memo import Memo
from cyberai.app.times import rfc3339
from cyberai.domain.api_key import ApiKey
from cyberai.domain.change import Changes
from cyberai.domain.cvss import cvss_version
from cyberai.domain.report import Report
from cyberai.domain.risk import RiskTerms, terms_of
from cyberai.domain.scan import Progress, Scan, ScanSpec, Statistics, Verdict
from cyberai.domain.threat import Epss, Threat
from cyberai.domain.vulnerability import Location, Vulnerability


class ProgressResource(Struct, kw_only=True):
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


class AuthResource(Struct, kw_only=True):
    """How a scan logs in; what is secret about it is shown nowhere."""

    type: str
    login_url: str | None


class ScanResource(Struct, kw_only=True):
    """A scan. Terminal keys are present only on terminal scans."""

    id: str
    status: str
    target: str
    scan_type: str
    created_at: str
    estimated_completion: str
    progress: ProgressResource
    targets: tuple[str, ...]
    name: str | None
    tags: tuple[str, ...]
    criticality: str
    effective_options: dict[str, Any]
    policies: dict[str, Any]
    auth: AuthResource | None
    phase: str
    status_reason: str | None
    status_detail: str | None
    started_at: str | None
    updated_at: str
    resumed_count: int
    finished_at: str | UnsetType | None = UNSET
    statistics: Statistics | UnsetType = UNSET
    counts_by_severity: dict[str, int] | UnsetType = UNSET
    risk_score: float | UnsetType | None = UNSET
    verdict: Verdict | UnsetType = UNSET
    paused_at: str | UnsetType = UNSET
    retry_of: str | UnsetType = UNSET
    changes: Changes | UnsetType = UNSET


class KevResource(Struct, kw_only=True):
    """What the KEV catalogue says: whether one of the CVEs is listed, and then which, since when and by when to act."""

    listed: bool
    cve: str | None
    added: str | None
    due: str | None
    ransomware: bool


class VulnerabilityResource(Struct, kw_only=True):
    """A vulnerability; `evidence` only where one vulnerability is shown by itself."""

    id: str
    scan_id: str
    first_scan_id: str
    type: str
    severity: str
    title: str
    description: str
    affected_component: str
    remediation: str
    cvss_score: float
    cvss_vector: str
    cvss_version: str | None
    cwe: tuple[str, ...]
    cve: tuple[str, ...]
    owasp: tuple[str, ...]
    status: str
    detection: str
    confidence: int
    tier: str
    location: Location
    references: tuple[str, ...]
    check_id: str
    fingerprint: str
    target: str
    first_seen: str
    last_seen: str
    created_at: str
    updated_at: str
    occurrences: int
    tags: tuple[str, ...]
    assignee: str | None
    due_at: str | None
    notes: str | None
    status_reason: str | None
    accept_until: str | None
    original_severity: str
    criticality: str
    exposure: str | None
    epss: Epss | None
    kev: KevResource | None
    risk_score: float
    risk_terms: RiskTerms
    acceptance_ends_soon: bool
    comments: int
    evidence: tuple[EvidenceResource, ...] | UnsetType = UNSET


class ReportResource(Struct, kw_only=True):
    """A report; its file is at `download_url` once completed."""

    id: str
    status: str
    type: str
    format: str
    scan_ids: tuple[str, ...]
    filters: dict[str, Any]
    title: str | None
    baseline_scan_id: str | None
    since: str | None
    redaction: str
    logo: str | None
    created_at: str
    completed_at: str | None
    size: int | None
    download_url: str | None
    error: str | None


class KeyResource(Struct, kw_only=True):
    """An API key; `key` only in the answer that creates it."""

    id: str
    name: str
    workspace: str
    plan: str
    scopes: tuple[str, ...]
    hint: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None
    key: str | UnsetType = UNSET


def _when(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)


def progress_resource(progress: Progress) -> ProgressResource:
    """The API's `progress`."""
    return ProgressResource(
        current=progress.current,
        total=progress.total,
        status=progress.status,
        phase=progress.phase.value,
        requests_sent=progress.requests_sent,
        checks_done=progress.checks_done,
        checks_total=progress.checks_total,
        endpoints_found=progress.endpoints_found,
        eta_seconds=progress.eta_seconds,
    )


def effective_options(spec: ScanSpec) -> dict[str, Any]:
    """`options` with every default filled in."""
    options = spec.options
    return {
        "depth": options.depth,
        "concurrent": options.concurrent,
        "timeout": options.timeout,
        "request_timeout": options.request_timeout,
        "follow_redirects": options.follow_redirects,
        "ignore_ssl": options.ignore_ssl,
        "ports": options.ports,
        "udp": options.udp,
        "subdomain_words": options.subdomain_words,
        "syn": options.syn.value,
        "checks": {
            "include": list(options.checks.include),
            "exclude": list(options.checks.exclude),
            "tags": list(options.checks.tags),
        },
    }


def effective_policies(spec: ScanSpec) -> dict[str, Any]:
    """`policies` with every default filled in, the rate where it can be known; header values are shown as `***`."""
    policies = spec.policies
    return {
        "exclude_paths": list(policies.exclude_paths),
        "include_paths": list(policies.include_paths),
        "max_requests_per_second": policies.max_requests_per_second or default_rate(spec.targets),
        "respect_robots_txt": policies.respect_robots_txt,
        "custom_headers": {name: "***" for name, _ in policies.custom_headers},
        "mode": policies.mode.value,
        "fail_on": policies.fail_on.value,
    }


def _auth_resource(spec: ScanSpec) -> AuthResource | None:
    if spec.auth is None:
        return None
    return AuthResource(type=spec.auth.type.value, login_url=spec.auth.login_url or None)


def scan_resource(scan: Scan) -> ScanResource:
    """The API's scan."""
    resource = ScanResource(
        id=scan.id,
        status=scan.status.value,
        target=scan.target,
        scan_type=scan.spec.scan_type.value,
        created_at=rfc3339(scan.created_at),
        estimated_completion=rfc3339(scan.estimated_completion),
        progress=progress_resource(scan.progress),
        targets=scan.spec.targets,
        name=scan.spec.name,
        tags=scan.spec.tags,
        criticality=scan.spec.criticality.value,
        effective_options=effective_options(scan.spec),
        policies=effective_policies(scan.spec),
        auth=_auth_resource(scan.spec),
        phase=scan.progress.phase.value,
        status_reason=scan.status_reason.value if scan.status_reason else None,
        status_detail=scan.status_detail or None,
        started_at=_when(scan.started_at),
        updated_at=rfc3339(scan.updated_at),
        resumed_count=scan.resumed_count,
    )
    if scan.paused_at is not None:
        resource.paused_at = rfc3339(scan.paused_at)
    if scan.retry_of is not None:
        resource.retry_of = scan.retry_of
    if scan.changes.places:
        resource.changes = scan.changes
    if scan.status.terminal:
        resource.finished_at = _when(scan.finished_at)
        resource.statistics = scan.statistics if scan.statistics is not None else UNSET
        resource.counts_by_severity = scan.counts_by_severity or {}
        resource.risk_score = scan.risk_score
        resource.verdict = scan.verdict if scan.verdict is not None else UNSET
    return resource


def _kev_resource(threat: Threat | None) -> KevResource | None:
    if threat is None or not threat.kev_known:
        return None
    entry = threat.kev
    return KevResource(
        listed=entry is not None,
        cve=entry.cve if entry else None,
        added=entry.added if entry else None,
        due=entry.due if entry else None,
        ransomware=entry is not None and entry.ransomware,
    )


def vulnerability_resource(
    row: Vulnerability, evidence: tuple[EvidenceResource, ...] | UnsetType = UNSET
) -> VulnerabilityResource:
    """The API's vulnerability."""
    terms = terms_of(row)
    return VulnerabilityResource(
        id=row.id,
        scan_id=row.scan_id,
        first_scan_id=row.first_scan_id,
        type=row.type,
        severity=row.effective_severity.value,
        title=row.title,
        description=row.description,
        affected_component=row.affected_component,
        remediation=row.remediation,
        cvss_score=row.cvss_score,
        cvss_vector=row.cvss_vector,
        cvss_version=cvss_version(row.cvss_vector),
        cwe=row.cwe,
        cve=row.cve,
        owasp=row.owasp,
        status=row.status.value,
        detection=row.detection.value,
        confidence=row.confidence,
        tier=row.tier.value,
        location=row.location,
        references=row.references,
        check_id=row.check_id,
        fingerprint=row.fingerprint,
        target=row.target,
        first_seen=rfc3339(row.first_seen),
        last_seen=rfc3339(row.last_seen),
        created_at=rfc3339(row.created_at),
        updated_at=rfc3339(row.updated_at),
        occurrences=row.occurrences,
        tags=row.tags,
        assignee=row.assignee,
        due_at=_when(row.due_at),
        notes=row.notes,
        status_reason=row.status_reason,
        accept_until=_when(row.accept_until),
        original_severity=row.severity.value,
        criticality=row.criticality.value,
        exposure=row.exposure.value if row.exposure else None,
        epss=row.threat.epss if row.threat else None,
        kev=_kev_resource(row.threat),
        risk_score=terms.score,
        risk_terms=terms,
        acceptance_ends_soon=row.acceptance_announced is not None
        and row.acceptance_announced == row.accept_until,
        comments=row.comments,
        evidence=evidence,
    )


def report_resource(report: Report) -> ReportResource:
    """The API's report."""
    done = report.completed_at is not None and report.error is None
    return ReportResource(
        id=report.id,
        status=report.status.value,
        type=report.type.value,
        format=report.format.value,
        scan_ids=report.scan_ids,
        filters={
            "severity": list(report.filters.severity),
            "status": list(report.filters.status),
            "tier": list(report.filters.tier),
        },
        title=report.title,
        baseline_scan_id=report.baseline_scan_id,
        since=_when(report.since),
        redaction=report.redaction.value,
        logo=report.logo.media_type if report.logo else None,
        created_at=rfc3339(report.created_at),
        completed_at=_when(report.completed_at),
        size=report.size,
        download_url=f"/v1/reports/{report.id}/download" if done else None,
        error=report.error,
    )


def key_resource(key: ApiKey, secret: str | UnsetType = UNSET) -> KeyResource:
    """The API's key; `secret` only right after it was made."""
    return KeyResource(
        id=key.id,
        name=key.name,
        workspace=key.workspace,
        plan=key.plan.value,
        scopes=tuple(scope.value for scope in key.scopes),
        hint=key.hint,
        created_at=rfc3339(key.created_at),
        expires_at=_when(key.expires_at),
        last_used_at=_when(key.last_used_at),
        revoked_at=_when(key.revoked_at),
        key=secret,
    )


shown_scan: Memo[Scan, ScanResource] = Memo(scan_resource)
"""`scan_resource` for reading only: the same scan gives the same object."""

listed_vulnerability: Memo[Vulnerability, VulnerabilityResource] = Memo(vulnerability_resource)
"""`vulnerability_resource` without evidence, for reading only."""
