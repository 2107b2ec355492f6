"""Every wrong body, header, path, id, cursor, token and method gets the whole envelope and stores nothing."""

import json
from typing import Any

import pytest
from asgi_driver import Answer
from envelopes import assert_envelope
from records import store_vulnerability
from site_under_test import Site

SCAN = "Invalid scan configuration"
TARGET = ("invalid_request", "target", "Must be a valid domain name")

GOOD = {"target": "example.com"}


def with_(**changes: Any) -> dict[str, Any]:
    return {**GOOD, **changes}


RAW_BODIES: list[tuple[bytes, str, str | None, str]] = [
    (b"", "invalid_request", None, "empty"),
    (b"  \r\n\t", "invalid_request", None, "empty"),
    (b"{", "invalid_json", None, "Line 1"),
    (b"}", "invalid_json", None, "Line 1"),
    (b'{"target": "example.com",}', "invalid_json", None, "Line 1"),
    (b"{'target': 'example.com'}", "invalid_json", None, "Line 1"),
    (b'{"target": "example.com"} x', "invalid_json", None, "Line 1"),
    (b'{"target": "example.com"}{}', "invalid_json", None, "Line 1"),
    (b'{"target": "a\nb"}', "invalid_json", None, "Line 1"),
    (b'{"target": "\\x41"}', "invalid_json", None, "Line 1"),
    (b'{"target": tru}', "invalid_json", None, "Line 1"),
    (b'{"options": {"depth": 03}}', "invalid_json", None, "Line 1"),
    (b'{"options": {"depth": +3}}', "invalid_json", None, "Line 1"),
    (b'{"options": {"depth": NaN}}', "invalid_json", None, "NaN"),
    (b'{"options": {"depth": Infinity}}', "invalid_json", None, "Infinity"),
    (b'{"options": {"depth": -Infinity}}', "invalid_json", None, "-Infinity"),
    (b'{"target": "a", "target": "b"}', "invalid_json", None, "'target' appears twice"),
    (b'{"options": {"depth": 1, "depth": 1}}', "invalid_json", None, "'depth' appears twice"),
    (b'\xef\xbb\xbf{"target": "example.com"}', "invalid_json", None, "byte order mark"),
    (b'{"target": "\xff"}', "invalid_json", None, "Byte 12 is not UTF-8"),
    (b'{"target": "\xed\xa0\x80"}', "invalid_json", None, "not UTF-8"),
    ('{"target": "a"}'.encode("utf-16"), "invalid_json", None, "not UTF-8"),
    (b'{"target": "\\ud800"}', "invalid_json", None, "surrogate"),
    (b'{"name": "\\udc00\\ud800"}', "invalid_json", None, "surrogate"),
    (b'{"target": ' + b"[" * 65 + b"]" * 65 + b"}", "invalid_json", None, "at most 64 deep"),
    (b"[" * 65 + b"]" * 65, "invalid_json", None, "at most 64 deep"),
    (b'{"a":' * 100_000, "invalid_json", None, "at most 64 deep"),
    (b"[" * 500_000, "invalid_json", None, "at most 64 deep"),
    (b"<scan/>", "invalid_json", None, "Line 1"),
    (b"target=example.com", "invalid_json", None, "Line 1"),
    (b"[]", "invalid_request", None, "must be an object, not an array"),
    (b'"example.com"', "invalid_request", None, "must be an object, not a string"),
    (b"null", "invalid_request", None, "must be an object, not null"),
    (b"3", "invalid_request", None, "must be an object, not an integer"),
    (b"3.5", "invalid_request", None, "must be an object, not a number"),
    (b"true", "invalid_request", None, "must be an object, not true or false"),
    (b'{"options": {"depth": 1e400}}', "invalid_request", "options.depth", "Must be an integer"),
    (b'{"options": {"depth": ' + b"9" * 5000 + b"}}", "invalid_request", None, "too large"),
]


@pytest.mark.parametrize(("raw", "code", "field", "reason"), RAW_BODIES)
def test_body_that_is_no_object(
    shared_site: Site, raw: bytes, code: str, field: str | None, reason: str
) -> None:
    answer = shared_site.post("/v1/scans", raw=raw)
    assert_envelope(answer, code, field, reason)
    assert_nothing_stored(shared_site)


CREDENTIALS = {"username": "ann", "password": "tulip-canary"}
FORM = {"type": "form", "login_url": "http://example.com/login", **CREDENTIALS}


def auth_(kind: str, **members: Any) -> dict[str, Any]:
    return with_(auth={"type": kind, **members})


BODIES: list[tuple[Any, str, str, str]] = [
    ({}, *TARGET),
    ({"target": None}, *TARGET),
    ({"target": ""}, *TARGET),
    ({"target": " "}, *TARGET),
    ({"target": 3}, *TARGET),
    ({"target": 3.5}, *TARGET),
    ({"target": True}, *TARGET),
    ({"target": []}, *TARGET),
    ({"target": ["example.com"]}, *TARGET),
    ({"target": {}}, *TARGET),
    ({"target": "not a target"}, *TARGET),
    ({"target": "exa mple.com"}, *TARGET),
    ({"target": "http://"}, *TARGET),
    ({"target": "-.com"}, *TARGET),
    ({"target": "example..com"}, *TARGET),
    ({"target": "a" * 300 + ".com"}, *TARGET),
    ({"target": "example.com\u0000"}, *TARGET),
    ({"options": {"depth": 3}}, *TARGET),
    (with_(targets=["example.org"]), "invalid_request", "targets", "not both"),
    ({"targets": []}, "invalid_request", "targets", "1 to"),
    ({"targets": "example.com"}, "invalid_request", "targets", "list"),
    ({"targets": ["example.com", 3]}, "invalid_request", "targets[1]", "Must be a valid domain name"),
    (with_(scan_type="everything"), "invalid_request", "scan_type", "vulnerability, network, web"),
    (with_(scan_type=""), "invalid_request", "scan_type", "one of"),
    (with_(scan_type=3), "invalid_request", "scan_type", "Must be a string, not an integer"),
    (with_(scan_type=None), "invalid_request", "scan_type", "Must be a string, not null"),
    (with_(scan_type="cloud"), "invalid_request", "scan_type", "Not available in this version"),
    (with_(webhook_url="https://example.com"), "invalid_request", "webhook_url", "Not available"),
    (with_(auth="basic"), "invalid_request", "auth", "Must be an object"),
    (with_(auth={}), "invalid_request", "auth.type", "Is required"),
    (
        with_(auth={"type": "ntlm"}),
        "invalid_request",
        "auth.type",
        "headers, basic, digest, bearer, form, json",
    ),
    (
        with_(auth={"type": "basic", "usrname": "a"}),
        "invalid_request",
        "auth.usrname",
        "did you mean username?",
    ),
    (
        with_(auth={"type": "basic", "username": 3}),
        "invalid_request",
        "auth.username",
        "Must be a string or null",
    ),
    (with_(auth={"type": "basic"}), "invalid_request", "auth.username", "Is needed with type basic"),
    (auth_("basic", username="a:b", password="c"), "invalid_request", "auth.username", "colon"),
    (auth_("digest", username="a"), "invalid_request", "auth.password", "Is needed with type digest"),
    (auth_("bearer"), "invalid_request", "auth.token", "Is needed with type bearer"),
    (auth_("bearer", token="a b"), "invalid_request", "auth.token", "without white space"),
    (
        auth_("bearer", token="abc", username="x"),
        "invalid_request",
        "auth.username",
        "no meaning with type bearer",
    ),
    (auth_("headers"), "invalid_request", "auth.headers", "Give headers or cookies"),
    (
        auth_("headers", headers={"Host": "x"}),
        "invalid_request",
        "auth.headers.Host",
        "Is set by the scanner",
    ),
    (auth_("headers", headers={"X": "a\nb"}), "invalid_request", "auth.headers.X", "one line"),
    (auth_("headers", cookies={"a b": "c"}), "invalid_request", "auth.cookies.a b", "named by"),
    (auth_("headers", cookies={"a": "b;c"}), "invalid_request", "auth.cookies.a", "no ;"),
    (auth_("headers", cookies={"a": 1}), "invalid_request", "auth.cookies[...]", "Must be a string"),
    (auth_("form", username="a"), "invalid_request", "auth.password", "Give username and password"),
    (auth_("form", **CREDENTIALS), "invalid_request", "auth.login_url", "every target is a URL"),
    (auth_("form", **CREDENTIALS, login_url="/login"), "invalid_request", "auth.login_url", "http://"),
    (
        auth_("form", **CREDENTIALS, login_url="http://elsewhere.example/login"),
        "invalid_request",
        "auth.login_url",
        "within the scan's targets",
    ),
    (
        {"target": "http://example.com/app/", "auth": FORM | {"login_url": "http://example.com/login"}},
        "invalid_request",
        "auth.login_url",
        "within the scan's targets",
    ),
    (
        {
            "target": "http://example.com/",
            "policies": {"exclude_paths": ["/in"]},
            "auth": FORM | {"login_url": "http://example.com/in"},
        },
        "invalid_request",
        "auth.login_url",
        "targets and paths",
    ),
    (auth_("json", **CREDENTIALS), "invalid_request", "auth.login_url", "Is needed with type json"),
    (with_(auth=FORM | {"success": "("}), "invalid_request", "auth.success", "regular expression"),
    (with_(auth=FORM | {"logout": "a*"}), "invalid_request", "auth.logout", "Matches the empty text"),
    (
        with_(auth=FORM | {"token_path": "a"}),
        "invalid_request",
        "auth.token_path",
        "no meaning with type form",
    ),
    (with_(auth=FORM | {"username": "a\u0000"}), "invalid_request", "auth.username", "control character"),
    (with_(identities=[]), "invalid_request", "identities", "Not available in this version"),
    (with_(inputs=[]), "invalid_request", "inputs", "Not available in this version"),
    (with_(options={"templates": []}), "invalid_request", "options.templates", "Not available"),
    (with_(options=None), "invalid_request", "options", "Must be an object, not null"),
    (with_(options=[]), "invalid_request", "options", "Must be an object, not an array"),
    (with_(options={"depth": 0}), "invalid_request", "options.depth", "1 to 10"),
    (with_(options={"depth": 11}), "invalid_request", "options.depth", "1 to 10"),
    (with_(options={"depth": -1}), "invalid_request", "options.depth", "1 to 10"),
    (with_(options={"depth": 10**30}), "invalid_request", "options.depth", "1 to 10"),
    (with_(options={"depth": "3"}), "invalid_request", "options.depth", "Must be an integer, not a string"),
    (with_(options={"depth": 3.0}), "invalid_request", "options.depth", "Must be an integer, not a number"),
    (with_(options={"depth": True}), "invalid_request", "options.depth", "Must be an integer, not true"),
    (with_(options={"depth": None}), "invalid_request", "options.depth", "Must be an integer, not null"),
    (with_(options={"concurrent": 0}), "invalid_request", "options.concurrent", "1 to 64"),
    (with_(options={"concurrent": 65}), "invalid_request", "options.concurrent", "1 to 64"),
    (with_(options={"timeout": 0}), "invalid_request", "options.timeout", "from 1 to"),
    (with_(options={"request_timeout": 0}), "invalid_request", "options.request_timeout", "from 1 to"),
    (with_(options={"ports": "x"}), "invalid_request", "options.ports", ""),
    (with_(options={"ports": 80}), "invalid_request", "options.ports", "Must be a string or null"),
    (with_(options={"ports": "U:0"}), "invalid_request", "options.ports", "U:53"),
    (with_(options={"udp": "yes"}), "invalid_request", "options.udp", "true or false"),
    (
        with_(options={"subdomain_words": ["a"]}),
        "invalid_request",
        "options.subdomain_words",
        "true or false",
    ),
    (with_(options={"syn": "fast"}), "invalid_request", "options.syn", "auto, on, off"),
    (with_(options={"follow_redirects": 1}), "invalid_request", "options.follow_redirects", "true or false"),
    (with_(options={"ignore_ssl": "no"}), "invalid_request", "options.ignore_ssl", "true or false"),
    (with_(options={"dept": 3}), "invalid_request", "options.dept", "did you mean depth?"),
    (with_(options={"zzz": 3}), "invalid_request", "options.zzz", "known are: depth"),
    (with_(options={"checks": {"only": []}}), "invalid_request", "options.checks.only", "Unknown key"),
    (with_(options={"checks": {"tags": "a"}}), "invalid_request", "options.checks.tags", "array"),
    (with_(options={"checks": {"tags": [1]}}), "invalid_request", "options.checks.tags[0]", "a string"),
    (with_(options={"checks": {"include": ["nope"]}}), "invalid_request", "options.checks", "nope"),
    (with_(policies={"mode": "wild"}), "invalid_request", "policies.mode", "safe, standard, intrusive"),
    (with_(policies={"fail_on": "bad"}), "invalid_request", "policies.fail_on", "critical"),
    (
        with_(policies={"max_requests_per_second": 0}),
        "invalid_request",
        "policies.max_requests_per_second",
        "",
    ),
    (with_(policies={"exclude_paths": ["x"]}), "invalid_request", "policies.exclude_paths[0]", "/"),
    (with_(policies={"custom_headers": {"a": 1}}), "invalid_request", "policies.custom_headers[...]", ""),
    (
        with_(policies={"custom_headers": {"Host": "a"}}),
        "invalid_request",
        "policies.custom_headers.Host",
        "",
    ),
    (
        with_(policies={"custom_headers": {"A": "a\r\nB: c"}}),
        "invalid_request",
        "policies.custom_headers.A",
        "",
    ),
    (with_(tags="a"), "invalid_request", "tags", "Must be an array, not a string"),
    (with_(tags=[""]), "invalid_request", "tags[0]", "characters"),
    (with_(tags=["a", 2]), "invalid_request", "tags[1]", "Must be a string, not an integer"),
    (with_(name=3), "invalid_request", "name", "Must be a string or null"),
    (with_(criticality="huge"), "invalid_request", "criticality", "low, medium, high"),
    (with_(traget="x"), "invalid_request", "traget", "did you mean target?"),
    (with_(**{"": 1}), "invalid_request", "", "Unknown key"),
    (with_(**{"a` - at `$.options": 1}), "invalid_request", ..., "Unknown key"),
    (with_(dry_run=True), "invalid_request", "dry_run", "Unknown key"),
    ({"target": "10.0.0.1"}, "target_not_allowed", "target", ""),
    ({"target": "http://169.254.169.254/latest/"}, "target_not_allowed", "target", ""),
    ({"target": "192.168.0.0/24"}, "target_not_allowed", "target", ""),
    ({"targets": ["example.com", "10.0.0.1"]}, "target_not_allowed", "targets[1]", ""),
]


@pytest.mark.parametrize(("body", "code", "field", "reason"), BODIES)
def test_scan_that_may_not_be(shared_site: Site, body: Any, code: str, field: Any, reason: str) -> None:
    answer = shared_site.post("/v1/scans", body)
    assert_envelope(answer, code, field, reason, SCAN if code == "invalid_request" else "")
    assert_nothing_stored(shared_site)


def assert_nothing_stored(site: Site) -> None:
    assert site.get("/v1/scans").json() == {"data": [], "has_more": False, "next_cursor": None}


def test_the_page_s_own_error_is_answered_word_for_word(shared_site: Site) -> None:
    error = shared_site.post("/v1/scans", {"target": "no domain"}).error
    assert error["code"] == "invalid_request"
    assert error["message"] == "Invalid scan configuration"
    assert error["details"]["field"] == "target"
    assert error["details"]["reason"] == "Must be a valid domain name"


def test_every_semantic_problem_is_listed(shared_site: Site) -> None:
    body = {"target": "example.com", "options": {"depth": 99, "concurrent": 99}, "criticality": "x"}
    details = shared_site.post("/v1/scans", body).details
    assert details["field"] == details["errors"][0]["field"]
    fields = {problem["field"] for problem in details["errors"]}
    assert fields == {"options.depth", "options.concurrent", "criticality"}


@pytest.mark.parametrize(
    ("method", "path", "body", "fields"),
    [
        (
            "POST",
            "/v1/api-keys",
            {"name": "", "plan": "gold", "scopes": ["a", "scans:read", "b"], "expires_at": "soon"},
            ["name", "plan", "scopes[0]", "scopes[2]", "expires_at"],
        ),
        (
            "POST",
            "/v1/reports",
            {"type": "x", "format": "y", "filters": {"severity": ["z"], "tier": ["z"]}, "title": ""},
            ["type", "format", "scan_id", "filters.severity", "filters.tier", "title"],
        ),
        (
            "PATCH",
            "/v1/vulnerabilities/{id}",
            {"status": "gone", "due_at": "soon", "severity_override": "bad", "comment": " ", "tags": [""]},
            ["comment", "due_at", "severity_override", "tags", "status"],
        ),
        ("PATCH", "/v1/vulnerabilities/{id}", {"status": "accepted_risk"}, ["reason", "accept_until"]),
    ],
)
def test_every_other_body_is_told_all_its_problems_too(
    site: Site, method: str, path: str, body: dict[str, Any], fields: list[str]
) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    answer = site.call(method, path.format(id=store_vulnerability(site, scan)), body)
    assert answer.status == 400, answer.body
    assert [problem["field"] for problem in answer.details["errors"]] == fields
    assert answer.details["field"] == fields[0]


QUERIES: list[tuple[str, str, str | None, str]] = [
    ("/v1/scans?limit=0", "invalid_request", "limit", "1 to 200"),
    ("/v1/scans?limit=201", "invalid_request", "limit", "1 to 200"),
    ("/v1/scans?limit=-1", "invalid_request", "limit", "1 to 200"),
    ("/v1/scans?limit=", "invalid_request", "limit", "1 to 200"),
    ("/v1/scans?limit=1.5", "invalid_request", "limit", "1 to 200"),
    ("/v1/scans?limit=%2B5", "invalid_request", "limit", "1 to 200"),
    ("/v1/scans?limit=%20 5", "invalid_request", "limit", "1 to 200"),
    ("/v1/scans?limit=%D9%A5", "invalid_request", "limit", "1 to 200"),
    ("/v1/scans?limit=99999999999999999999", "invalid_request", "limit", "1 to 200"),
    ("/v1/scans?limit=1&limit=2", "invalid_request", "limit", "once"),
    ("/v1/scans?status=running&status=failed", "invalid_request", "status", "commas"),
    ("/v1/scans?status=", "invalid_request", "status", "one or more"),
    ("/v1/scans?status=running,", "invalid_request", "status", "single commas"),
    ("/v1/scans?status=runing", "invalid_request", "status", "queued, running"),
    ("/v1/scans?status=RUNNING", "invalid_request", "status", "queued, running"),
    ("/v1/scans?scan_type=all", "invalid_request", "scan_type", "vulnerability"),
    ("/v1/scans?created_after=yesterday", "invalid_request", "created_after", "RFC 3339"),
    ("/v1/scans?created_after=2024-01-20", "invalid_request", "created_after", "RFC 3339"),
    ("/v1/scans?created_before=2024-01-20T10:00:00", "invalid_request", "created_before", "RFC 3339"),
    ("/v1/scans?tags=%FF", "invalid_request", "tags", "UTF-8"),
    ("/v1/scans?tags=%00", "invalid_request", "tags", "NUL"),
    ("/v1/scans?%FF=1", "invalid_request", None, "UTF-8"),
    ("/v1/scans?tags=" + ",".join(f"t{i}" for i in range(101)), "invalid_request", "tags", "at most 100"),
    ("/v1/scans?" + "&".join(f"a{i}=1" for i in range(101)), "invalid_request", None, "at most 100"),
    ("/v1/scans?cursor=", "invalid_cursor", "cursor", "next_cursor"),
    ("/v1/scans?cursor=abc", "invalid_cursor", "cursor", "next_cursor"),
    ("/v1/scans?cursor=" + "A" * 32, "invalid_cursor", "cursor", "next_cursor"),
    ("/v1/scans?cursor=%C3%A9", "invalid_cursor", "cursor", "next_cursor"),
    ("/v1/vulnerabilities?cursor=x", "invalid_cursor", "cursor", "next_cursor"),
    ("/v1/reports?cursor=x", "invalid_cursor", "cursor", "next_cursor"),
    ("/v1/api-keys?cursor=x", "invalid_cursor", "cursor", "next_cursor"),
    ("/v1/scans?page=2", "unknown_parameter", "page", "limit, cursor"),
    ("/v1/scans?Limit=2", "unknown_parameter", "Limit", "limit, cursor"),
    ("/v1/scans?token=secret", "unknown_parameter", "token", "limit"),
    ("/v1/scans?=1", "unknown_parameter", "", "limit"),
    ("/v1/scans/scan_x?verbose=1", "unknown_parameter", "verbose", "This endpoint knows: fields"),
    ("/v1/scans?sort=name", "invalid_request", "sort", "created_at, -created_at"),
    ("/v1/scans?fields=id,nope", "invalid_request", "fields", "'nope' is no member"),
    ("/v1/scans?fields=", "invalid_request", "fields", "one or more"),
    ("/v1/scans/scan_x?fields=", "invalid_request", "fields", "one or more"),
    ("/v1/scans?sort=", "invalid_request", "sort", "Must be one of"),
    ("/v1/scans?sort=--created_at", "invalid_request", "sort", "Must be one of"),
    ("/v1/scans?sort=created_at,target", "invalid_request", "sort", "Must be one of"),
    ("/v1/scans?sort=last_seen", "invalid_request", "sort", "Must be one of"),
    ("/v1/scans?sort=created_at&sort=created_at", "invalid_request", "sort", "once"),
    ("/v1/vulnerabilities?fields=id,evidence", "invalid_request", "fields", "'evidence' is no member"),
    ("/v1/vulnerabilities?fields=ID", "invalid_request", "fields", "known are: id"),
    ("/v1/vulnerabilities?q=", "invalid_request", "q", "1 to 16 words"),
    ("/v1/vulnerabilities?q=%20%22%27", "invalid_request", "q", "letters or digits"),
    ("/v1/vulnerabilities?q=" + "a" * 201, "invalid_request", "q", "at most 200"),
    ("/v1/vulnerabilities?q=" + "+".join("abcdefghijklmnopq"), "invalid_request", "q", "1 to 16 words"),
    ("/v1/vulnerabilities?q=%00", "invalid_request", "q", "NUL"),
    ("/v1/scans?q=x", "invalid_request", "q", "Not available in this version"),
    ("/v1/scans?include=evidence", "invalid_request", "include", "Must be one of: total"),
    ("/v1/vulnerabilities?severity=severe", "invalid_request", "severity", "critical"),
    ("/v1/vulnerabilities?status=closed", "invalid_request", "status", "accepted_risk"),
    ("/v1/vulnerabilities?detection=seen", "invalid_request", "detection", "regressed"),
    ("/v1/vulnerabilities?tier=sure", "invalid_request", "tier", "confirmed"),
    ("/v1/vulnerabilities?sort=-risk", "invalid_request", "sort", "risk_score"),
    ("/v1/reports?format=doc", "invalid_request", "format", "pdf"),
    ("/v1/reports?type=short", "invalid_request", "type", "executive"),
    ("/v1/reports?status=done", "invalid_request", "status", "completed"),
    ("/health?x=1", "unknown_parameter", "x", "no query parameters"),
]


@pytest.mark.parametrize(("target", "code", "field", "reason"), QUERIES)
def test_query(shared_site: Site, target: str, code: str, field: str | None, reason: str) -> None:
    assert_envelope(shared_site.get(target), code, field, reason)


ROUTES: list[tuple[str, str, str, str | None, str]] = [
    ("GET", "/", "not_found", None, "openapi.json"),
    ("GET", "/v1", "not_found", None, "openapi.json"),
    ("GET", "/v1/", "not_found", None, "slash"),
    ("GET", "/v1/scans/", "not_found", None, "slash"),
    ("POST", "/v1/scans/", "not_found", None, "slash"),
    ("GET", "/v1/scans/a/", "not_found", None, "slash"),
    ("GET", "//v1/scans", "not_found", None, "openapi.json"),
    ("GET", "/v1//scans", "not_found", None, "openapi.json"),
    ("GET", "/V1/scans", "not_found", None, "openapi.json"),
    ("GET", "/v1/Scans", "not_found", None, "openapi.json"),
    ("GET", "/v1/scan", "not_found", None, "openapi.json"),
    ("GET", "/v1/targets", "not_found", None, "openapi.json"),
    ("GET", "/v2/scans", "not_found", None, "openapi.json"),
    ("GET", "/v1/scans/a/b", "not_found", None, "openapi.json"),
    ("GET", "/v1/reports/a/download/b", "not_found", None, "openapi.json"),
    ("GET", "/v1/../health", "not_found", None, "openapi.json"),
    ("GET", "/v1/%2e%2e/health", "not_found", None, "openapi.json"),
    ("GET", "/schema", "not_found", None, "openapi.json"),
    ("GET", "/favicon.ico", "not_found", None, "openapi.json"),
    ("PUT", "/v1/scans", "method_not_allowed", None, "GET, HEAD, POST, OPTIONS"),
    ("PATCH", "/v1/scans", "method_not_allowed", None, "GET, HEAD, POST"),
    ("DELETE", "/v1/scans", "method_not_allowed", None, "GET, HEAD, POST"),
    ("TRACE", "/v1/scans", "method_not_allowed", None, "GET"),
    ("get", "/v1/scans", "method_not_allowed", None, "GET"),
    ("BREW", "/v1/scans", "method_not_allowed", None, "GET"),
    ("POST", "/v1/scans/a", "method_not_allowed", None, "GET, HEAD, DELETE"),
    ("PUT", "/v1/vulnerabilities/a", "method_not_allowed", None, "GET, HEAD, PATCH"),
    ("DELETE", "/v1/vulnerabilities/a", "method_not_allowed", None, "GET, HEAD, PATCH"),
    ("DELETE", "/v1/reports/a", "method_not_allowed", None, "GET, HEAD, OPTIONS"),
    ("POST", "/v1/reports/a/download", "method_not_allowed", None, "GET, HEAD, OPTIONS"),
    ("GET", "/v1/api-keys/a", "method_not_allowed", None, "DELETE, OPTIONS"),
    ("POST", "/health", "method_not_allowed", None, "GET, HEAD, OPTIONS"),
    ("POST", "/v1/ws", "method_not_allowed", None, "GET"),
    ("GET", "/v1/ws", "invalid_request", "Upgrade", "WebSocket client"),
    ("GET", "/v1/scans/a/pause", "method_not_allowed", None, "POST, OPTIONS"),
    ("POST", "/v1/scans/a/pause", "not_found", "id", "lists"),
    ("POST", "/v1/scans/a/resume", "not_found", "id", "lists"),
    ("POST", "/v1/scans/a/retry", "not_found", "id", "lists"),
    ("POST", "/v1/scans/a/purge", "not_found", "id", "lists"),
    ("POST", "/v1/scans/a/pause?force=1", "unknown_parameter", "force", "no query parameters"),
    ("GET", "/v1/scans/a/coverage", "not_found", "id", "lists"),
    ("GET", "/v1/scans/a/log", "not_found", "id", "lists"),
    ("GET", "/v1/scans/a/vulnerabilities", "not_found", "id", "lists"),
    ("GET", "/v1/scans/a/events", "not_found", "id", "lists"),
    ("POST", "/v1/api-keys/a/rotate", "not_found", "id", "lists"),
    ("POST", "/v1/api-keys/a/rotate?overlap=-1", "invalid_request", "overlap", "0 to 604800"),
    ("POST", "/v1/api-keys/a/rotate?overlap=604801", "invalid_request", "overlap", "0 to 604800"),
    ("GET", "/v1/usage?days=0", "invalid_request", "days", "1 to 366"),
    ("GET", "/v1/usage?days=week", "invalid_request", "days", "1 to 366"),
    ("GET", "/v1/events?after_seq=-1", "invalid_request", "after_seq", "seq of an event"),
    ("GET", "/v1/events?after_seq=1e3", "invalid_request", "after_seq", "seq of an event"),
    ("GET", "/v1/events?after_seq=1&cursor=x", "invalid_request", "cursor", "not both"),
    ("GET", "/v1/events?cursor=x", "invalid_cursor", "cursor", "next_cursor"),
    ("GET", "/v1/events?type=scan.began", "invalid_request", "type", "scan.created"),
    ("GET", "/v1/events?since=1", "unknown_parameter", "since", "after_seq"),
    ("GET", "/v1/events/stream?after_seq=x", "invalid_request", "after_seq", "seq of an event"),
    ("GET", "/v1/events/stream?token=x", "unknown_parameter", "token", "after_seq"),
    ("GET", "/v1/ws/tickets", "method_not_allowed", None, "POST, OPTIONS"),
    ("GET", "/v1/scans/a/manifest", "invalid_request", "manifest", "Not available in this version"),
    ("GET", "/v1/scans/a/diff", "not_found", "id", "Use an id that GET /v1/scans lists"),
    (
        "POST",
        "/v1/vulnerabilities/a/retest",
        "not_found",
        "id",
        "Use an id that GET /v1/vulnerabilities lists",
    ),
    ("GET", "/docs/errors/nope", "not_found", "id", "invalid_request"),
]


@pytest.mark.parametrize(("method", "target", "code", "field", "reason"), ROUTES)
def test_route(
    shared_site: Site, method: str, target: str, code: str, field: str | None, reason: str
) -> None:
    answer = shared_site.call(method, target)
    assert_envelope(answer, code, field, reason)
    if code == "method_not_allowed":
        assert answer.headers["allow"] in answer.details["reason"]


IDS = [
    "x",
    "scan_",
    "scan_123abc",
    "scan_01hmk5068000144293s2590rsy",
    "SCAN_01hmk5068000144293s2590rsy",
    "vuln_01hmk5068000144293s2590rsy",
    "a" * 5000,
    "%00",
    "%FF",
    "%2F",
    "..%2F..%2Fhealth",
    "%F0%9F%92%A9",
    "'%20OR%201=1--",
    "%",
]


@pytest.mark.parametrize("identifier", IDS)
@pytest.mark.parametrize(
    ("method", "template", "message"),
    [
        ("GET", "/v1/scans/{}", "No such scan"),
        ("DELETE", "/v1/scans/{}", "No such scan"),
        ("GET", "/v1/vulnerabilities/{}", "No such vulnerability"),
        ("PATCH", "/v1/vulnerabilities/{}", "No such vulnerability"),
        ("GET", "/v1/reports/{}", "No such report"),
        ("GET", "/v1/reports/{}/download", "No such report"),
        ("DELETE", "/v1/api-keys/{}", "No such key"),
    ],
)
def test_id(shared_site: Site, method: str, template: str, message: str, identifier: str) -> None:
    answer = shared_site.call(method, template.format(identifier), {} if method == "PATCH" else None)
    assert_envelope(answer, "not_found", "id", message=message)


HEADERS: list[tuple[list[tuple[str, str]], bytes, str, str | None, str]] = [
    ([], b"{}", "unsupported_media_type", "Content-Type", "application/json"),
    ([("content-type", "text/plain")], b"{}", "unsupported_media_type", "Content-Type", "application/json"),
    ([("content-type", "")], b"{}", "unsupported_media_type", "Content-Type", "application/json"),
    ([("content-type", "application/x-www-form-urlencoded")], b"target=a", "unsupported_media_type", "Content-Type", ""),
    ([("content-type", "application/jsonp")], b"{}", "unsupported_media_type", "Content-Type", ""),
    ([("content-type", "application/json, text/plain")], b"{}", "unsupported_media_type", "Content-Type", ""),
    ([("content-type", "application/merge-patch+json")], b"{}", "unsupported_media_type", "Content-Type", ""),
    ([("content-type", "multipart/form-data; boundary=x")], b"{}", "unsupported_media_type", "Content-Type", ""),
    ([("content-type", "application/json; charset=latin-1")], b"{}", "unsupported_media_type", "Content-Type", "UTF-8"),
    ([("content-type", "application/json"), ("content-encoding", "gzip")], b"{}", "unsupported_media_type", "Content-Encoding", ""),
    ([("content-type", "application/json"), ("content-type", "text/plain")], b"{}", "invalid_request", "Content-Type", "once"),
    ([("content-type", "application/json"), ("content-length", "1048577")], b"{}", "payload_too_large", None, "1 MiB"),
    ([("content-type", "application/json"), ("content-length", "9" * 30)], b"{}", "payload_too_large", None, "1 MiB"),
    ([("content-type", "application/json")], b" " * 1_048_577, "payload_too_large", None, "1 MiB"),
    ([("content-type", "application/json"), ("idempotency-key", "")], b'{"target": "example.com"}', "invalid_request", "Idempotency-Key", "1 to 255"),
    ([("content-type", "application/json"), ("idempotency-key", "   ")], b'{"target": "example.com"}', "invalid_request", "Idempotency-Key", "1 to 255"),
    ([("content-type", "application/json"), ("idempotency-key", "k" * 256)], b'{"target": "example.com"}', "invalid_request", "Idempotency-Key", "1 to 255"),
    ([("content-type", "application/json"), ("idempotency-key", "a\tb")], b'{"target": "example.com"}', "invalid_request", "Idempotency-Key", "1 to 255"),
    ([("content-type", "application/json"), ("idempotency-key", "a\x7f")], b'{"target": "example.com"}', "invalid_request", "Idempotency-Key", "1 to 255"),
    ([("content-type", "application/json"), ("idempotency-key", "\xe9")], b'{"target": "example.com"}', "invalid_request", "Idempotency-Key", "1 to 255"),
    ([("content-type", "application/json"), ("idempotency-key", "a"), ("idempotency-key", "a")], b"{}", "invalid_request", "Idempotency-Key", "once"),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "body", "code", "field", "reason"), HEADERS)
def test_header(
    shared_site: Site,
    headers: list[tuple[str, str]],
    body: bytes,
    code: str,
    field: str | None,
    reason: str,
) -> None:
    sent = [("authorization", f"Bearer {shared_site.key}"), *headers]
    assert_envelope(shared_site.post("/v1/scans", raw=body, headers=sent), code, field, reason)


def test_body_that_grows_too_large_while_it_arrives(shared_site: Site) -> None:
    pieces = [b" " * 300_000] * 4
    assert_envelope(shared_site.post("/v1/scans", raw=pieces), "payload_too_large", None, "1 MiB")


@pytest.mark.parametrize(
    "value", ["", "abc", '"abc', "W/abc", '"a" "b"', '"a b"', "'a'", '"a", b', "**", '"a\x7f"']
)
def test_if_match_that_is_no_list_of_tags(shared_site: Site, value: str) -> None:
    headers = shared_site.headers(**{"content-type": "application/json", "if-match": value})
    answer = shared_site.call("PATCH", "/v1/vulnerabilities/x", {}, headers=headers)
    assert_envelope(answer, "invalid_request", "If-Match", "in its quotes")


TOKENS: list[tuple[list[tuple[str, str]], str]] = [
    ([], "Authorization: Bearer"),
    ([("authorization", "")], "Bearer"),
    ([("authorization", "Bearer")], "one key"),
    ([("authorization", "Bearer ")], "one key"),
    ([("authorization", "Basic YTpi")], "Bearer"),
    ([("authorization", "KEY")], "Bearer"),
    ([("authorization", "BearerKEY")], "Bearer"),
    ([("authorization", "Token {key}")], "Bearer"),
    ([("authorization", "{key}")], "Bearer"),
    ([("authorization", "Bearer {key} x")], "one key"),
    ([("authorization", "Bearer {key}x")], "valid key"),
    ([("authorization", "Bearer cai_live_x")], "valid key"),
    ([("authorization", "Bearer \xff")], "valid key"),
    ([("authorization", "Bearer " + "k" * 8000)], "valid key"),
    ([("authorization", "Bearer {key}"), ("authorization", "Bearer {key}")], "once"),
    ([("x-api-key", "{key}")], "Bearer"),
    ([("cookie", "token={key}")], "Bearer"),
]


@pytest.mark.parametrize(("headers", "reason"), TOKENS)
def test_token(site: Site, headers: list[tuple[str, str]], reason: str) -> None:
    sent = [(name, value.replace("{key}", site.key)) for name, value in headers]
    answer = site.get("/v1/scans", headers=sent)
    assert_envelope(answer, "unauthorized", "Authorization", reason)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert site.key not in answer.body.decode()


def test_the_key_in_the_query_opens_nothing_but_the_websocket(site: Site) -> None:
    answer = site.get(f"/v1/scans?token={site.key}", headers={})
    assert_envelope(answer, "unauthorized", "Authorization")
    assert site.key not in answer.body.decode()


KEY_BODIES: list[tuple[Any, str, str]] = [
    ({}, "name", "Is required"),
    ({"name": ""}, "name", "1 to 200"),
    ({"name": None}, "name", "Must be a string, not null"),
    ({"name": "a", "plan": "gold"}, "plan", "standard, enterprise"),
    ({"name": "a", "scopes": []}, "scopes", "at least one"),
    ({"name": "a", "scopes": ["scans"]}, "scopes[0]", "scans:read"),
    ({"name": "a", "scopes": "scans:read"}, "scopes", "Must be an array or null"),
    ({"name": "a", "expires_at": "never"}, "expires_at", "RFC 3339"),
    ({"name": "a", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at", "future"),
    ({"name": "a", "workspace": "other"}, "workspace", "Unknown key"),
]


@pytest.mark.parametrize(("body", "field", "reason"), KEY_BODIES)
def test_key_that_may_not_be(shared_site: Site, body: Any, field: str, reason: str) -> None:
    answer = shared_site.post("/v1/api-keys", body)
    assert_envelope(answer, "invalid_request", field, reason, "Invalid key configuration")


REPORT_BODIES: list[tuple[Any, str, str | None, str]] = [
    ({}, "invalid_request", "scan_id", "either"),
    ({"scan_id": "a", "scan_ids": ["a"]}, "invalid_request", "scan_id", "either"),
    ({"scan_ids": []}, "invalid_request", "scan_ids", "1 to"),
    ({"scan_id": 3}, "invalid_request", "scan_id", "Must be a string"),
    ({"scan_id": "a", "format": "doc"}, "invalid_request", "format", "json, csv, html"),
    ({"scan_id": "a", "format": "vex"}, "invalid_request", "format", "Not available in this version"),
    (
        {"scan_id": "a", "type": "delta", "format": "csv"},
        "invalid_request",
        "format",
        "type delta comes as one of: json, html",
    ),
    (
        {"scan_id": "a", "type": "executive", "format": "sarif"},
        "invalid_request",
        "format",
        "json, csv, html, pdf",
    ),
    (
        {"scan_id": "a", "type": "compliance", "filters": {"tier": ["lead"]}},
        "invalid_request",
        "filters",
        "as tested",
    ),
    ({"scan_id": "a", "baseline_scan_id": "b"}, "invalid_request", "baseline_scan_id", "type delta only"),
    ({"scan_id": "a", "since": "2030-01-01T00:00:00Z"}, "invalid_request", "since", "type delta only"),
    ({"scan_id": "a", "type": "delta", "since": "monday"}, "invalid_request", "since", "RFC 3339"),
    ({"scan_ids": ["a", "b"], "type": "delta"}, "invalid_request", "scan_ids", "about one scan"),
    (
        {"scan_id": "a", "type": "delta", "since": "2030-01-01T00:00:00Z", "baseline_scan_id": "b"},
        "invalid_request",
        "since",
        "either",
    ),
    ({"scan_id": "a", "redaction": "some"}, "invalid_request", "redaction", "none, secrets, full"),
    ({"scan_id": "a", "logo": "data:image/png;base64,"}, "invalid_request", "logo", "html and pdf only"),
    (
        {"scan_id": "a", "format": "pdf", "logo": "https://a.example/x.png"},
        "invalid_request",
        "logo",
        "data URI",
    ),
    ({"scan_id": "a", "type": "x"}, "invalid_request", "type", "technical"),
    ({"scan_id": "a", "filters": {"severity": ["x"]}}, "invalid_request", "filters.severity", "critical"),
    ({"scan_id": "a", "filters": {"sev": []}}, "invalid_request", "filters.sev", "Unknown key"),
    ({"scan_id": "a", "title": ""}, "invalid_request", "title", "1 to 200"),
    ({"scan_id": "scan_x"}, "not_found", "scan_id", "GET /v1/scans"),
    ({"scan_ids": ["scan_x"]}, "not_found", "scan_ids[0]", "GET /v1/scans"),
]


@pytest.mark.parametrize(("body", "code", "field", "reason"), REPORT_BODIES)
def test_report_that_may_not_be(shared_site: Site, body: Any, code: str, field: str, reason: str) -> None:
    answer: Answer = shared_site.post("/v1/reports", body)
    assert_envelope(answer, code, field, reason)
    assert shared_site.get("/v1/reports").json()["data"] == []


def test_the_table_is_as_long_as_promised() -> None:
    tables = (RAW_BODIES, BODIES, QUERIES, ROUTES, IDS, HEADERS, TOKENS, KEY_BODIES, REPORT_BODIES)
    assert sum(map(len, tables)) >= 120
    assert all(json.dumps(body) for body, *_ in BODIES)
