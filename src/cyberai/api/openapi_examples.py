"""Examples made of the schemas themselves, so that each validates against its own: values by the names of members, and by
types where no name tells."""

from typing import Any

from cyberai.api.openapi_schemas import Schema

_ID = "01hm7k2v9c0000000000000000"
_TIME = "2024-01-20T10:00:00Z"
_OF_MEMBER: dict[str, dict[str, Any]] = {
    "ScanResource": {
        "status": "completed",
        "phase": "finished",
        "targets": ["example.com"],
        "tags": ["nightly"],
        "status_reason": None,
        "finished_at": "2024-01-20T10:05:00Z",
    },
    "ReportResource": {"status": "completed", "type": "technical", "format": "pdf"},
    "KeyResource": {"id": f"key_{_ID}", "name": "continuous integration"},
    "MeResource": {"plan": "enterprise", "requests_per_minute": 1000},
    "VulnerabilityResource": {"type": "xss_reflected", "risk_score": 28.0, "epss": None, "kev": None},
    "DifferenceResource": {
        "change": "new",
        "status": "open",
        "severity_before": None,
        "severity_after": "medium",
    },
    "NotComparedResource": {"check_id": "web.sql-injection", "only_in": "against"},
    "LogResource": {
        "text": "Requests per second halved",
        "detail": "Answers take three times as long as at first",
    },
    "Epss": {"cve": "CVE-2020-11023"},
    "KevResource": {"cve": "CVE-2020-11023"},
    "ChangeResource": {"field": "status", "from": "open", "to": "in_progress"},
    "FacetValue": {"value": "high"},
    "BulkItem": {"result": "updated", "status": "fixed", "error": None},
    "RetestResource": {"status": "completed", "result": "present"},
    "RetestStepResource": {"step": "exchange"},
    "ExchangeResource": {"status": 200, "elapsed_ms": 12},
    "HttpMessage": {"start_line": "HTTP/1.1 200 OK", "body": "<p>Found for <i>x</i></p>"},
    "ExplanationResource": {"match": "<script>alert(7)</script>", "notes": ["It runs in a headless parser"]},
    "ControlResource": {"request": "GET /search?q=harmless HTTP/1.1", "status": 200},
    "TermResource": {"name": "severity"},
    "LogoResource": {"media_type": "image/png"},
    "Frame": {
        "id": f"evt_{_ID}",
        "type": "scan.started",
        "timestamp": "2024-01-20T10:00:00.120Z",
        "seq": 42,
        "data": {"id": f"scan_{_ID}", "status": "running"},
    },
    "ProgressResource": {"current": 100, "total": 100, "status": "Completed"},
}
"""Schema -> member -> value; where the value does not fit the schema any more, another one is made."""

_OF_NAME: dict[str, Any] = {
    "scan_id": f"scan_{_ID}",
    "first_scan_id": f"scan_{_ID}",
    "vulnerability_id": f"vuln_{_ID}",
    "report_id": f"report_{_ID}",
    "key_id": f"key_{_ID}",
    "target": "example.com",
    "url": "https://example.com/search?q=1",
    "host": "example.com",
    "method": "GET",
    "parameter": "q",
    "port": 443,
    "name": "Nightly scan",
    "title": "Reflected cross-site scripting",
    "description": "Text of the parameter q runs as script in the page that answers.",
    "affected_component": "https://example.com/search",
    "remediation": "Encode what comes from outside for the place at which it is put out.",
    "check_id": "web.reflected-xss",
    "check": "web.reflected-xss",
    "severity": "medium",
    "cvss_score": 6.1,
    "cvss_vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
    "cwe": ["CWE-79"],
    "owasp": ["A03:2021"],
    "cve": [],
    "references": ["https://owasp.org/www-community/attacks/xss/"],
    "confidence": 95,
    "has_more": False,
    "next_cursor": None,
    "seq": 42,
    "fingerprint": "6f1c9a3b2d4e5f60",
    "tags": ["nightly"],
    "assignee": "web team",
    "notes": "Reproduced on staging",
    "status_reason": None,
    "status_detail": None,
    "original_severity": None,
    "evidence": [],
    "targets": ["example.com"],
    "scan_type": "vulnerability",
    "stages": ["discover", "crawl", "test"],
    "stage": "test",
    "phase": "testing",
    "scope": ["example.com"],
    "assumptions": ["20 requests per second and host"],
    "login_url": "https://example.com/login",
    "etag": '"0123456789abcdef"',
    "workspace": "default",
    "version": "0.1.0",
    "reason": "Only reachable from the office network",
    "key": f"cai_live_{'x' * 38}",
    "token": "wst_xxxxxxxxxxxxxxxx",
    "media_type": "text/html",
    "retry_of": None,
    "against": f"scan_{_ID}",
    "tier": "confirmed",
    "detection": "present",
    "cvss_version": "3.1",
    "exposure": "public",
    "date": "2024-01-20",
    "added": "2024-01-02",
    "due": "2024-01-23",
    "service": "https",
    "text": "Reproduced on staging",
    "code": "conflict",
    "message": "The vulnerability was changed meanwhile",
    "why": "The answer still runs what was sent",
    "match": "<script>alert(7)</script>",
    "oracle": "The markup that was sent stands in the answer as an element",
    "technique": "One request with a marker, then one with the least markup that its context needs",
    "tier_reason": "Shown by the answer, and not by that of the control request",
    "formula": "severity x proof x status x criticality x exposure x epss x kev, at most 100",
    "baseline_scan_id": None,
    "since": None,
    "redaction": "secrets",
    "logo": None,
    "download_url": None,
    "error": None,
    "hint": "x3f9",
    "ticket": "wst_xxxxxxxxxxxxxxxx",
    "hosts": ["example.com"],
    "false_if": ["the page is never shown to a browser as HTML"],
}
"""Member -> value, whatever the schema."""
_PREFIXES = {
    "ScanResource": "scan",
    "VulnerabilityResource": "vuln",
    "ReportResource": "report",
    "KeyResource": "key",
}
_DEEPEST = 6


def example_of(schema: Schema, schemas: dict[str, Schema], given: Any = None) -> Any:
    """An example of the schema; members that are given stand in place of those that would be made."""
    return _merged(_made(schema, schemas, "", "", 0), given)


def _merged(made: Any, given: Any) -> Any:
    if given is None:
        return made
    if not (isinstance(made, dict) and isinstance(given, dict)):
        return given
    return {**made, **{name: _merged(made.get(name), value) for name, value in given.items()}}


def _made(schema: Schema, schemas: dict[str, Schema], owner: str, member: str, depth: int) -> Any:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _made(schemas[name], schemas, name, member, depth)
    known = _known(schema, owner, member)
    if known is not ...:
        return known
    for given in ("const", "default", "enum", "examples"):
        if given in schema:
            value = schema[given]
            return value[0] if given in ("enum", "examples") else value
    if "anyOf" in schema:
        return _made(_best(schema["anyOf"], depth), schemas, owner, member, depth)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object" or "properties" in schema:
        return _object(schema, schemas, owner, depth)
    if kind == "array":
        return _array(schema, schemas, owner, member, depth)
    return _plain(schema, kind, owner, member)


def _known(schema: Schema, owner: str, member: str) -> Any:
    """The value that the tables have for the member, if it fits what the schema says at first sight; else `...`."""
    value = _OF_MEMBER.get(owner, {}).get(member, _OF_NAME.get(member, ...) if member else ...)
    if value is ... or "$ref" in schema:
        return ...
    parts = schema.get("anyOf", [schema])
    return value if any(_fits(value, part) for part in parts) else ...


def _fits(value: Any, schema: Schema) -> bool:
    if "enum" in schema:
        return value in schema["enum"]
    if "const" in schema:
        return bool(value == schema["const"])
    kinds = {
        str: "string",
        bool: "boolean",
        int: "integer",
        float: "number",
        list: "array",
        dict: "object",
        type(None): "null",
    }
    wanted = schema.get("type")
    own = kinds[type(value)]
    if isinstance(wanted, list):
        return own in wanted
    if own == "array" and value and "items" in schema:
        return wanted == "array" and _fits(value[0], schema["items"])
    return wanted == own or (wanted == "number" and own == "integer")


def _best(parts: list[Schema], depth: int) -> Schema:
    """The first that is not null; null where it would go on for ever."""
    for part in parts:
        if part.get("type") != "null" and depth < _DEEPEST:
            return part
    return next((part for part in parts if part.get("type") == "null"), parts[0])


def _object(schema: Schema, schemas: dict[str, Schema], owner: str, depth: int) -> Schema:
    properties: dict[str, Schema] = schema.get("properties", {})
    required: list[str] = schema.get("required", list(properties))
    wanted = [
        name for name in properties if name in required or depth < 1 or name in _OF_MEMBER.get(owner, {})
    ]
    return {name: _member(properties[name], schemas, owner, name, depth) for name in wanted}


def _member(schema: Schema, schemas: dict[str, Schema], owner: str, name: str, depth: int) -> Any:
    if "$ref" in schema:
        return _made(schema, schemas, owner, "", depth + 1)
    return _made(schema, schemas, owner, name, depth + 1)


def _array(schema: Schema, schemas: dict[str, Schema], owner: str, member: str, depth: int) -> list[Any]:
    items = schema.get("items")
    if depth >= _DEEPEST and not schema.get("minItems"):
        return []
    if not isinstance(items, dict):
        many = schema.get("prefixItems", [])
        return [_made(item, schemas, owner, "", depth + 1) for item in many]
    return [_made(items, schemas, owner, "" if "$ref" in items else member, depth + 1)] * max(
        1, schema.get("minItems", 0)
    )


def _plain(schema: Schema, kind: str | None, owner: str, member: str) -> Any:
    if kind == "integer":
        return max(schema.get("minimum", 1), 1) if schema.get("maximum", 1) >= 1 else schema["maximum"]
    if kind == "number":
        return schema.get("minimum", 0.5)
    if kind == "boolean":
        return False
    if kind == "null":
        return None
    if schema.get("format") == "date-time" or member.endswith("_at"):
        return _TIME
    if member == "id":
        return f"{_PREFIXES.get(owner, 'scan')}_{_ID}"
    return member.replace("_", " ") or "text"
