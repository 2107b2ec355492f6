"""What the OpenAPI document says there is, and what each parameter and body member of it holds.

A route joins every matrix by itself. A parameter or member that stands in no row here fails them all: give it one, and
with it the cases that its kind brings.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from cyberai.api.app import all_routes
from cyberai.api.openapi import openapi_document


class Kind(StrEnum):
    """What a value names."""

    PLAIN = "plain"
    """Nothing of anybody's: a number, a flag, one of a closed list, the caller's own text."""
    FILTER = "filter"
    """A text that is compared with what is stored."""
    SCAN_ID = "scan"
    ASSET_ID = "asset"
    OTHER_SCAN = "other scan"
    """The id of a scan that must be known: another one's is no filter that finds nothing, but an error."""
    CURSOR = "cursor"
    SEQ = "seq"
    SECRET = "secret"
    IDEMPOTENCY = "idempotency"
    ETAG = "etag"
    ADDRESS = "address"
    """A host or URL that the product may connect to: see ssrf_sinks."""
    NESTED = "nested"
    """An object whose members have rows of their own."""


PATH_IDS = {
    "/v1/scans/": "scan",
    "/v1/vulnerabilities/": "vuln",
    "/v1/assets/": "ast",
    "/v1/reports/": "report",
    "/v1/api-keys/": "key",
    "/docs/errors/": "",
}
"""Beginning of a path -> prefix of the ids that stand in it; the codes of errors are nobody's."""

QUERY = {
    **dict.fromkeys(
        [
            "limit",
            "fields",
            "include",
            "sort",
            "created_after",
            "created_before",
            "days",
            "dry_run",
            "overlap",
        ],
        Kind.PLAIN,
    ),
    **dict.fromkeys(["scan_type", "severity", "status", "detection", "tier", "type", "format"], Kind.PLAIN),
    **dict.fromkeys(["check_id", "cwe", "q", "tags", "target"], Kind.FILTER),
    **dict.fromkeys(["change", "kind", "state", "port"], Kind.PLAIN),
    **dict.fromkeys(["host", "protocol", "product", "key_sha256"], Kind.FILTER),
    **dict.fromkeys(["asset_id", "certificate_id"], Kind.ASSET_ID),
    "scan_id": Kind.SCAN_ID,
    "against": Kind.OTHER_SCAN,
    "cursor": Kind.CURSOR,
    "after_seq": Kind.SEQ,
    **dict.fromkeys(["since", "after", "before"], Kind.PLAIN),
    "token": Kind.SECRET,
}
HEADERS = {
    "Idempotency-Key": Kind.IDEMPOTENCY,
    "If-Match": Kind.ETAG,
    "If-None-Match": Kind.ETAG,
    "If-Range": Kind.ETAG,
    "Range": Kind.PLAIN,
    "Last-Event-ID": Kind.SEQ,
    "Prefer": Kind.PLAIN,
}
MEMBERS = {
    "createScan": {
        "target": Kind.ADDRESS,
        "targets": Kind.ADDRESS,
        **dict.fromkeys(["scan_type", "name", "tags", "criticality"], Kind.PLAIN),
        **dict.fromkeys(["options", "policies", "options.checks", "auth"], Kind.NESTED),
        "auth.login_url": Kind.ADDRESS,
        **dict.fromkeys(
            "auth." + name
            for name in [
                "type",
                "headers",
                "cookies",
                "username",
                "password",
                "token",
                "fields",
                "success",
                "logout",
                "token_path",
            ]
        ),
        **dict.fromkeys(
            "options." + name
            for name in [
                "depth",
                "concurrent",
                "timeout",
                "request_timeout",
                "follow_redirects",
                "ignore_ssl",
                "ports",
                "udp",
                "subdomain_words",
                "syn",
                "checks.include",
                "checks.exclude",
                "checks.tags",
            ]
        ),
        **dict.fromkeys(
            "policies." + name
            for name in [
                "exclude_paths",
                "include_paths",
                "max_requests_per_second",
                "respect_robots_txt",
                "custom_headers",
                "mode",
                "fail_on",
            ]
        ),
    },
    "updateVulnerability": dict.fromkeys(
        ["status", "reason", "comment", "assignee", "due_at", "severity_override", "accept_until", "tags"],
        Kind.PLAIN,
    ),
    "updateVulnerabilities": {
        **dict.fromkeys(["filter", "patch"], Kind.NESTED),
        **dict.fromkeys(
            ["ids", *(f"filter.{name}" for name in ("scan_id", "target", "type", "cwe", "check_id", "q"))],
            Kind.FILTER,
        ),
        **dict.fromkeys(
            f"filter.{name}"
            for name in ["severity", "status", "detection", "tier", "created_after", "created_before"]
        ),
        **dict.fromkeys(
            f"patch.{name}"
            for name in [
                "status",
                "reason",
                "comment",
                "assignee",
                "due_at",
                "severity_override",
                "accept_until",
                "tags",
            ]
        ),
    },
    "addComment": {"text": Kind.PLAIN},
    "createReport": {
        "scan_id": Kind.SCAN_ID,
        "scan_ids": Kind.SCAN_ID,
        "baseline_scan_id": Kind.SCAN_ID,
        **dict.fromkeys(["type", "format", "title", "since", "redaction", "logo"], Kind.PLAIN),
        "filters": Kind.NESTED,
        **dict.fromkeys(["filters.severity", "filters.status", "filters.tier"], Kind.PLAIN),
    },
    "createApiKey": dict.fromkeys(["name", "plan", "scopes", "expires_at"], Kind.PLAIN),
}
"""Operation -> member of its body -> what it holds; None counts as plain."""

BODIES: dict[str, dict[str, Any]] = {
    "createScan": {"target": "own.example"},
    "updateVulnerability": {"status": "in_progress"},
    "updateVulnerabilities": {"filter": {"severity": ["medium"]}, "patch": {"tags": ["many"]}},
    "addComment": {"text": "a remark"},
    "createReport": {"scan_id": "{scan}"},
    "createApiKey": {"name": "one more", "scopes": ["scans:read"]},
}
"""A body that each operation accepts; `{scan}` stands for a scan of whoever asks."""

ENDLESS = frozenset({"streamEvents"})
"""Answers that do not end; they have tests of their own."""


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    id: str
    query: tuple[str, ...]
    headers: tuple[str, ...]
    members: tuple[str, ...]
    media_types: tuple[str, ...]
    document: dict[str, Any]

    def __str__(self) -> str:
        return self.id

    @property
    def id_kind(self) -> str:
        """Prefix of the ids in its path; empty when it has none."""
        if "{" not in self.path:
            return ""
        return next(kind for start, kind in PATH_IDS.items() if self.path.startswith(start))


@cache
def document() -> dict[str, Any]:
    """The document that `/openapi.json` serves."""
    return dict(json.loads(openapi_document(all_routes())))


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself instead of a reference to it, and the part of a nullable one that is not null."""
    while "$ref" in schema or "anyOf" in schema:
        if "anyOf" in schema:
            schema = next(part for part in schema["anyOf"] if part.get("type") != "null")
        else:
            schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def members(schema: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """The members of an object and of the objects in it, by their dotted paths."""
    for name, part in resolved(schema).get("properties", {}).items():
        yield prefix + name
        inner = resolved(part)
        yield from members(inner, f"{prefix}{name}.")
        yield from members(resolved(inner.get("items", {})), f"{prefix}{name}[].")


def _operation(method: str, path: str, found: dict[str, Any]) -> Operation:
    parameters = found.get("parameters", ())
    content = found.get("requestBody", {}).get("content", {})
    body = next(iter(content.values()), {}).get("schema", {})
    return Operation(
        method=method.upper(),
        path=path,
        id=found["operationId"],
        query=tuple(p["name"] for p in parameters if p["in"] == "query"),
        headers=tuple(p["name"] for p in parameters if p["in"] == "header"),
        members=tuple(members(body)),
        media_types=tuple(content),
        document=found,
    )


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation of the document."""
    paths = document()["paths"].items()
    return tuple(
        _operation(method, path, found) for path, methods in paths for method, found in methods.items()
    )


def response_members() -> tuple[str, ...]:
    """The last part of the name of every member that any successful answer shows."""
    found: set[str] = set()
    for operation in operations():
        for status, response in operation.document["responses"].items():
            if status < "300":
                for content in response.get("content", {}).values():
                    found |= {path.rpartition(".")[2] for path in members(content.get("schema", {}))}
    return tuple(sorted(found))


def without_a_row() -> list[str]:
    """What the document has and the tables above do not know, and the other way round."""
    lost: list[str] = []
    for operation in operations():
        where = f"{operation.id}: "
        if "{" in operation.path and not any(operation.path.startswith(start) for start in PATH_IDS):
            lost.append(where + f"the id in {operation.path}")
        lost += [f"{where}query parameter {name}" for name in operation.query if name not in QUERY]
        lost += [f"{where}header {name}" for name in operation.headers if name not in HEADERS]
        known = MEMBERS.get(operation.id, {})
        lost += [f"{where}body member {name}" for name in operation.members if name not in known]
        lost += [f"{where}{name} is no body member" for name in known if name not in operation.members]
        if bool(operation.members) != (operation.id in BODIES):
            lost.append(where + "a body that it accepts")
    return lost
