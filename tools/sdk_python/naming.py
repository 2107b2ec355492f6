"""What the Python SDK calls things: the one table to extend when the API gains an operation."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Method:
    """One method of a group of the client. `query` is sent always and is no argument of the method."""

    operation: str
    group: str
    name: str
    query: dict[str, object] = field(default_factory=dict)
    status: str = ""
    """Which success answer it returns, where there are several."""
    without: tuple[str, ...] = ()
    """Parameters that are left to another method."""


METHODS = (
    Method("listScans", "scans", "list"),
    Method("createScan", "scans", "create", status="201", without=("dry_run",)),
    Method("createScan", "scans", "plan", query={"dry_run": True}, status="200", without=("dry_run",)),
    Method("getScan", "scans", "get"),
    Method("cancelScan", "scans", "cancel"),
    Method("pauseScan", "scans", "pause"),
    Method("resumeScan", "scans", "resume"),
    Method("retryScan", "scans", "retry"),
    Method("purgeScan", "scans", "purge"),
    Method("getScanCoverage", "scans", "coverage"),
    Method("getScanLog", "scans", "log"),
    Method("getScanDiff", "scans", "diff"),
    Method("listScanVulnerabilities", "scans", "vulnerabilities"),
    Method("listScanEvents", "scans", "events"),
    Method("listScanAssets", "scans", "assets"),
    Method("listVulnerabilities", "vulnerabilities", "list"),
    Method("getVulnerability", "vulnerabilities", "get"),
    Method("updateVulnerability", "vulnerabilities", "update"),
    Method("getVulnerabilityHistory", "vulnerabilities", "history"),
    Method("listOccurrences", "vulnerabilities", "occurrences"),
    Method("listComments", "vulnerabilities", "comments"),
    Method("addComment", "vulnerabilities", "add_comment"),
    Method("getVulnerabilityFacets", "vulnerabilities", "facets"),
    Method("updateVulnerabilities", "vulnerabilities", "update_many"),
    Method("retestVulnerability", "vulnerabilities", "retest"),
    Method("getRetest", "vulnerabilities", "get_retest"),
    Method("getEvidence", "vulnerabilities", "evidence"),
    Method("explainVulnerability", "vulnerabilities", "explain"),
    Method("listAssets", "assets", "list"),
    Method("getAsset", "assets", "get"),
    Method("listExpiringCertificates", "assets", "expiring"),
    Method("listAssetChanges", "assets", "changes"),
    Method("listReports", "reports", "list"),
    Method("createReport", "reports", "create"),
    Method("getReport", "reports", "get"),
    Method("listApiKeys", "api_keys", "list"),
    Method("createApiKey", "api_keys", "create"),
    Method("revokeApiKey", "api_keys", "revoke"),
    Method("rotateApiKey", "api_keys", "rotate"),
    Method("getMe", "account", "me"),
    Method("getUsage", "account", "usage"),
    Method("listEvents", "events", "list"),
    Method("createTicket", "events", "create_ticket"),
    Method("getErrorPage", "system", "error_page"),
    Method("getMetrics", "system", "metrics"),
    Method("getHealth", "system", "health"),
    Method("getReady", "system", "ready"),
    Method("getVersion", "system", "version"),
    Method("getOpenApi", "system", "openapi"),
    Method("getAsyncApi", "system", "asyncapi"),
)

BY_HAND = {
    "downloadReport": "reports.download",
    "streamEvents": "events.stream",
    "connectWebSocket": "events.stream",
}
"""Operations whose method is written by hand, as `group.method`: streams. The WebSocket carries the very frames of
the event stream, which needs no further package."""

GROUPS = {
    "scans": "Scans",
    "vulnerabilities": "Vulnerabilities",
    "assets": "Assets",
    "reports": "Reports",
    "api_keys": "ApiKeys",
    "account": "Account",
    "events": "Events",
    "system": "System",
}
"""Attribute of the client -> its class."""

MODELS = {
    "KeyResource": "ApiKey",
    "Frame": "Event",
    "LogResource": "LogEntry",
    "ChangeResource": "HistoryEntry",
    "OptionsRequest": "ScanOptions",
    "PoliciesRequest": "ScanPolicies",
    "AuthRequest": "ScanAuth",
    "BulkFilterRequest": "BulkFilter",
    "ReportFiltersRequest": "ReportFilters",
}
"""Schemas whose name in the SDK is not the schema's without `Resource`."""

ENUMS = {
    ("VulnerabilityResource", "severity"): "Severity",
    ("VulnerabilityResource", "tier"): "Tier",
    ("VulnerabilityResource", "detection"): "Detection",
    ("ScanResource", "criticality"): "Criticality",
    ("ScanResource", "scan_type"): "ScanType",
    ("ScanResource", "phase"): "Phase",
    ("PoliciesRequest", "mode"): "Mode",
    ("ReportRequest", "redaction"): "Redaction",
    ("KeyResource", "plan"): "Plan",
    ("KeyResource", "scopes"): "Scope",
}
"""Enumerations whose name is not that of the schema and the member."""
