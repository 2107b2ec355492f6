"""JSON schemas of the Structs, with what their types cannot say: enumerations, ranges, meanings."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec

from cyberai.domain.api_key import ApiScope, Plan
from cyberai.domain.auth import AuthType
from cyberai.domain.check import Scope as CheckScope
from cyberai.domain.finding import Tier
from cyberai.domain.history import ActorKind
from cyberai.domain.report import FORMATS_OF, Redaction, ReportFormat, ReportStatus, ReportType
from cyberai.domain.scan import Criticality, Mode, Phase, ScanStatus, ScanType, StatusReason
from cyberai.domain.scan_log import LogKind
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Detection, VulnerabilityStatus

Schema = dict[str, Any]

_TIME: Schema = {"type": "string", "format": "date-time"}


def _one_of(kind: type[StrEnum], *left_out: StrEnum) -> Schema:
    return {"type": "string", "enum": [member.value for member in kind if member not in left_out]}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _whole(low: int, high: int, default: int | None = None) -> Schema:
    schema: Schema = {"type": "integer", "minimum": low, "maximum": high}
    return schema if default is None else {**schema, "default": default}


_BUILT_FORMATS = {
    "type": "string",
    "enum": [
        format.value for format in ReportFormat if any(format in formats for formats in FORMATS_OF.values())
    ],
    "default": "json",
}
_BUILT_TYPES = {"type": "string", "enum": [kind.value for kind in FORMATS_OF], "default": "technical"}
_SCOPES: Schema = {"type": "array", "items": _one_of(ApiScope)}

REFINED: dict[str, dict[str, Schema]] = {
    "ScanRequest": {
        "target": {
            "type": "string",
            "description": "A domain, IP address, CIDR (at most 65,536 addresses), URL or host:port.",
            "examples": ["example.com"],
        },
        "targets": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "description": "Several targets, instead of `target`.",
        },
        "scan_type": {**_one_of(ScanType, ScanType.CLOUD), "default": "vulnerability"},
        "criticality": {**_one_of(Criticality), "default": "medium"},
    },
    "AuthRequest": {
        "type": _one_of(AuthType),
        **{
            name: _or_null({"type": "string", "format": "password", "writeOnly": True})
            for name in ("password", "token")
        },
        "login_url": _or_null(
            {"type": "string", "description": "The page of the login form, or where the JSON login is sent."}
        ),
        "success": _or_null(
            {"type": "string", "description": "Pattern (RE2) of what only a logged-in user sees."}
        ),
        "logout": _or_null(
            {"type": "string", "description": "Pattern (RE2) of what shows that the session is over."}
        ),
        "token_path": _or_null(
            {
                "type": "string",
                "description": "Where the answer of the JSON login holds the token, such as data.token.",
            }
        ),
    },
    "AuthResource": {"type": _one_of(AuthType)},
    "OptionsRequest": {
        "depth": _whole(1, 10, 3),
        "concurrent": _whole(1, 64, 2),
        "timeout": {**_whole(1, 604_800, 3600), "description": "Seconds for the whole scan."},
        "request_timeout": {**_whole(1, 300, 10), "description": "Seconds for one request."},
    },
    "PoliciesRequest": {
        "max_requests_per_second": _or_null(
            {**_whole(1, 1000), "description": "Per host; 20 by default, 200 on loopback."}
        ),
        "mode": {**_one_of(Mode), "default": "standard"},
        "fail_on": {**_one_of(Severity), "default": "high"},
    },
    "VulnerabilityPatch": {
        "status": _one_of(VulnerabilityStatus),
        "severity_override": _or_null(_one_of(Severity)),
        "due_at": _or_null(_TIME),
        "accept_until": _or_null(_TIME),
    },
    "CommentRequest": {"text": {"type": "string", "minLength": 1, "maxLength": 2000}},
    "ReportRequest": {
        "type": _BUILT_TYPES,
        "format": _BUILT_FORMATS,
        "since": _or_null(_TIME),
        "redaction": {**_one_of(Redaction), "default": "secrets"},
        "logo": _or_null(
            {"type": "string", "description": "A data URI: png, jpeg or svg, for html and pdf."}
        ),
    },
    "ReportFiltersRequest": {
        "severity": {"type": "array", "items": _one_of(Severity)},
        "status": {"type": "array", "items": _one_of(VulnerabilityStatus)},
        "tier": {"type": "array", "items": _one_of(Tier)},
    },
    "KeyRequest": {
        "plan": {**_one_of(Plan), "default": "standard"},
        "scopes": _or_null(_SCOPES),
        "expires_at": _or_null(_TIME),
    },
    "ScanResource": {
        "status": _one_of(ScanStatus),
        "scan_type": _one_of(ScanType),
        "criticality": _one_of(Criticality),
        "phase": _one_of(Phase),
        "status_reason": _or_null(_one_of(StatusReason)),
        **dict.fromkeys(("created_at", "estimated_completion", "updated_at"), _TIME),
        "paused_at": _TIME,
        **dict.fromkeys(("started_at", "finished_at"), _or_null(_TIME)),
    },
    "LogResource": {"kind": _one_of(LogKind), "at": _TIME, "last_at": _TIME},
    "TicketResource": {"expires_at": _TIME},
    "MeResource": {"plan": _one_of(Plan), "scopes": _SCOPES, "expires_at": _or_null(_TIME)},
    "Frame": {"data": {"type": "object"}, "timestamp": _TIME},
    "PlannedHost": {"policy": {"type": "string", "enum": ["allowed", "refused", "judged_when_it_connects"]}},
    "PlannedCheck": {"scope": _one_of(CheckScope)},
    "Refusal": {"kind": {"type": "string", "enum": ["target", "check"]}},
    "RequestEstimate": {"basis": {"type": "string", "enum": ["earlier_scans", "model"]}},
    "ProgressResource": {"current": _whole(0, 100), "total": {"type": "integer", "const": 100}},
    "VulnerabilityResource": {
        "severity": _one_of(Severity),
        "status": _one_of(VulnerabilityStatus),
        "detection": _one_of(Detection),
        "tier": _one_of(Tier),
        "criticality": _one_of(Criticality),
        "risk_score": {"type": "number", "minimum": 0, "maximum": 100},
        "confidence": _whole(0, 100),
        **dict.fromkeys(("first_seen", "last_seen", "created_at", "updated_at"), _TIME),
        **dict.fromkeys(("due_at", "accept_until"), _or_null(_TIME)),
    },
    "RiskTerms": {
        "epss": {
            "type": ["number", "null"],
            "description": "Factor for the likelihood of exploitation; null: not known.",
        },
        "kev": {
            "type": ["number", "null"],
            "description": "Factor for being known to be exploited; null: not known.",
        },
    },
    "ActorResource": {"type": _one_of(ActorKind)},
    "ChangeResource": {
        "at": _TIME,
        "from": {"description": "What it was: a text, a time, a list, or null."},
        "to": {"description": "What it became."},
    },
    "CommentResource": {"created_at": _TIME},
    "OccurrenceResource": dict.fromkeys(("first_seen", "last_seen"), _TIME),
    "ReportResource": {
        "status": _one_of(ReportStatus),
        "type": _one_of(ReportType),
        "format": _one_of(ReportFormat),
        "created_at": _TIME,
        "completed_at": _or_null(_TIME),
    },
    "KeyResource": {
        "plan": _one_of(Plan),
        "scopes": _SCOPES,
        "created_at": _TIME,
        **dict.fromkeys(("expires_at", "last_used_at", "revoked_at"), _or_null(_TIME)),
    },
}
"""Struct -> member -> schema that replaces the one its Python type gives."""

_DETAILS: Schema = {
    "type": "object",
    "properties": {
        "field": {"type": ["string", "null"], "description": "Body member, parameter or header; or null."},
        "reason": {"type": "string", "description": "What to do."},
        "errors": {"type": "array", "items": {"type": "object"}},
        "allowed": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["field", "reason"],
}

LEFT_OUT: dict[str, tuple[str, ...]] = {
    "ScanRequest": ("webhook_url", "identities", "inputs"),
    "OptionsRequest": ("templates",),
}
"""Members that are decoded only to be refused: documented for later, absent from this document."""


def named_schemas(kinds: Iterable[Any], ref: str) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """References per type, and the components they point to."""
    kinds = tuple(kinds)
    found, components = msgspec.json.schema_components(kinds, ref_template=ref)
    for name, schema in components.items():
        for member in LEFT_OUT.get(name, ()):
            schema["properties"].pop(member)
        for member, refined in REFINED.get(name, {}).items():
            schema["properties"][member] = refined
    for owner in {"ErrorBody", "Problem"} & components.keys():
        components[owner]["properties"]["details"] = dict(_DETAILS)
    return dict(zip(kinds, found, strict=True)), components
