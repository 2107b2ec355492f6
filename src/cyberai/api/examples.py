"""Examples for the OpenAPI document, those of the customer's page word for word."""

from typing import Any

SCAN_REQUEST: dict[str, Any] = {
    "target": "example.com",
    "scan_type": "vulnerability",
    "options": {"depth": 3, "concurrent": 2},
}

SCAN: dict[str, Any] = {
    "id": "scan_123abc",
    "status": "running",
    "target": "example.com",
    "scan_type": "vulnerability",
    "created_at": "2024-01-20T10:00:00Z",
    "estimated_completion": "2024-01-20T10:05:00Z",
    "progress": {"current": 0, "total": 100, "status": "Initializing scan..."},
}

ERROR: dict[str, Any] = {
    "error": {
        "code": "invalid_request",
        "message": "Invalid scan configuration",
        "details": {"field": "target", "reason": "Must be a valid domain name"},
    }
}

VULNERABILITY_PATCH: dict[str, Any] = {
    "status": "accepted_risk",
    "reason": "Only reachable from the office network",
    "accept_until": "2030-01-31T00:00:00Z",
}

BULK_REQUEST: dict[str, Any] = {
    "filter": {"check_id": ["passive.security-headers"], "status": ["open"]},
    "patch": {"status": "in_progress", "assignee": "web team"},
}

COMMENT_REQUEST: dict[str, Any] = {"text": "Reproduced on staging; the fix is in review"}

REPORT_REQUEST: dict[str, Any] = {"scan_id": "scan_123abc", "type": "technical", "format": "html"}

KEY_REQUEST: dict[str, Any] = {"name": "continuous integration", "scopes": ["scans:read", "scans:write"]}
