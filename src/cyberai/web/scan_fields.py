"""The fields of the form of a new scan. They are named as the members of POST /v1/scans, so that the API's own
judgement of each can be shown beside it."""

from typing import Any

import msgspec
from msgspec import UNSET

from cyberai.api.body import explain
from cyberai.app.requests import ScanRequest
from cyberai.app.resources import ScanResource
from cyberai.app.scan_request import MESSAGE, invalid_scan
from cyberai.domain.errors import InvalidRequest
from cyberai.web.visit import Form

TEXTS = (
    "target",
    "scan_type",
    "name",
    "criticality",
    "options.ports",
    "options.syn",
    "policies.mode",
    "policies.fail_on",
    "auth.type",
    "auth.username",
    "auth.login_url",
)
SECRETS = ("auth.password", "auth.token")
"""Taken as they are, blanks at the ends included, and never shown again."""

PAIRS = {"auth.headers": ":", "auth.cookies": "="}
"""Names and values, one pair per line, and what stands between them."""

NUMBERS = (
    "options.depth",
    "options.concurrent",
    "options.timeout",
    "options.request_timeout",
    "policies.max_requests_per_second",
)
FLAGS = (
    "options.follow_redirects",
    "options.ignore_ssl",
    "options.udp",
    "options.subdomain_words",
    "policies.respect_robots_txt",
)
LISTS = (
    "tags",
    "options.checks.include",
    "options.checks.exclude",
    "policies.include_paths",
    "policies.exclude_paths",
)
FIELDS = (*TEXTS, *SECRETS, *PAIRS, *NUMBERS, *FLAGS, *LISTS)
PLAIN = frozenset(("target", "scan_type", "options.depth", "policies.mode"))
"""Fields that are always in sight; a problem in any other opens the rest of the form."""

_MAX_DIGITS = 15


def scan_request(form: Form) -> ScanRequest:
    """The request that the fields make; raise InvalidRequest. What the use case judges is not judged here."""
    body: dict[str, Any] = {}
    for name in TEXTS:
        if name in form:
            _put(body, name, form[name].strip())
    _put_login(body, form)
    for name in FLAGS:
        _put(body, name, name in form)
    for name in LISTS:
        if name in form:
            _put(body, name, [line.strip() for line in form[name].split("\n") if line.strip()])
    for name, number in _numbers(form).items():
        _put(body, name, number)
    try:
        return msgspec.convert(body, ScanRequest, strict=True)
    except msgspec.ValidationError as error:
        field, reason = explain(str(error), ScanRequest)
        raise InvalidRequest(MESSAGE, field=field, reason=reason) from error


def default_values() -> Form:
    """What an untouched form holds."""
    return empty_values() | _flat(msgspec.to_builtins(ScanRequest()))


def empty_values() -> Form:
    """Every field, and nothing in it."""
    return dict.fromkeys(FIELDS, "")


def values_of(scan: ScanResource) -> Form:
    """The settings of a scan, to be used again; values of custom headers and
    of the login are kept from everybody."""
    settings = {
        "target": scan.target,
        "scan_type": scan.scan_type,
        "name": scan.name,
        "criticality": scan.criticality,
        "tags": list(scan.tags),
        "options": scan.effective_options,
        "policies": msgspec.to_builtins(scan.policies),
    }
    if scan.auth is not None:
        settings["auth"] = msgspec.to_builtins(scan.auth)
    return empty_values() | _flat(settings)


def shown_again(form: Form) -> Form:
    """What was typed, as the form shows it beside a problem: without secrets."""
    return empty_values() | {name: value for name, value in form.items() if name not in (*SECRETS, *PAIRS)}


def _put_login(body: dict[str, Any], form: Form) -> None:
    for name in SECRETS:
        if name in form:
            _put(body, name, form[name])
    for name in PAIRS:
        if name in form:
            _put(body, name, _pairs(name, form[name]))
    if "auth" in body:
        body["auth"].setdefault("type", "")


def _pairs(name: str, text: str) -> dict[str, str]:
    pairs = [line.strip().partition(PAIRS[name]) for line in text.split("\n") if line.strip()]
    if any(not (first.strip() and between) for first, between, _ in pairs):
        raise invalid_scan([(name, f"Write a name, {PAIRS[name]} and a value on each line")])
    return {first.strip(): value.strip() for first, _, value in pairs}


def _numbers(form: Form) -> dict[str, int]:
    given = {name: form[name].strip() for name in NUMBERS if name in form}
    wrong = [name for name, text in given.items() if not _is_number(text)]
    if wrong:
        raise invalid_scan([(name, "Must be a whole number") for name in wrong])
    return {name: int(text) for name, text in given.items()}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS


def _put(body: dict[str, Any], name: str, value: Any) -> None:
    *outer, last = name.split(".")
    for part in outer:
        body = body.setdefault(part, {})
    body[last] = value


def _flat(members: dict[str, Any], prefix: str = "") -> Form:
    """Members by their dotted path, as a field shows them."""
    found: Form = {}
    for name, value in members.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            found |= _flat(value, f"{path}.")
        elif isinstance(value, list | tuple):
            found[path] = "\n".join(str(item) for item in value)
        elif isinstance(value, bool):
            found[path] = "on" if value else ""
        else:
            found[path] = "" if value is None or value is UNSET else str(value)
    return found
