"""What the JavaScript SDK calls things: the one table to extend when the API gains an operation."""

from __future__ import annotations

METHODS = {
    "listScans": "scans.list",
    "createScan": "scans.create",
    "getScan": "scans.get",
    "cancelScan": "scans.cancel",
    "pauseScan": "scans.pause",
    "resumeScan": "scans.resume",
    "retryScan": "scans.retry",
    "purgeScan": "scans.purge",
    "getScanCoverage": "scans.coverage",
    "getScanLog": "scans.log",
    "getScanDiff": "scans.diff",
    "listScanVulnerabilities": "scans.vulnerabilities",
    "listScanEvents": "scans.events",
    "listScanAssets": "scans.assets",
    "listVulnerabilities": "vulnerabilities.list",
    "getVulnerability": "vulnerabilities.get",
    "updateVulnerability": "vulnerabilities.update",
    "getVulnerabilityHistory": "vulnerabilities.history",
    "listOccurrences": "vulnerabilities.occurrences",
    "listComments": "vulnerabilities.comments",
    "addComment": "vulnerabilities.addComment",
    "getVulnerabilityFacets": "vulnerabilities.facets",
    "updateVulnerabilities": "vulnerabilities.updateMany",
    "retestVulnerability": "vulnerabilities.retest",
    "getRetest": "vulnerabilities.getRetest",
    "getEvidence": "vulnerabilities.evidence",
    "explainVulnerability": "vulnerabilities.explain",
    "listAssets": "assets.list",
    "getAsset": "assets.get",
    "listExpiringCertificates": "assets.expiring",
    "listAssetChanges": "assets.changes",
    "listReports": "reports.list",
    "createReport": "reports.create",
    "getReport": "reports.get",
    "downloadReport": "reports.download",
    "listApiKeys": "apiKeys.list",
    "createApiKey": "apiKeys.create",
    "revokeApiKey": "apiKeys.revoke",
    "rotateApiKey": "apiKeys.rotate",
    "getMe": "account.me",
    "getUsage": "account.usage",
    "listEvents": "events.list",
    "streamEvents": "events.stream",
    "connectWebSocket": "events.stream",
    "createTicket": "events.createTicket",
    "getErrorPage": "system.errorPage",
    "getMetrics": "system.metrics",
    "getHealth": "system.health",
    "getReady": "system.ready",
    "getVersion": "system.version",
    "getOpenApi": "system.openapi",
    "getAsyncApi": "system.asyncapi",
}
"""Operation -> the method of the client."""

BY_HAND = ("downloadReport", "streamEvents", "connectWebSocket")
"""Operations whose method is written by hand. The event stream carries the frames of the WebSocket, and unlike it
needs nothing that Node 20 does not have."""

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
