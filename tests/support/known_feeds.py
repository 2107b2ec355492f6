"""Small feeds of known flaws in the forms of NVD and OSV, written by hand: numbers and flaws are invented."""

import json
from typing import Any

DAY = "2026-11-25T10:00:00.000"


def cpe(name: str, version: str = "*", update: str = "*", **more: str) -> str:
    part, vendor, product = name.split(":")
    rest = [
        more.get(key, "*") for key in ("edition", "language", "sw_edition", "target_sw", "target_hw", "other")
    ]
    return ":".join(("cpe:2.3", part, vendor, product, version, update, *rest))


def match(criteria: str, vulnerable: bool = True, **bounds: str) -> dict[str, Any]:
    """`si`, `sx`, `ei`, `ex` are the bounds: start or end, including or excluding."""
    names = {
        "si": "versionStartIncluding", "sx": "versionStartExcluding", "ei": "versionEndIncluding", "ex": "versionEndExcluding",
    }  # fmt: skip
    return {
        "criteria": criteria,
        "vulnerable": vulnerable,
        **{names[key]: value for key, value in bounds.items()},
    }


def node(*matches: dict[str, Any], operator: str = "OR", negate: bool = False) -> dict[str, Any]:
    return {"operator": operator, "negate": negate, "cpeMatch": list(matches)}


def configuration(*nodes: dict[str, Any], operator: str = "OR") -> dict[str, Any]:
    return {"operator": operator, "nodes": list(nodes)}


def item(
    number: str,
    *configurations: dict[str, Any],
    score: str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    modified: str = DAY,
    **more: Any,
) -> dict[str, Any]:
    metrics = (
        {"cvssMetricV31": [{"type": "Primary", "cvssData": {"vectorString": score, "baseScore": 9.8}}]}
        if score
        else {}
    )
    return {"cve": {
        "id": number, "sourceIdentifier": "nobody@example.org", "published": DAY, "lastModified": modified,
        "vulnStatus": "Analyzed", "cveTags": [], "descriptions": [{"lang": "en", "value": "An invented flaw."}],
        "metrics": metrics, "configurations": list(configurations), "references": [], **more,
    }}  # fmt: skip


def simple(number: str, name: str, modified: str = DAY, **bounds: str) -> dict[str, Any]:
    """One product, one range."""
    return item(number, configuration(node(match(cpe(name), **bounds))), modified=modified)


def feed(*items: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({
        "resultsPerPage": len(items), "startIndex": 0, "totalResults": len(items), "format": "NVD_CVE", "version": "2.0",
        "timestamp": "2026-11-26T03:00:00.000", "vulnerabilities": list(items), **more,
    }).encode()  # fmt: skip


def osv(id: str, *affected: dict[str, Any], modified: str = "2026-11-25T10:00:00Z", **more: Any) -> bytes:
    return json.dumps({
        "schema_version": "1.7.0", "id": id, "modified": modified, "published": modified, "affected": list(affected), **more,
    }).encode()  # fmt: skip


def package(
    ecosystem: str, name: str, *events: dict[str, str], kind: str = "ECOSYSTEM", **more: Any
) -> dict[str, Any]:
    return {
        "package": {"ecosystem": ecosystem, "name": name},
        "ranges": [{"type": kind, "events": list(events)}],
        **more,
    }
