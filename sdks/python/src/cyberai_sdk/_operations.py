"""The operations of the API. Made from the OpenAPI document by tools.gen_sdk: do not edit."""

from cyberai_sdk._requests import Operation

LIST_SCANS = Operation("listScans", "GET", "/v1/scans")
CREATE_SCAN = Operation("createScan", "POST", "/v1/scans")
GET_SCAN = Operation("getScan", "GET", "/v1/scans/{id}")
CANCEL_SCAN = Operation("cancelScan", "DELETE", "/v1/scans/{id}")
PAUSE_SCAN = Operation("pauseScan", "POST", "/v1/scans/{id}/pause")
RESUME_SCAN = Operation("resumeScan", "POST", "/v1/scans/{id}/resume")
RETRY_SCAN = Operation("retryScan", "POST", "/v1/scans/{id}/retry")
PURGE_SCAN = Operation("purgeScan", "POST", "/v1/scans/{id}/purge")
GET_SCAN_COVERAGE = Operation("getScanCoverage", "GET", "/v1/scans/{id}/coverage")
GET_SCAN_LOG = Operation("getScanLog", "GET", "/v1/scans/{id}/log")
GET_SCAN_DIFF = Operation("getScanDiff", "GET", "/v1/scans/{id}/diff")
LIST_SCAN_VULNERABILITIES = Operation("listScanVulnerabilities", "GET", "/v1/scans/{id}/vulnerabilities")
LIST_VULNERABILITIES = Operation("listVulnerabilities", "GET", "/v1/vulnerabilities")
GET_VULNERABILITY = Operation("getVulnerability", "GET", "/v1/vulnerabilities/{id}")
UPDATE_VULNERABILITY = Operation("updateVulnerability", "PATCH", "/v1/vulnerabilities/{id}")
GET_VULNERABILITY_HISTORY = Operation("getVulnerabilityHistory", "GET", "/v1/vulnerabilities/{id}/history")
LIST_OCCURRENCES = Operation("listOccurrences", "GET", "/v1/vulnerabilities/{id}/occurrences")
LIST_COMMENTS = Operation("listComments", "GET", "/v1/vulnerabilities/{id}/comments")
ADD_COMMENT = Operation("addComment", "POST", "/v1/vulnerabilities/{id}/comments")
GET_VULNERABILITY_FACETS = Operation("getVulnerabilityFacets", "GET", "/v1/vulnerabilities/facets")
UPDATE_VULNERABILITIES = Operation("updateVulnerabilities", "POST", "/v1/vulnerabilities/bulk")
RETEST_VULNERABILITY = Operation("retestVulnerability", "POST", "/v1/vulnerabilities/{id}/retest")
GET_RETEST = Operation("getRetest", "GET", "/v1/vulnerabilities/{id}/retest")
GET_EVIDENCE = Operation("getEvidence", "GET", "/v1/vulnerabilities/{id}/evidence")
EXPLAIN_VULNERABILITY = Operation("explainVulnerability", "GET", "/v1/vulnerabilities/{id}/explain")
LIST_ASSETS = Operation("listAssets", "GET", "/v1/assets")
LIST_ASSET_CHANGES = Operation("listAssetChanges", "GET", "/v1/assets/changes")
LIST_EXPIRING_CERTIFICATES = Operation("listExpiringCertificates", "GET", "/v1/assets/expiring")
GET_ASSET = Operation("getAsset", "GET", "/v1/assets/{id}")
LIST_SCAN_ASSETS = Operation("listScanAssets", "GET", "/v1/scans/{id}/assets")
LIST_REPORTS = Operation("listReports", "GET", "/v1/reports")
CREATE_REPORT = Operation("createReport", "POST", "/v1/reports")
GET_REPORT = Operation("getReport", "GET", "/v1/reports/{id}")
DOWNLOAD_REPORT = Operation("downloadReport", "GET", "/v1/reports/{id}/download")
LIST_API_KEYS = Operation("listApiKeys", "GET", "/v1/api-keys")
CREATE_API_KEY = Operation("createApiKey", "POST", "/v1/api-keys")
REVOKE_API_KEY = Operation("revokeApiKey", "DELETE", "/v1/api-keys/{id}")
GET_ME = Operation("getMe", "GET", "/v1/me")
GET_USAGE = Operation("getUsage", "GET", "/v1/usage")
ROTATE_API_KEY = Operation("rotateApiKey", "POST", "/v1/api-keys/{id}/rotate")
CREATE_TICKET = Operation("createTicket", "POST", "/v1/ws/tickets")
LIST_EVENTS = Operation("listEvents", "GET", "/v1/events")
STREAM_EVENTS = Operation("streamEvents", "GET", "/v1/events/stream")
LIST_SCAN_EVENTS = Operation("listScanEvents", "GET", "/v1/scans/{id}/events")
CONNECT_WEB_SOCKET = Operation("connectWebSocket", "GET", "/v1/ws")
GET_ERROR_PAGE = Operation("getErrorPage", "GET", "/docs/errors/{id}")
GET_METRICS = Operation("getMetrics", "GET", "/metrics")
GET_HEALTH = Operation("getHealth", "GET", "/health")
GET_READY = Operation("getReady", "GET", "/ready")
GET_VERSION = Operation("getVersion", "GET", "/version")
GET_OPEN_API = Operation("getOpenApi", "GET", "/openapi.json")
GET_ASYNC_API = Operation("getAsyncApi", "GET", "/asyncapi.json")

METHODS = {
    "addComment": "vulnerabilities.add_comment",
    "cancelScan": "scans.cancel",
    "connectWebSocket": "events.stream",
    "createApiKey": "api_keys.create",
    "createReport": "reports.create",
    "createScan": "scans.create",
    "createTicket": "events.create_ticket",
    "downloadReport": "reports.download",
    "explainVulnerability": "vulnerabilities.explain",
    "getAsset": "assets.get",
    "getAsyncApi": "system.asyncapi",
    "getErrorPage": "system.error_page",
    "getEvidence": "vulnerabilities.evidence",
    "getHealth": "system.health",
    "getMe": "account.me",
    "getMetrics": "system.metrics",
    "getOpenApi": "system.openapi",
    "getReady": "system.ready",
    "getReport": "reports.get",
    "getRetest": "vulnerabilities.get_retest",
    "getScan": "scans.get",
    "getScanCoverage": "scans.coverage",
    "getScanDiff": "scans.diff",
    "getScanLog": "scans.log",
    "getUsage": "account.usage",
    "getVersion": "system.version",
    "getVulnerability": "vulnerabilities.get",
    "getVulnerabilityFacets": "vulnerabilities.facets",
    "getVulnerabilityHistory": "vulnerabilities.history",
    "listApiKeys": "api_keys.list",
    "listAssetChanges": "assets.changes",
    "listAssets": "assets.list",
    "listComments": "vulnerabilities.comments",
    "listEvents": "events.list",
    "listExpiringCertificates": "assets.expiring",
    "listOccurrences": "vulnerabilities.occurrences",
    "listReports": "reports.list",
    "listScanAssets": "scans.assets",
    "listScanEvents": "scans.events",
    "listScanVulnerabilities": "scans.vulnerabilities",
    "listScans": "scans.list",
    "listVulnerabilities": "vulnerabilities.list",
    "pauseScan": "scans.pause",
    "purgeScan": "scans.purge",
    "resumeScan": "scans.resume",
    "retestVulnerability": "vulnerabilities.retest",
    "retryScan": "scans.retry",
    "revokeApiKey": "api_keys.revoke",
    "rotateApiKey": "api_keys.rotate",
    "streamEvents": "events.stream",
    "updateVulnerabilities": "vulnerabilities.update_many",
    "updateVulnerability": "vulnerabilities.update",
}
"""Operation -> the method of the client."""
