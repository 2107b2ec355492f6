"""`POST /v1/vulnerabilities/bulk`: every item by itself, nothing half-silent."""

from typing import Any

import pytest
from envelopes import assert_envelope
from records import store_vulnerability
from site_under_test import Site

from cyberai.domain.errors import StorageFull
from cyberai.domain.severity import Severity

PATH = "/v1/vulnerabilities/bulk"


@pytest.fixture
def found(site: Site) -> list[str]:
    """Seven vulnerabilities, critical and high by turns; the third is fixed."""
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    made = [store_vulnerability(site, scan, n, severity=list(Severity)[n % 2]) for n in range(7)]
    assert site.call("PATCH", f"/v1/vulnerabilities/{made[2]}", {"status": "fixed"}).status == 200
    return made


def bulk(site: Site, **body: Any) -> dict[str, Any]:
    answer = site.post(PATH, body)
    assert answer.status == 200, answer.body
    said: dict[str, Any] = answer.json()
    assert said["matched"] == len(said["results"]) == said["updated"] + said["unchanged"] + said["failed"]
    return said


def test_each_says_what_became_of_it(site: Site, found: list[str]) -> None:
    ids = [found[0], "vuln_unknown", found[2], found[0], found[3]]
    patch = {"status": "false_positive", "reason": "seen by hand", "tags": ["reviewed"]}
    said = bulk(site, ids=ids, patch=patch)
    assert [item["id"] for item in said["results"]] == [found[0], "vuln_unknown", found[2], found[3]]
    assert [item["result"] for item in said["results"]] == ["updated", "failed", "failed", "updated"]
    assert [item["status"] for item in said["results"]] == ["false_positive", None, "fixed", "false_positive"]
    unknown, fixed = said["results"][1]["error"], said["results"][2]["error"]
    assert unknown["code"] == "not_found"
    alone = site.call("PATCH", f"/v1/vulnerabilities/{found[2]}", patch)
    assert fixed == {name: alone.error[name] for name in ("code", "message", "details")}
    assert fixed["details"]["allowed"] == ["open", "in_progress"]
    untouched = site.get(f"/v1/vulnerabilities/{found[2]}").json()
    assert (untouched["status"], untouched["tags"]) == ("fixed", [])
    changed = site.get(f"/v1/vulnerabilities/{found[3]}").json()
    assert (changed["status"], changed["status_reason"], changed["tags"]) == (
        "false_positive", "seen by hand", ["reviewed"],
    )  # fmt: skip
    events = site.get("/v1/events?limit=200").json()["data"]
    told = [e["data"]["id"] for e in events if e["type"] == "vulnerability.updated"]
    assert told == [found[2], found[0], found[3]]
    history = site.get(f"/v1/vulnerabilities/{found[3]}/history").json()["data"]
    status = next(entry for entry in history if entry["field"] == "status")
    assert (status["from"], status["to"], status["reason"]) == ("open", "false_positive", "seen by hand")
    assert [entry["actor"]["type"] for entry in history if entry["field"] != "detection"] == ["key"] * 2


def test_what_is_so_already_stays(site: Site, found: list[str]) -> None:
    first = bulk(site, filter={"severity": ["high"]}, patch={"assignee": "web team"})
    assert (first["updated"], [item["id"] for item in first["results"]]) == (3, found[5:0:-2])
    before = site.get(f"/v1/vulnerabilities/{found[1]}").json()
    site.clock.advance(60)
    again = bulk(site, filter={"severity": ["high"], "q": "protocol"}, patch={"assignee": "web team"})
    assert (again["unchanged"], again["updated"]) == (3, 0)
    assert site.get(f"/v1/vulnerabilities/{found[1]}").json() == before
    assert bulk(site, filter={"target": ["nowhere.example"]}, patch={"assignee": "x"})["results"] == []


def test_a_wrong_request_changes_nothing(site: Site, found: list[str]) -> None:
    patch = {"assignee": "somebody"}
    for body, field, reason in (
        ({"patch": patch}, "ids", "either"),
        ({"ids": found, "filter": {"status": ["open"]}, "patch": patch}, "ids", "either"),
        ({"ids": [], "patch": patch}, "ids", "1 to 10,000"),
        ({"ids": ["x"] * 10_001, "patch": patch}, "ids", "1 to 10,000"),
        ({"filter": {}, "patch": patch}, "filter", "everything"),
        ({"filter": {"severity": ["worst"]}, "patch": patch}, "filter.severity", "critical"),
        ({"filter": {"created_after": "today"}, "patch": patch}, "filter.created_after", "RFC 3339"),
        ({"filter": {"q": " -- "}, "patch": patch}, "filter.q", "words"),
        ({"filter": {"statuses": ["open"]}, "patch": patch}, "filter.statuses", "Unknown key"),
        ({"ids": found, "patch": {}}, "patch", "at least one"),
        ({"ids": found, "patch": {"status": "gone"}}, "patch.status", "open"),
        ({"ids": found, "patch": {"assignee": "", "due_at": "soon"}}, "patch.assignee", "characters"),
        ({"ids": found, "patch": {"owner": "me"}}, "patch.owner", "Unknown key"),
        ({"ids": found}, "patch", ""),
    ):
        assert_envelope(site.post(PATH, body), "invalid_request", field, reason)
    several = site.post(PATH, {"ids": found, "patch": {"assignee": "", "due_at": "soon"}})
    assert [problem["field"] for problem in several.details["errors"]] == ["patch.assignee", "patch.due_at"]
    assert {row["assignee"] for row in site.get("/v1/vulnerabilities").json()["data"]} == {None}


def test_too_many_matches_are_refused(site: Site, found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cyberai.app.bulk.MOST_ITEMS", 6)
    monkeypatch.setattr("cyberai.app.bulk._READ", 2)
    body = {"filter": {"type": ["weak_tls"]}, "patch": {"assignee": "somebody"}}
    assert_envelope(site.post(PATH, body), "invalid_request", "filter", "narrow it")
    assert bulk(site, filter={"status": ["open"]}, patch={"assignee": "somebody"})["updated"] == 6


def test_a_part_that_cannot_be_stored_says_so(
    site: Site, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_PART", "_LARGEST_PART"):
        monkeypatch.setattr(f"cyberai.app.bulk.{name}", 3)
    write, calls = site.store.write, []

    async def full(workspace: Any, fn: Any) -> Any:
        calls.append(fn)
        if len(calls) == 2:
            raise StorageFull("The disk is full", reason="Free space, then repeat")
        return await write(workspace, fn)

    monkeypatch.setattr(site.store, "write", full)
    said = bulk(site, ids=found, patch={"assignee": "somebody"})
    assert [item["result"] for item in said["results"]] == ["updated"] * 3 + ["failed"] * 3 + ["updated"]
    assert {item["error"]["code"] for item in said["results"][3:6]} == {"storage_full"}


def test_it_is_done_once_under_a_key(site: Site, found: list[str]) -> None:
    headers = site.headers(**{"Idempotency-Key": "many", "content-type": "application/json"})
    body = {"ids": found, "patch": {"assignee": "somebody"}}
    first = site.post(PATH, body, headers=headers)
    again = site.post(PATH, body, headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    reader = site.make_key(scopes=["vulnerabilities:read"])
    asked = site.post(PATH, body, headers=site.headers(reader, **{"content-type": "application/json"}))
    assert_envelope(asked, "forbidden")
