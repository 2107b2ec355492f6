"""The SARIF report (OASIS SARIF 2.1.0, errata 01): for code scanning pages and the tools that read it.

Such pages want a file and a line for each result. What a scan over the network has is an address: each origin becomes
a base (`originalUriBaseIds`), the path below it the artifact, and the line is 1. GitHub shows 5,000 results of a run at
most: what is beyond is left out by severity, and a notification says how many.
"""

import re
from urllib.parse import quote

import msgspec

from cyberai.domain.cvss import cvss_version
from cyberai.domain.finding import Tier
from cyberai.domain.report import RenderedReport, ReportItem, ReportModel
from cyberai.domain.risk import terms_of
from cyberai.domain.scan import ScanStatus
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Detection, Vulnerability, VulnerabilityStatus
from cyberai.reports.page.findings import place, short_place, without_segment
from cyberai.reports.plain_text import capped, one_line, rfc3339, visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAX_RESULTS = 5_000
"""Results of one run that GitHub shows."""

MAX_TAGS = 10
"""Tags of one rule that GitHub shows."""

_MAX_TEXT = 4_000
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}
_PRECISION = {Tier.CONFIRMED: "very-high", Tier.STRONG: "high", Tier.LEAD: "low"}
_BASELINE = {Detection.NEW: "new", Detection.PRESENT: "unchanged", Detection.REGRESSED: "updated"}
_JUDGED = (VulnerabilityStatus.ACCEPTED_RISK, VulnerabilityStatus.FALSE_POSITIVE)
_UNESCAPED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SAFE = "/%:@!$&'()*+,;=-._~?"
_URL = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*)://([A-Za-z0-9._~-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?)(.*)", re.S
)
_NOT_CWE = re.compile(r"\D")


def render(model: ReportModel) -> RenderedReport:
    """One run with a rule per check, CWE as its taxonomy, and one result per vulnerability."""
    items = model.items[:MAX_RESULTS]
    rules = _rules(model, items)
    numbers = {rule["id"]: index for index, rule in enumerate(rules)}
    origins = tuple(dict.fromkeys(_origin(item.vulnerability) for item in items))
    bases = {origin: f"TARGET{index}" for index, origin in enumerate(origins)}
    driver = {
        "name": "Cyber AI",
        "semanticVersion": model.version,
        "rules": rules,
        "supportedTaxonomies": [{"name": "CWE"}],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "cyberai/", "description": {"text": one_line(model.title)}},
        "invocations": [_invocation(model)],
        "originalUriBaseIds": {name: {"uri": f"{origin}/"} for origin, name in bases.items()},
        "taxonomies": [_taxonomy(items)],
        "results": [_result(item, numbers, bases) for item in items],
        "columnKind": "unicodeCodePoints",
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    content = msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    name = f"{model.report.id}.sarif"
    return RenderedReport(content=content, media_type="application/sarif+json", filename=name)


def _rules(model: ReportModel, items: tuple[ReportItem, ...]) -> list[dict[str, object]]:
    worst: dict[str, Vulnerability] = {}
    for item in items:  # the worst first
        worst.setdefault(item.vulnerability.check_id, item.vulnerability)
    return [
        _rule(row, model.check_titles.get(check, row.title), model.check_impacts.get(check, ""))
        for check, row in sorted(worst.items())
    ]


def _rule(row: Vulnerability, title: str, impact: str) -> dict[str, object]:
    remediation = _prose(row.remediation)
    return {
        "id": row.check_id,
        "name": "".join(word.capitalize() for word in re.findall(r"\w+", row.check_id)),
        "shortDescription": {"text": one_line(title)},
        "fullDescription": {"text": _prose(impact) or one_line(title)},
        "help": {"text": remediation, "markdown": remediation},
        "properties": {
            "tags": ["security", *(f"external/cwe/cwe-{_number(c):0>3}" for c in row.cwe)][:MAX_TAGS],
            "security-severity": f"{row.cvss_score:.1f}",
            "precision": _PRECISION[row.tier],
        },
    }


def _result(item: ReportItem, numbers: dict[object, int], bases: dict[str, str]) -> dict[str, object]:
    row = item.vulnerability
    result: dict[str, object] = {
        "ruleId": row.check_id,
        "ruleIndex": numbers[row.check_id],
        "kind": "fail",
        "level": _LEVELS.get(row.effective_severity, "note"),
        "rank": float(row.confidence),
        "message": {"text": f"{one_line(capped(row.title, _MAX_TEXT))} at {short_place(row)}"},
        "locations": [_location(row, bases)],
        "partialFingerprints": {"cyberaiFingerprint/v1": row.fingerprint},
        "taxa": [{"id": _number(c), "toolComponent": {"name": "CWE"}} for c in row.cwe],
        "properties": _properties(row, item.resource),
    }
    if row.detection in _BASELINE:
        result["baselineState"] = _BASELINE[row.detection]
    if row.status in _JUDGED:
        reason = one_line(row.status_reason or row.status.value.replace("_", " "))
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return result | _exchange(item.resource)


def _location(row: Vulnerability, bases: dict[str, str]) -> dict[str, object]:
    _, path = _address(row)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _relative(path), "uriBaseId": bases[_origin(row)]},
            "region": {"startLine": 1},
        },
        "logicalLocations": [{"fullyQualifiedName": place(row), "kind": "resource"}],
    }


def _relative(path: str) -> str:
    """A colon in the first segment would make a scheme of it (RFC 3986 section 4.2)."""
    return f"./{path}" if not path or ":" in path.partition("/")[0] else path


def _origin(row: Vulnerability) -> str:
    return _address(row)[0]


def _address(row: Vulnerability) -> tuple[str, str]:
    """Origin and path of the URL, else of the port. What is no address at all is a path of nowhere."""
    host = f"[{row.host}]" if ":" in row.host else row.host
    port = f":{row.location.port}" if row.location.port is not None else ""
    text = (row.location.url or f"tcp://{host}{port}").partition("#")[0]
    if row.location.parameter:
        # What we put there is evidence, and new each time; the place is what stays.
        text = without_segment(text.partition("?")[0], row.location.parameter)
    parts = _URL.fullmatch(text)
    if parts is None:
        return "tcp://unknown", escaped(text)
    scheme, authority, path = parts.groups()
    return f"{scheme.lower()}://{authority}", escaped(path.lstrip("/"))


def escaped(text: str) -> str:
    """Text as part of a URI reference (RFC 3986): what is escaped stays, everything else that may not stand is."""
    return quote(_SURROGATE.sub("\ufffd", _UNESCAPED.sub("%25", text)), safe=_SAFE)


def _properties(row: Vulnerability, resource: dict[str, object]) -> dict[str, object]:
    evidence = resource.get("evidence")
    first = evidence[0] if isinstance(evidence, list | tuple) and evidence else {}
    return {
        "id": row.id,
        "severity": row.effective_severity.value,
        "cvss": row.cvss_vector,
        "cvssVersion": cvss_version(row.cvss_vector),
        "cve": list(row.cve),
        "riskScore": terms_of(row).score,
        "epss": row.threat.epss.score if row.threat and row.threat.epss else None,
        "kev": row.threat.kev is not None if row.threat and row.threat.kev_known else None,
        "tier": row.tier.value,
        "status": row.status.value,
        "detection": row.detection.value,
        "parameter": row.location.parameter and one_line(row.location.parameter),
        "occurrences": row.occurrences,
        "firstSeen": rfc3339(row.first_seen),
        "lastSeen": rfc3339(row.last_seen),
        "match": visible(str(first.get("match", ""))),
        "reproduce": visible(str(first.get("reproduce", ""))),
    }


def _exchange(resource: dict[str, object]) -> dict[str, object]:
    """The first request that shows it, and its answer, as the API shows them: redacted and capped."""
    evidence = resource.get("evidence")
    for piece in evidence if isinstance(evidence, list | tuple) else ():
        shown = piece.get("exchange")
        if not shown:
            continue
        request, response = shown["request"], shown["response"]
        return {
            "webRequest": {
                "protocol": "HTTP",
                "version": "1.1",
                "method": visible(shown["method"]),
                "target": visible(shown["url"]),
                "headers": _headers(request["headers"]),
                "body": {"text": visible(request["body"])},
            },
            "webResponse": {
                "protocol": "HTTP",
                "version": "1.1",
                "statusCode": shown["status"],
                "headers": _headers(response["headers"]),
                "body": {"text": visible(response["body"])},
            },
        }
    return {}


def _headers(headers: list[tuple[str, str]]) -> dict[str, str]:
    """Fields of one name are joined, as RFC 9110 section 5.3 has it."""
    joined: dict[str, str] = {}
    for name, value in headers:
        name, value = visible(name), visible(value)
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _invocation(model: ReportModel) -> dict[str, object]:
    left_out = len(model.items) + len(model.rest) - MAX_RESULTS
    notes = [
        {"level": "note", "message": {"text": f"{one_line(reason)}"}}
        for scan in model.scans
        if scan.verdict is not None
        for reason in scan.verdict.reasons
    ]
    if left_out > 0:
        words = (
            f"{left_out:,} results are left out, the least severe: a code scanning page shows {MAX_RESULTS:,}"
        )
        notes.append({"level": "warning", "message": {"text": words}})
    invocation: dict[str, object] = {
        "executionSuccessful": all(scan.status is ScanStatus.COMPLETED for scan in model.scans),
        "toolExecutionNotifications": notes,
    }
    started = [scan.started_at for scan in model.scans if scan.started_at is not None]
    ended = [scan.finished_at for scan in model.scans if scan.finished_at is not None]
    if started:
        invocation["startTimeUtc"] = rfc3339(min(started))
    if ended:
        invocation["endTimeUtc"] = rfc3339(max(ended))
    return invocation


def _taxonomy(items: tuple[ReportItem, ...]) -> dict[str, object]:
    numbers = sorted({int(_number(c)) for item in items for c in item.vulnerability.cwe})
    return {
        "name": "CWE",
        "organization": "MITRE",
        "shortDescription": {"text": "The MITRE Common Weakness Enumeration"},
        "taxa": [{"id": str(number)} for number in numbers],
    }


def _number(cwe: str) -> str:
    """`CWE-89` as `89`."""
    return _NOT_CWE.sub("", cwe) or "0"


def _prose(text: str) -> str:
    return capped(visible(text).strip(), _MAX_TEXT)
