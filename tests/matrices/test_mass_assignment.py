"""Only what the document declares can be set, and each member sets what it names and nothing else.

Every member that any answer shows is sent to every place of every body, to every query string, and with every
operation that takes no body: it is refused by its name, or the resource read back is what it would have been.
"""

import json
import re
from base64 import b64encode
from typing import Any

import pytest
from inventory import BODIES, ENDLESS, MEMBERS, Kind, Operation, operations, response_members
from test_cross_tenant import ready
from web_visitor import Visitor, visitor
from world import MARK, OWNER, World

WITH_BODY = [operation for operation in operations() if operation.members]
WITHOUT_BODY = [o for o in operations() if not o.members and o.id not in ENDLESS and o.method != "GET"]
TEMPTING = [
    "workspace",
    "workspace_id",
    "tenant",
    "tenant_id",
    "owner",
    "owner_id",
    "user",
    "user_id",
    "role",
    "roles",
    "admin",
    "is_admin",
    "permissions",
    "verified",
    "internal",
    "debug",
    "deleted",
    "digest",
    "secret",
    "pepper",
    "fence",
    "lease_until",
    "rank",
    "seq",
    "number",
    "doc",
    "facet",
    "allow",
    "only_allow",
    "resolve",
    "proxy",
    "ca_file",
    "webhook_url",
    "identities",
    "inputs",
    "templates",
    "__proto__",
    "constructor",
    "prototype",
]
NAMES = tuple(sorted({*response_members(), *TEMPTING}))
VALUES: tuple[Any, ...] = ("completed", None, {}, ["*"])
_IDS = re.compile(r"(scan|vuln|report|key|evt|req|tgt|comment)_[0-9a-z-]{16,}|cai_\w+")

AUTH = ("auth", "auth.type", "auth.login_url")
"""What any member of `auth` shows: that there is a login, and where. The rest of it is shown nowhere."""

_FORM = {"type": "form", "username": "ann", "password": "tulip", "login_url": "http://own.example/in"}
BESIDE: dict[str, dict[str, Any]] = {
    **{
        f"auth.{name}": _FORM for name in ("username", "password", "login_url", "fields", "success", "logout")
    },
    "auth.type": {"token": "a-token"},
    "auth.token": {"type": "bearer"},
    "auth.headers": {"type": "headers"},
    "auth.cookies": {"type": "headers"},
    "auth.token_path": {**_FORM, "type": "json"},
}
"""What a member of `auth` needs beside it."""

OF_A_DELTA = ("baseline_scan_id", "since")
"""Members of a report that go with one type only."""

LOGO = "data:image/svg+xml;base64," + b64encode(b'<svg xmlns="http://www.w3.org/2000/svg"/>').decode()

CHANGES: dict[str, dict[str, tuple[Any, tuple[str, ...]]]] = {
    "createScan": {
        "target": ("other.example", ("target", "targets")),
        "targets": (["other.example"], ("target", "targets")),
        "scan_type": ("web", ("scan_type",)),
        "name": ("a name", ("name",)),
        "tags": (["a-tag"], ("tags",)),
        "criticality": ("high", ("criticality",)),
        "options.depth": (5, ("effective_options.depth",)),
        "options.concurrent": (4, ("effective_options.concurrent",)),
        "options.timeout": (
            60,
            ("effective_options.timeout", "estimated_completion", "progress.eta_seconds"),
        ),
        "options.request_timeout": (5, ("effective_options.request_timeout",)),
        "options.follow_redirects": (False, ("effective_options.follow_redirects",)),
        "options.ignore_ssl": (True, ("effective_options.ignore_ssl",)),
        "options.ports": ("80", ("effective_options.ports",)),
        "options.udp": (False, ("effective_options.udp",)),
        "options.subdomain_words": (True, ("effective_options.subdomain_words",)),
        "options.syn": ("off", ("effective_options.syn",)),
        "options.checks.include": (["web"], ("effective_options.checks.include",)),
        "options.checks.exclude": (["web"], ("effective_options.checks.exclude",)),
        "options.checks.tags": (["cwe-79"], ("effective_options.checks.tags",)),
        "auth.type": ("bearer", AUTH),
        "auth.headers": ({"X-Key": "abc"}, AUTH),
        "auth.cookies": ({"sid": "abc"}, AUTH),
        "auth.username": ("ann", AUTH),
        "auth.password": ("tulip", AUTH),
        "auth.token": ("a-token", AUTH),
        "auth.login_url": ("http://own.example/in", AUTH),
        "auth.fields": ({"realm": "north"}, AUTH),
        "auth.success": ("Hello", AUTH),
        "auth.logout": ("Bye", AUTH),
        "auth.token_path": ("data.token", AUTH),
        "policies.exclude_paths": (["/a"], ("policies.exclude_paths",)),
        "policies.include_paths": (["/a"], ("policies.include_paths",)),
        "policies.max_requests_per_second": (5, ("policies.max_requests_per_second",)),
        "policies.respect_robots_txt": (True, ("policies.respect_robots_txt",)),
        "policies.custom_headers": (
            {"X-Team": "red"},
            ("policies.custom_headers", "policies.custom_headers.X-Team"),
        ),
        "policies.mode": ("safe", ("policies.mode",)),
        "policies.fail_on": ("low", ("policies.fail_on",)),
    },
    "updateVulnerability": {
        "status": ("in_progress", ("status", "risk_score")),
        "reason": ("because", ("status_reason",)),
        "comment": ("a comment", ("notes", "comments")),
        "assignee": ("somebody", ("assignee",)),
        "due_at": ("2030-01-01T00:00:00Z", ("due_at",)),
        "severity_override": ("low", ("severity", "risk_score", "risk_terms.severity")),
        "accept_until": ("2030-01-01T00:00:00Z", ("accept_until",)),
        "tags": (["a-tag"], ("tags",)),
    },
    "updateVulnerabilities": {
        "ids": (["{vuln}"], ("tags",)),
        "filter.severity": (["medium"], ("tags",)),
        "filter.status": (["open"], ("tags",)),
        "filter.detection": (["new"], ("tags",)),
        "filter.tier": (["confirmed"], ("tags",)),
        "filter.scan_id": (["{known scan}"], ("tags",)),
        "filter.target": ([f"{MARK}.example"], ("tags",)),
        "filter.type": (["weak_tls"], ("tags",)),
        "filter.cwe": ([f"CWE-{MARK}"], ("tags",)),
        "filter.check_id": ([f"{MARK}.check"], ("tags",)),
        "filter.created_after": ("2020-01-01T00:00:00Z", ("tags",)),
        "filter.created_before": ("2030-01-01T00:00:00Z", ("tags",)),
        "filter.q": (MARK, ("tags",)),
    },
    "addComment": {"text": ("another remark", ("text",))},
    "createReport": {
        "scan_id": ("{scan}", ("scan_ids",)),
        "scan_ids": (["{scan}"], ("scan_ids",)),
        "type": ("executive", ("type",)),
        "format": ("html", ("format",)),
        "title": ("a title", ("title",)),
        "baseline_scan_id": ("{scan}", ("baseline_scan_id", "type")),
        "since": ("2030-01-01T00:00:00Z", ("since", "type")),
        "redaction": ("full", ("redaction",)),
        "logo": (LOGO, ("logo", "format")),
        "filters.severity": (["high"], ("filters.severity",)),
        "filters.status": (["open"], ("filters.status",)),
        "filters.tier": (["strong"], ("filters.tier",)),
    },
    "createApiKey": {
        "name": ("other", ("name",)),
        "plan": ("enterprise", ("plan",)),
        "scopes": (["reports:read"], ("scopes",)),
        "expires_at": ("2030-01-01T00:00:00Z", ("expires_at",)),
    },
}
"""Operation -> member -> a value of it, and the members of the answer that it may change."""
MANY = "updateVulnerabilities"
CHANGES[MANY] |= {f"patch.{name}": row for name, row in CHANGES["updateVulnerability"].items()}

FIRST = {"accept_until": {"status": "accepted_risk", "reason": "x", "accept_until": "2029-01-01T00:00:00Z"}}
"""What a member needs before it means anything."""


def body_with(base: dict[str, Any], member: str, value: Any) -> dict[str, Any]:
    """A body with one member more, named by its dotted path."""
    body: dict[str, Any] = json.loads(json.dumps(base))
    *outer, last = member.split(".")
    where = body
    for part in outer:
        where = where.setdefault(part, {})
    where[last] = value
    return body


def flat(value: Any, path: str = "") -> dict[str, str]:
    """The members by dotted path, their values as text; ids and secrets by their kind only."""
    if isinstance(value, dict) and value:
        found: dict[str, str] = {}
        for name, inner in value.items():
            found |= flat(inner, f"{path}.{name}" if path else name)
        return found
    return {path: _IDS.sub(r"\1_ID", json.dumps(value))}


def changed(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    """The members in which two resources differ, but for ids and the hint of a secret."""
    left, right = flat(one), flat(other)
    return {name for name in left.keys() | right.keys() if left.get(name) != right.get(name)} - {
        "hint",
        "updated_at",
    }


def places(operation: Operation) -> list[str]:
    """Where members can stand: the body itself and the objects in it."""
    return ["", *(f"{name}." for name, kind in MEMBERS[operation.id].items() if kind is Kind.NESTED)]


def resource(world: World, operation: Operation) -> str:
    return world.fresh(operation.id_kind, OWNER) if operation.id_kind else ""


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_undeclared_members_are_refused_by_name(world: World, operation: Operation) -> None:
    id, base = resource(world, operation), world.body(operation, OWNER)
    before = world.digest(owner_acts=True)
    tried = 0
    for place in places(operation):
        for name in NAMES:
            member = place + name
            if member in operation.members:
                continue
            value = VALUES[tried % len(VALUES)]
            tried += 1
            if tried % 500 == 0:
                world.next_minute()
            answer = world.perform(operation, OWNER, id, body=body_with(base, member, value))
            assert answer.status == 400, (member, value, answer.body)
            assert answer.error["code"] == "invalid_request"
            assert answer.details["field"] == member, answer.body
    assert tried > 100
    assert world.digest(owner_acts=True) == before


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_a_resource_cannot_be_sent_back_whole(world: World, operation: Operation) -> None:
    id = resource(world, operation)
    if id:
        shown = world.get(operation.path.replace("{id}", id), OWNER).json()
    else:
        shown = world.perform(operation, OWNER).json()
    before = world.digest(owner_acts=True)
    for body in (shown, {**shown, **world.body(operation, OWNER)}):
        answer = world.perform(operation, OWNER, id, body=body)
        assert answer.status == 400
        assert answer.details["field"] in shown
    assert world.digest(owner_acts=True) == before


def test_every_declared_member_has_its_row() -> None:
    for operation in WITH_BODY:
        single = [name for name, kind in MEMBERS[operation.id].items() if kind is not Kind.NESTED]
        assert set(CHANGES[operation.id]) == set(single), operation.id


@pytest.mark.parametrize("member", CHANGES[MANY])
def test_a_member_of_a_change_of_many_changes_what_it_names(world: World, member: str) -> None:
    """As a PATCH of each would; what chooses them changes nothing else of them."""
    value, may_change = CHANGES[MANY][member]
    id = world.fresh("vuln", OWNER)
    text = json.dumps(value).replace("{vuln}", id).replace("{known scan}", world.ids["scan"])
    first = FIRST.get(member.removeprefix("patch."))
    if first:
        assert world.call("PATCH", f"/v1/vulnerabilities/{id}", OWNER, first).status == 200
    by_patch = member.startswith("patch.")
    base = {"ids": [id], "patch": {}} if by_patch else {"patch": {"tags": [member]}}
    before = world.get(f"/v1/vulnerabilities/{id}", OWNER).json()
    answer = world.call("POST", "/v1/vulnerabilities/bulk", OWNER, body_with(base, member, json.loads(text)))
    assert answer.status == 200, answer.body
    assert id in {item["id"] for item in answer.json()["results"] if item["result"] == "updated"}
    after = world.get(f"/v1/vulnerabilities/{id}", OWNER).json()
    assert set() < changed(before, after) <= set(may_change)


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        (operation, member)
        for operation in WITH_BODY
        if operation.id != MANY
        for member in CHANGES[operation.id]
    ],
    ids=str,
)
def test_a_declared_member_changes_what_it_names(world: World, operation: Operation, member: str) -> None:
    value, may_change = CHANGES[operation.id][member]
    other_scan = world.fresh("scan", OWNER)
    value = json.loads(json.dumps(value).replace("{scan}", other_scan))
    base = world.body(operation, OWNER)
    id = resource(world, operation)
    if operation.method == "PATCH":
        path = operation.path.replace("{id}", id)
        if member in FIRST:
            assert world.perform(operation, OWNER, id, body=FIRST[member]).status == 200
        before = world.get(path, OWNER).json()
        answer = world.perform(operation, OWNER, id, body=body_with({}, member, value))
        after = world.get(path, OWNER).json()
    else:
        before = world.perform(operation, OWNER, id).json()
        if member in ("targets", "scan_ids"):
            base.pop(member[:-1])
        if member in BESIDE:
            base["auth"] = dict(BESIDE[member])
        if member in OF_A_DELTA:
            base["type"] = "delta"
        if member == "logo":
            base["format"] = "html"
        answer = world.perform(operation, OWNER, id, body=body_with(base, member, value))
        after = answer.json()
    assert answer.status in (200, 201), answer.body
    assert changed(before, after) <= set(may_change)
    if member not in ("scan_id", "scan_ids"):
        assert changed(before, after), f"{member} has no effect"
    else:
        assert after["scan_ids"] == [other_scan]


@pytest.mark.parametrize("operation", WITHOUT_BODY, ids=str)
def test_a_body_where_none_belongs_has_no_effect(world: World, operation: Operation) -> None:
    everything = dict.fromkeys(NAMES, "completed") | {
        "scopes": ["*"],
        "plan": "enterprise",
        "target": "127.0.0.1",
    }
    bare_id, id = (ready(world, operation) if operation.id_kind else "" for _ in range(2))
    bare = world.perform(operation, OWNER, bare_id)
    answer = world.perform(operation, OWNER, id, body=everything)
    assert answer.status == bare.status, answer.body
    ticket = {"ticket", "url"}
    assert changed(bare.json(), answer.json()) <= ticket
    shown = {"scan": "scans", "key": "api-keys"}.get(operation.id_kind)
    if shown == "scans" and operation.id != "purgeScan":
        assert (
            changed(
                world.get(f"/v1/scans/{bare_id}", OWNER).json(), world.get(f"/v1/scans/{id}", OWNER).json()
            )
            <= set()
        )


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_undeclared_parameters_are_refused_by_name(world: World, operation: Operation) -> None:
    id = ready(world, operation) if operation.id_kind else "not_found"
    before = world.digest(owner_acts=True)
    for name in NAMES:
        if name in operation.query or "_proto" in name:
            continue
        answer = world.perform(operation, OWNER, id, f"?{name}=completed")
        assert answer.status == 400, (name, answer.body)
        assert answer.error["code"] in ("unknown_parameter", "invalid_request")
        assert answer.details["field"] == name
    assert world.digest(owner_acts=True) == before


@pytest.fixture(scope="module")
def someone(shared_world: World) -> Visitor:
    return visitor(shared_world.site, shared_world.keys[OWNER])


EXTRA = dict.fromkeys(
    (name for name in NAMES if name not in ("target", "status", "scan_id", "format")), "completed"
)


def batches(fields: dict[str, str]) -> list[dict[str, str]]:
    """So many fields as one form may have."""
    names = list(fields)
    return [{name: fields[name] for name in names[at : at + 20]} for at in range(0, len(names), 20)]


def newest(world: World, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = world.get(f"/v1/{kind}?limit=1", OWNER).json()["data"][0]
    return found


@pytest.mark.parametrize(
    ("path", "kind", "fields", "own"),
    [
        ("/scans/new", "scans", {"target": "own.example"}, {"scan_type", "name", "tags", "criticality"}),
        (
            "/reports",
            "reports",
            {"scan_id": "{scan}", "format": "csv"},
            {"type", "title", "redaction", "baseline_scan_id", "logo"},
        ),
    ],
)
def test_a_form_of_the_web_page_sends_only_its_fields(
    world: World, someone: Visitor, path: str, kind: str, fields: dict[str, str], own: set[str]
) -> None:
    fields = {name: value.replace("{scan}", world.ids["scan"]) for name, value in fields.items()}
    assert someone.send(path, fields).status == 303
    before = newest(world, kind)
    extra = {name: value for name, value in EXTRA.items() if name not in own}
    for names in batches(extra):
        assert someone.send(path, {**names, **fields}).status == 303
        after = newest(world, kind)
        assert after["id"] != before["id"]
        assert changed(before, after) == set()


def test_the_form_of_a_vulnerability_sends_only_its_fields(world: World, someone: Visitor) -> None:
    own = {"status", "reason", "comment", "assignee", "due_at", "severity_override", "accept_until", "tags"}
    one, other = (world.fresh("vuln", OWNER) for _ in range(2))
    extra = {name: value for name, value in EXTRA.items() if name not in own}
    sent = {"status": "in_progress", "comment": "seen"}
    assert someone.send(f"/vulnerabilities/{one}", sent).status == 303
    for names in batches(extra):
        assert someone.send(f"/vulnerabilities/{other}", {**names, **sent}).status == 303
    shown = [world.get(f"/v1/vulnerabilities/{id}", OWNER).json() for id in (one, other)]
    assert changed(*shown) <= {"fingerprint"}


def test_the_bodies_are_those_of_the_document() -> None:
    assert {operation.id for operation in WITH_BODY} == set(BODIES) == set(CHANGES)
