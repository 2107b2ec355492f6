"""The resources over a real store: shapes, lists, filters, cursors, transitions, downloads, tenants."""

import csv
from typing import Any

import pytest
from envelopes import assert_envelope
from records import PlainRenderer, finish_scan, store_vulnerability
from site_under_test import Site

from cyberai.app.report_making import work_on_report
from cyberai.domain.finding import Oracle, Proof
from cyberai.domain.severity import Severity

EXAMPLE = {"target": "example.com", "scan_type": "vulnerability", "options": {"depth": 3, "concurrent": 2}}


def make_scan(site: Site, **body: Any) -> dict[str, Any]:
    answer = site.post("/v1/scans", {"target": "example.com", **body})
    assert answer.status == 201, answer.body
    return answer.json()


def test_create_answers_the_example_s_keys_first(site: Site) -> None:
    answer = site.post("/v1/scans", EXAMPLE)
    scan = answer.json()
    assert answer.status == 201
    assert answer.headers["location"] == f"/v1/scans/{scan['id']}"
    first = ["id", "status", "target", "scan_type", "created_at", "estimated_completion", "progress"]
    assert list(scan)[:7] == first
    assert list(scan["progress"])[:3] == ["current", "total", "status"]
    assert scan["effective_options"]["depth"] == 3
    assert site.woken == 1


def test_get_returns_what_create_answered(site: Site) -> None:
    created = site.post("/v1/scans", EXAMPLE)
    assert site.get(created.headers["location"]).body == created.body
    assert site.get("/v1/scans").json()["data"] == [created.json()]


@pytest.mark.parametrize(
    "target", ["http://EXAMPLE.com/a?b=c", "Example.COM", "example.com:8443", " example.com"]
)
def test_target_is_echoed_as_sent(site: Site, target: str) -> None:
    answer = site.post("/v1/scans", {"target": target})
    if answer.status == 201:
        assert answer.json()["target"] == target
    else:
        assert_envelope(answer, "invalid_request", "target")


def test_cancel_answers_the_scan_and_again_the_same(site: Site) -> None:
    scan = make_scan(site)
    first = site.call("DELETE", f"/v1/scans/{scan['id']}")
    assert first.status == 200
    assert first.json()["status"] in ("cancelling", "cancelled")
    again = site.call("DELETE", f"/v1/scans/{scan['id']}")
    assert (again.status, again.body) == (200, first.body)


def test_a_finished_scan_cannot_be_cancelled(site: Site) -> None:
    scan = make_scan(site)
    finish_scan(site, scan["id"])
    assert_envelope(site.call("DELETE", f"/v1/scans/{scan['id']}"), "scan_already_finished")


def test_scan_filters(site: Site) -> None:
    one = make_scan(site, tags=["a"], scan_type="web")
    site.clock.advance(10)
    two = make_scan(site, target="example.org", tags=["b"])
    finish_scan(site, two["id"])

    def ids(query: str) -> list[str]:
        answer = site.get(f"/v1/scans?{query}")
        assert answer.status == 200, answer.body
        return [row["id"] for row in answer.json()["data"]]

    assert ids("") == [two["id"], one["id"]]
    assert ids("status=completed") == [two["id"]]
    assert ids("status=completed,running") == [two["id"], one["id"]]
    assert ids("scan_type=web") == [one["id"]]
    assert ids("target=example.org") == [two["id"]]
    assert ids("tags=a,b") == [two["id"], one["id"]]
    assert ids("tags=a&status=completed") == []
    assert ids("created_after=2024-01-20T10:00:05Z") == [two["id"]]
    assert ids("created_before=2024-01-20T11:00:05%2B01:00") == [one["id"]]


def test_cursors_walk_the_whole_list_once_and_are_bound_to_it(site: Site) -> None:
    made = [make_scan(site, tags=["x"])["id"] for _ in range(7)]
    seen: list[str] = []
    target = "/v1/scans?limit=3"
    while True:
        page = site.get(target).json()
        seen += [row["id"] for row in page["data"]]
        assert page["has_more"] == (page["next_cursor"] is not None)
        if not page["has_more"]:
            break
        target = f"/v1/scans?limit=3&cursor={page['next_cursor']}"
    assert seen == made[::-1]
    cursor = site.get("/v1/scans?limit=1").json()["next_cursor"]
    other = site.make_key("other", plan="enterprise")
    assert_envelope(site.get(f"/v1/scans?cursor={cursor}&tags=x"), "invalid_cursor", "cursor")
    assert_envelope(site.get(f"/v1/reports?cursor={cursor}"), "invalid_cursor", "cursor")
    assert_envelope(site.get(f"/v1/scans?cursor={cursor}", headers=site.headers(other)), "invalid_cursor")
    flipped = ("B" if cursor[0] != "B" else "C") + cursor[1:]
    assert_envelope(site.get(f"/v1/scans?cursor={flipped}"), "invalid_cursor", "cursor")


def test_a_page_is_fifty_rows_unless_asked_otherwise(site: Site) -> None:
    for _ in range(51):
        make_scan(site)
    assert len(site.get("/v1/scans").json()["data"]) == 50
    assert len(site.get("/v1/scans?limit=200").json()["data"]) == 51


def test_vulnerabilities(site: Site) -> None:
    scan = make_scan(site)
    low = store_vulnerability(site, scan["id"], 1, severity=Severity.LOW)
    high = store_vulnerability(site, scan["id"], 2, severity=Severity.HIGH, type="other", cwe=("CWE-79",))
    rows = site.get("/v1/vulnerabilities").json()["data"]
    assert [row["id"] for row in rows] == [high, low]
    assert all("evidence" not in row for row in rows)
    whole = site.get(f"/v1/vulnerabilities/{low}").json()
    assert whole["evidence"][0]["reproduce"] == "openssl s_client -tls1"
    assert {key: value for key, value in whole.items() if key != "evidence"} == rows[1]
    for query, expected in (
        ("severity=low", [low]),
        ("severity=high,critical", [high]),
        ("type=other", [high]),
        ("cwe=CWE-79", [high]),
        (f"scan_id={scan['id']}", [high, low]),
        ("scan_id=scan_x", []),
        ("status=open", [high, low]),
        ("status=fixed", []),
        ("detection=new", [high, low]),
        ("tier=confirmed", [high, low]),
        ("check_id=tls.protocols&target=example.com", [high, low]),
    ):
        data = site.get(f"/v1/vulnerabilities?{query}").json()["data"]
        assert [row["id"] for row in data] == expected, query


@pytest.mark.parametrize("media_type", ["application/json", "application/merge-patch+json"])
def test_patch_answers_the_whole_vulnerability(site: Site, media_type: str) -> None:
    found = store_vulnerability(site, make_scan(site)["id"])
    headers = site.headers(**{"content-type": media_type})
    answer = site.call("PATCH", f"/v1/vulnerabilities/{found}", {"status": "in_progress"}, headers=headers)
    assert answer.status == 200
    assert answer.json()["status"] == "in_progress"
    assert answer.json()["evidence"]
    assert site.get(f"/v1/vulnerabilities/{found}").body == answer.body


def test_patch_that_may_not_be(site: Site) -> None:
    found = store_vulnerability(site, make_scan(site)["id"])
    target = f"/v1/vulnerabilities/{found}"
    site.call("PATCH", target, {"status": "fixed"})
    answer = site.call("PATCH", target, {"status": "accepted_risk"})
    assert_envelope(answer, "invalid_transition", "status")
    assert answer.details["allowed"] == ["open", "in_progress"]
    site.call("PATCH", target, {"status": "open"})
    for body, field in (
        ({"status": "closed"}, "status"),
        ({"status": None}, "status"),
        ({"status": 1}, "status"),
        ({"state": "fixed"}, "state"),
        ({"detection": "fixed_confirmed"}, "detection"),
        ({"severity": "low"}, "severity"),
        ({"severity_override": "lowest"}, "severity_override"),
        ({"status": "accepted_risk"}, "reason"),
        ({"status": "accepted_risk", "reason": "a"}, "accept_until"),
        ({"status": "accepted_risk", "reason": "a", "accept_until": "soon"}, "accept_until"),
        ({"accept_until": "2999-01-01T00:00:00Z"}, "accept_until"),
        ({"due_at": "soon"}, "due_at"),
        ({"tags": "a"}, "tags"),
        ({"tags": [1]}, "tags[0]"),
    ):
        assert_envelope(site.call("PATCH", target, body), "invalid_request", field)
    assert site.get(target).json()["status"] == "open"
    assert site.call("PATCH", target, {}).status == 200


def make_report(site: Site, **body: Any) -> dict[str, Any]:
    answer = site.post("/v1/reports", {"scan_id": make_scan(site)["id"], **body})
    assert answer.status == 201, answer.body
    report = answer.json()
    assert answer.headers["location"] == f"/v1/reports/{report['id']}"
    return report


def test_a_report_is_ordered_made_and_downloaded(site: Site) -> None:
    report = make_report(site, format="csv")
    assert report["status"] == "queued"
    early = site.get(f"/v1/reports/{report['id']}/download")
    assert_envelope(early, "report_not_ready")
    assert int(early.headers["retry-after"]) >= 1
    assert site.runner.run(work_on_report(site.app, "worker-1"))
    done = site.get(f"/v1/reports/{report['id']}").json()
    assert done["status"] == "completed"
    file = site.get(f"/v1/reports/{report['id']}/download")
    assert file.status == 200
    assert file.headers["content-type"].startswith("text/csv")
    assert file.headers["content-disposition"].startswith('attachment; filename="')
    assert file.headers["etag"].startswith('"')
    assert file.headers["accept-ranges"] == "bytes"
    assert file.headers["content-security-policy"].startswith("sandbox")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert len(file.body) == done["size"]
    assert next(csv.reader(file.body.decode().splitlines()))[0] == "id"
    assert site.get(f"/v1/reports/{report['id']}/download").body == file.body


@pytest.fixture
def download(site: Site) -> Any:
    """Downloads a finished report of the bytes 0123456789."""
    renderer = PlainRenderer(b"0123456789")
    site.app = type(site.app)(
        **{name: getattr(site.app, name) for name in site.app.__struct_fields__}
        | {"renderers": lambda _: renderer}
    )
    report = make_report(site, format="csv")
    site.runner.run(work_on_report(site.app, "worker-1"))

    def get(method: str = "GET", **headers: str) -> Any:
        return site.call(method, f"/v1/reports/{report['id']}/download", headers=site.headers(**headers))

    return get


@pytest.mark.parametrize(
    ("asked", "part", "content_range"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=4-", b"456789", "bytes 4-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-99", b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("Bytes=0-0", b"0", "bytes 0-0/10"),
    ],
)
def test_a_range_of_the_file(download: Any, asked: str, part: bytes, content_range: str) -> None:
    answer = download(range=asked)
    assert (answer.status, answer.body) == (206, part)
    assert answer.headers["content-range"] == content_range
    assert answer.headers["content-length"] == str(len(part))


@pytest.mark.parametrize(
    "asked",
    ["bytes=10-", "bytes=-0", "bytes=5-2", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1", "bytes", "bytes=-"],
)
def test_a_range_that_is_not_understood_gets_the_whole_file(download: Any, asked: str) -> None:
    answer = download(range=asked)
    assert (answer.status, answer.body) == (200, b"0123456789")
    assert "content-range" not in answer.headers


def test_conditional_downloads(download: Any) -> None:
    whole = download()
    etag = whole.headers["etag"]
    for sent in (etag, f"W/{etag}", f'"a", {etag}', "*"):
        answer = download(**{"if-none-match": sent})
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == etag
        # Not modified costs nothing.
        assert answer.headers["x-ratelimit-remaining"] == whole.headers["x-ratelimit-remaining"]
    assert download(**{"if-none-match": '"other"'}).status == 200
    assert download(range="bytes=0-1", **{"if-range": etag}).status == 206
    assert download(range="bytes=0-1", **{"if-range": '"other"'}).status == 200
    head = download("HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "10")


def test_report_filters(site: Site) -> None:
    one, two = make_report(site, format="csv"), make_report(site, format="json", type="executive")
    for query, expected in (
        ("", [two, one]),
        ("format=csv", [one]),
        ("type=executive", [two]),
        ("status=queued", [two, one]),
        ("status=failed", []),
        (f"scan_id={one['scan_ids'][0]}", [one]),
    ):
        assert site.get(f"/v1/reports?{query}").json()["data"] == expected, query


def test_keys_are_made_listed_and_revoked(site: Site) -> None:
    answer = site.post("/v1/api-keys", {"name": "ci", "scopes": ["scans:read"]})
    made = answer.json()
    assert answer.status == 201
    assert answer.headers["location"] == f"/v1/api-keys/{made['id']}"
    assert made["key"].startswith("cai_live_")
    listed = site.get("/v1/api-keys")
    assert made["key"] not in listed.body.decode()
    assert [key["name"] for key in listed.json()["data"]] == ["ci", "test"]
    first = site.get("/v1/api-keys?limit=1").json()
    assert (len(first["data"]), first["has_more"]) == (1, True)
    second = site.get(f"/v1/api-keys?limit=1&cursor={first['next_cursor']}").json()
    assert [key["name"] for key in second["data"]] == ["test"]
    assert second["has_more"] is False
    revoked = site.call("DELETE", f"/v1/api-keys/{made['id']}")
    assert revoked.json()["revoked_at"] == "2024-01-20T10:00:00Z"
    assert site.call("DELETE", f"/v1/api-keys/{made['id']}").body == revoked.body


def test_another_workspace_sees_and_touches_nothing(site: Site) -> None:
    scan = make_scan(site)["id"]
    found = store_vulnerability(site, scan)
    report = make_report(site)["id"]
    key = site.get("/v1/api-keys").json()["data"][0]["id"]
    other = site.headers(site.make_key("other", plan="enterprise"), **{"content-type": "application/json"})
    for method, path in (
        ("GET", f"/v1/scans/{scan}"),
        ("DELETE", f"/v1/scans/{scan}"),
        ("GET", f"/v1/vulnerabilities/{found}"),
        ("PATCH", f"/v1/vulnerabilities/{found}"),
        ("GET", f"/v1/reports/{report}"),
        ("GET", f"/v1/reports/{report}/download"),
        ("DELETE", f"/v1/api-keys/{key}"),
    ):
        foreign = site.call(method, path, raw=b"{}" if method == "PATCH" else b"", headers=other).json()
        kind = path.split("/")[2]
        unknown = site.call(method, path.replace(path.split("/")[3], "x"), raw=b"{}", headers=other).json()
        foreign["error"].pop("request_id")
        unknown["error"].pop("request_id")
        assert foreign == unknown, kind
        assert foreign["error"]["code"] == "not_found"
    assert_envelope(
        site.post("/v1/reports", raw=f'{{"scan_id": "{scan}"}}'.encode(), headers=other), "not_found"
    )
    for path in ("/v1/scans", "/v1/vulnerabilities", "/v1/reports"):
        assert site.get(path, headers=other).json()["data"] == []
    assert site.get(f"/v1/scans/{scan}").json()["status"] == "running"


def test_the_proof_of_one(site: Site) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    found = store_vulnerability(site, scan, proof=Proof(Oracle.OBSERVATION, 2))
    path = f"/v1/vulnerabilities/{found}"
    evidence = site.get(f"{path}/evidence").json()
    assert evidence["evidence"][0]["curl"] == "openssl s_client -tls1"
    assert evidence["evidence"][0]["raw"] is None
    why = site.get(f"{path}/explain")
    assert why.headers["etag"]
    assert (why.json()["oracle"], why.json()["terms"][0]["points"]) == ("observation", 90)
    assert site.get(f"{path}/explain?fields=tier").json() == {"tier": "confirmed"}
    earlier = store_vulnerability(site, scan, 2)
    told = site.get(f"/v1/vulnerabilities/{earlier}/explain").json()
    assert (told["oracle"], told["terms"], told["false_if"]) == (None, [], [])
    for what in ("evidence", "explain"):
        assert_envelope(site.get(f"/v1/vulnerabilities/vuln_x/{what}"), "not_found", "id")
