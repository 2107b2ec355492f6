"""What clients ask for, decoded but not yet judged: bodies of the API and flags of the CLI alike.

Fields typed `Any` are judged by `app.scan_request`, whose words they need; unknown keys are refused by the
decoder. UNSET means absent.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType


class CheckSelectionRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`options.checks`."""

    include: list[str] = []
    exclude: list[str] = []
    tags: list[str] = []


class OptionsRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`options` of POST /v1/scans."""

    depth: int = 3
    concurrent: int = 2
    timeout: int = 3600
    request_timeout: int = 10
    follow_redirects: bool = True
    ignore_ssl: bool = False
    ports: str | None = None
    udp: bool = True
    subdomain_words: bool = False
    syn: str = "auto"
    checks: CheckSelectionRequest | None = None
    templates: Any = UNSET


class PoliciesRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`policies` of POST /v1/scans."""

    exclude_paths: list[str] = []
    include_paths: list[str] = []
    max_requests_per_second: int | None = None
    respect_robots_txt: bool = False
    custom_headers: dict[str, str] = {}
    mode: str = "standard"
    fail_on: str = "high"


class AuthRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`auth` of POST /v1/scans."""

    type: str
    headers: dict[str, str] | None = None
    cookies: dict[str, str] | None = None
    username: str | None = None
    password: str | None = None
    token: str | None = None
    login_url: str | None = None
    fields: dict[str, str] | None = None
    success: str | None = None
    logout: str | None = None
    token_path: str | None = None


class ScanRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /v1/scans."""

    target: Any = UNSET
    targets: Any = UNSET
    scan_type: str = "vulnerability"
    options: OptionsRequest = OptionsRequest()
    policies: PoliciesRequest = PoliciesRequest()
    name: str | None = None
    tags: list[str] = []
    criticality: str = "medium"
    webhook_url: Any = UNSET
    auth: AuthRequest | UnsetType | None = UNSET
    identities: Any = UNSET
    inputs: Any = UNSET


class VulnerabilityPatch(Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of PATCH /v1/vulnerabilities/{id}: a merge patch (null clears)."""

    status: str | UnsetType = UNSET
    reason: str | UnsetType | None = UNSET
    comment: str | UnsetType | None = UNSET
    assignee: str | UnsetType | None = UNSET
    due_at: str | UnsetType | None = UNSET
    severity_override: str | UnsetType | None = UNSET
    accept_until: str | UnsetType | None = UNSET
    tags: list[str] | UnsetType = UNSET


class BulkFilterRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`filter` of POST /v1/vulnerabilities/bulk: as the list's, several values of one match any of them."""

    severity: list[str] = []
    status: list[str] = []
    detection: list[str] = []
    tier: list[str] = []
    scan_id: list[str] = []
    target: list[str] = []
    type: list[str] = []
    cwe: list[str] = []
    check_id: list[str] = []
    created_after: str | None = None
    created_before: str | None = None
    q: str | None = None


class BulkRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /v1/vulnerabilities/bulk: which (`ids` or `filter`), and the merge patch for each."""

    patch: VulnerabilityPatch
    ids: list[str] | UnsetType = UNSET
    filter: BulkFilterRequest | UnsetType = UNSET


class CommentRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /v1/vulnerabilities/{id}/comments."""

    text: str


class ReportFiltersRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`filters` of POST /v1/reports."""

    severity: list[str] = []
    status: list[str] = []
    tier: list[str] = []


class ReportRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /v1/reports."""

    scan_id: str | UnsetType = UNSET
    scan_ids: list[str] | UnsetType = UNSET
    type: str = "technical"
    format: str = "json"
    filters: ReportFiltersRequest = ReportFiltersRequest()
    title: str | None = None
    baseline_scan_id: str | None = None
    since: str | None = None
    redaction: str = "secrets"
    logo: str | None = None


class KeyRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /v1/api-keys. `scopes` absent: all; `expires_at` RFC 3339."""

    name: str
    plan: str = "standard"
    scopes: list[str] | None = None
    expires_at: str | None = None
