"""What the Go SDK calls things: the one table to extend when the API gains an operation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Method:
    """One method of a service of the client. `query` is sent always and is no parameter of the method."""

    operation: str
    service: str
    name: str
    query: str = ""
    status: str = ""
    """Which success answer it returns, where there are several."""
    without: tuple[str, ...] = field(default=())
    """Parameters that are left to another method."""

    @property
    def params(self) -> str:
        """The type of its parameters."""
        return self.operation[0].upper() + self.operation[1:] + "Params"


METHODS = (
    Method("listScans", "Scans", "List"),
    Method("createScan", "Scans", "Create", status="201", without=("dry_run",)),
    Method("createScan", "Scans", "Plan", query="dry_run=true", status="200", without=("dry_run",)),
    Method("getScan", "Scans", "Get"),
    Method("cancelScan", "Scans", "Cancel"),
    Method("pauseScan", "Scans", "Pause"),
    Method("resumeScan", "Scans", "Resume"),
    Method("retryScan", "Scans", "Retry"),
    Method("purgeScan", "Scans", "Purge"),
    Method("getScanCoverage", "Scans", "Coverage"),
    Method("getScanLog", "Scans", "Log"),
    Method("getScanDiff", "Scans", "Diff"),
    Method("listScanVulnerabilities", "Scans", "Vulnerabilities"),
    Method("listScanEvents", "Scans", "Events"),
    Method("listScanAssets", "Scans", "Assets"),
    Method("listVulnerabilities", "Vulnerabilities", "List"),
    Method("getVulnerability", "Vulnerabilities", "Get"),
    Method("updateVulnerability", "Vulnerabilities", "Update"),
    Method("getVulnerabilityHistory", "Vulnerabilities", "History"),
    Method("listOccurrences", "Vulnerabilities", "Occurrences"),
    Method("listComments", "Vulnerabilities", "Comments"),
    Method("addComment", "Vulnerabilities", "AddComment"),
    Method("getVulnerabilityFacets", "Vulnerabilities", "Facets"),
    Method("updateVulnerabilities", "Vulnerabilities", "UpdateMany"),
    Method("retestVulnerability", "Vulnerabilities", "Retest"),
    Method("getRetest", "Vulnerabilities", "GetRetest"),
    Method("getEvidence", "Vulnerabilities", "Evidence"),
    Method("explainVulnerability", "Vulnerabilities", "Explain"),
    Method("listAssets", "Assets", "List"),
    Method("getAsset", "Assets", "Get"),
    Method("listExpiringCertificates", "Assets", "Expiring"),
    Method("listAssetChanges", "Assets", "Changes"),
    Method("listReports", "Reports", "List"),
    Method("createReport", "Reports", "Create"),
    Method("getReport", "Reports", "Get"),
    Method("listApiKeys", "APIKeys", "List"),
    Method("createApiKey", "APIKeys", "Create"),
    Method("revokeApiKey", "APIKeys", "Revoke"),
    Method("rotateApiKey", "APIKeys", "Rotate"),
    Method("getMe", "Account", "Me"),
    Method("getUsage", "Account", "Usage"),
    Method("listEvents", "Events", "List"),
    Method("createTicket", "Events", "CreateTicket"),
    Method("getErrorPage", "System", "ErrorPage"),
    Method("getMetrics", "System", "Metrics"),
    Method("getHealth", "System", "Health"),
    Method("getReady", "System", "Ready"),
    Method("getVersion", "System", "Version"),
    Method("getOpenApi", "System", "OpenAPI"),
    Method("getAsyncApi", "System", "AsyncAPI"),
)

BY_HAND = {
    "downloadReport": "Reports.Download",
    "streamEvents": "Events.Stream",
    "connectWebSocket": "Events.Stream",
}
"""Operations whose method is written by hand: streams. The WebSocket carries the very frames of the event stream; Go's
standard library has none."""

SERVICES = ("Scans", "Vulnerabilities", "Assets", "Reports", "APIKeys", "Account", "Events", "System")
"""Fields of the client."""

MODELS = {
    "KeyResource": "APIKey",
    "KeyRequest": "APIKeyRequest",
    "Frame": "Event",
    "LogResource": "LogLine",
    "ChangeResource": "HistoryEntry",
    "OptionsRequest": "ScanOptions",
    "PoliciesRequest": "ScanPolicies",
    "AuthRequest": "ScanAuth",
    "BulkFilterRequest": "BulkFilter",
    "ReportFiltersRequest": "ReportFilters",
    "CheckSelectionRequest": "CheckSelection",
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
    ("KeyResource", "plan"): "Tariff",
    ("KeyResource", "scopes"): "Scope",
}
"""Enumerations whose name is not that of the schema and the member."""

INITIALS = re.compile(
    "api|cisa|csv|cve|cvss|cwe|epss|eta|html|http|id|json|kev|ms|ocsf|pdf|sarif|ssl|tls|url|vex|xml"
)
"""Words that Go writes in capitals."""


def exported(text: str) -> str:
    """`scan_ids` -> `ScanIDs`."""
    return "".join(_word(part) for part in re.split(r"[^0-9A-Za-z]+", text) if part)


def _word(part: str) -> str:
    if INITIALS.fullmatch(part.lower()):
        return part.upper()
    return part[:-1].upper() + "s" if part in ("ids", "urls") else part[:1].upper() + part[1:]


def model_name(schema: str) -> str:
    """`ScanResource` -> `Scan`, `ListPage_ScanResource_` -> `Page[Scan]`."""
    listed = re.fullmatch(r"ListPage_(\w+)_", schema)
    if listed:
        return f"Page[{model_name(listed[1])}]"
    return MODELS.get(schema) or schema.removesuffix("Resource")
