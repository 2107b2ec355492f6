"""Entity tags, 304, 412; problem details and 406; the limit as the IETF draft writes it."""

import threading
from typing import Any

import pytest
from asgi_driver import Answer
from envelopes import assert_envelope
from records import store_vulnerability
from site_under_test import Site

from cyberai.domain.errors import STATUS, ErrorCode


def made(site: Site) -> tuple[str, str]:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    return scan, store_vulnerability(site, scan)


def test_every_get_of_a_resource_or_list_has_a_tag_and_answers_304(site: Site) -> None:
    scan, found = made(site)
    report = site.post("/v1/reports", {"scan_id": scan, "format": "csv"}).json()["id"]
    paths = [
        "/v1/scans", f"/v1/scans/{scan}", "/v1/vulnerabilities", f"/v1/vulnerabilities/{found}", "/v1/reports",
        f"/v1/reports/{report}", "/v1/api-keys", "/v1/scans?limit=1&sort=created_at", "/v1/scans?fields=id&include=total",
    ]  # fmt: skip
    for path in paths:
        whole = site.get(path)
        tag = whole.headers["etag"]
        assert tag.startswith('"')
        assert site.get(path).headers["etag"] == tag or path == "/v1/api-keys"
        for method in ("GET", "HEAD"):
            for sent in (whole.headers["etag"], f"W/{tag}", f'"x", {tag}', f'{tag} , "x"', "*"):
                answer = site.call(method, path, headers=site.headers(**{"if-none-match": sent}))
                assert (answer.status, answer.body) == (304, b""), (path, sent)
                assert answer.headers["etag"] == tag
                # Not modified costs nothing, and says what is left.
                assert int(answer.headers["x-ratelimit-remaining"]) > 0
                assert "content-type" not in answer.headers
        for sent in ('"x"', "x", "", tag[:-1], '"' + "a" * 500 + '"', ",".join([tag.replace('"', "")] * 200)):
            assert site.get(path, headers=site.headers(**{"if-none-match": sent})).status == 200, (path, sent)


def test_304_costs_nothing(site: Site) -> None:
    scan, _ = made(site)
    first = site.get(f"/v1/scans/{scan}")
    headers = site.headers(**{"if-none-match": first.headers["etag"]})
    for _ in range(3):
        answer = site.get(f"/v1/scans/{scan}", headers=headers)
        assert answer.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"]
        assert answer.headers["x-ratelimit-reset"] == first.headers["x-ratelimit-reset"]
    again = site.get(f"/v1/scans/{scan}")
    assert int(again.headers["x-ratelimit-remaining"]) == int(first.headers["x-ratelimit-remaining"]) - 1


def test_a_tag_changes_with_the_state(site: Site) -> None:
    scan, found = made(site)
    for path in (f"/v1/scans/{scan}", "/v1/scans", "/v1/scans?fields=id"):
        before = site.get(path).headers["etag"]
        site.clock.advance(2)
        site.call("DELETE", f"/v1/scans/{scan}")
        after = site.get(path, headers=site.headers(**{"if-none-match": before}))
        assert after.status == (
            304 if path.endswith("fields=id") and before == after.headers["etag"] else 200
        )
        scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    page, one = "/v1/vulnerabilities", f"/v1/vulnerabilities/{found}"
    before = [site.get(path).headers["etag"] for path in (page, one)]
    site.call("PATCH", one, {"assignee": "me"})
    assert all(site.get(path).headers["etag"] != tag for path, tag in zip((page, one), before, strict=True))


def patch(site: Site, found: str, body: Any, match: str) -> Answer:
    headers = site.headers(**{"content-type": "application/json", "if-match": match})
    return site.call("PATCH", f"/v1/vulnerabilities/{found}", body, headers=headers)


def test_if_match(site: Site) -> None:
    _, found = made(site)
    path = f"/v1/vulnerabilities/{found}"
    tag = site.get(path).headers["etag"]
    first = patch(site, found, {"assignee": "a"}, tag)
    assert first.status == 200
    assert first.headers["etag"] != tag
    for stale in (tag, f"W/{first.headers['etag']}", '"x", "y"'):
        assert_envelope(
            patch(site, found, {"assignee": "b"}, stale), "precondition_failed", "If-Match", "again"
        )
    assert site.get(path).json()["assignee"] == "a"
    assert site.get(path).headers["etag"] == first.headers["etag"]
    assert patch(site, found, {"assignee": "c"}, f'"x", {first.headers["etag"]}').status == 200
    assert patch(site, found, {"assignee": "d"}, "*").status == 200
    # The tag of a part, or of a compressed answer, stands for the same state.
    part = site.get(f"{path}?fields=id,status").headers["etag"]
    assert patch(site, found, {"assignee": "e"}, part).status == 200
    packed = site.get(path, headers=site.headers(**{"accept-encoding": "gzip"})).headers
    assert packed["etag"].endswith('-gzip"')
    assert patch(site, found, {"assignee": "f"}, packed["etag"]).status == 200
    assert_envelope(patch(site, "vuln_x", {}, "*"), "not_found")
    assert_envelope(patch(site, "vuln_x", {}, '"x"'), "not_found")


def test_of_many_who_saw_the_same_state_one_changes_it(site: Site) -> None:
    _, found = made(site)
    tag = site.get(f"/v1/vulnerabilities/{found}").headers["etag"]

    async def go() -> list[int]:
        import asyncio

        from asgi_driver import request

        headers = site.headers(**{"content-type": "application/json", "if-match": tag})
        calls = [
            request(
                site.asgi,
                "PATCH",
                f"/v1/vulnerabilities/{found}",
                headers=headers,
                body=b'{"assignee": "%d"}' % n,
            )
            for n in range(20)
        ]
        return [answer.status for answer in await asyncio.gather(*calls)]

    assert threading.active_count() > 1  # the writer is a thread of its own
    statuses = site.runner.run(go())
    assert sorted(set(statuses)) == [200, 412]
    assert statuses.count(200) == 1


PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("accept", "problem"),
    [
        (PROBLEM, True),
        ("application/json, application/problem+json", True),
        ("Application/Problem+JSON;q=0.5", True),
        ("application/json;q=0.4, application/problem+json;q=0.5, */*;q=0.1", True),
        ("application/json, application/problem+json;q=0.5", False),
        ("application/json, application/problem+json;q=0", False),
        ("application/json", False),
        ("*/*", False),
        ("text/problem+json", False),
        ("", False),
    ],
)
def test_problem_details_where_they_are_asked_for(shared_site: Site, accept: str, problem: bool) -> None:
    answer = shared_site.get("/v1/scans/x", headers=shared_site.headers(accept=accept))
    if problem:
        assert_problem(answer, "not_found")
    else:
        assert_envelope(answer, "not_found" if "text/" not in accept else "not_acceptable")


def assert_problem(answer: Answer, code: str) -> None:
    assert answer.status == STATUS[ErrorCode(code)]
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert list(body) == ["type", "title", "status", "detail", "code", "details", "request_id"]
    assert body["type"].endswith(f"/errors/{code}")
    assert (body["status"], body["code"]) == (answer.status, code)
    assert body["detail"] == body["details"]["reason"]
    assert body["request_id"] == answer.headers["x-request-id"]


def test_problems_on_every_path_and_status(site: Site) -> None:
    plain = site.headers(accept=PROBLEM)
    for method, path, headers, body, code in (
        ("GET", "/v1/scans", {"accept": PROBLEM}, b"", "unauthorized"),
        ("GET", "/nowhere", plain, b"", "not_found"),
        ("PUT", "/v1/scans", plain, b"", "method_not_allowed"),
        ("GET", "/v1/scans?x=1", plain, b"", "unknown_parameter"),
        ("POST", "/v1/scans", plain, b"{}", "unsupported_media_type"),
        ("POST", "/v1/scans", {**plain, "content-type": "application/json"}, b"{", "invalid_json"),
        ("POST", "/v1/scans", {**plain, "content-type": "application/json"}, b"{}", "invalid_request"),
        ("GET", "/v1/scans/x/pause2", plain, b"", "not_found"),
    ):
        assert_problem(site.call(method, path, raw=body, headers=headers), code)
    many = site.call(
        "POST", "/v1/scans", {"target": "a b", "options": {"depth": 99}},
        headers={**plain, "content-type": "application/json"},
    )  # fmt: skip
    assert len(many.json()["details"]["errors"]) == 2


@pytest.mark.parametrize(
    ("accept", "fits"),
    [
        ("", True),
        ("*/*", True),
        ("application/*", True),
        ("application/json;charset=utf-8", True),
        ("application/json; q=0.001", True),
        ("text/html, application/xhtml+xml, */*;q=0.8", True),
        ("text/html", False),
        ("text/*", False),
        ("application/xml, image/png", False),
        ("application/json;q=0", False),
        ("application/json;q=0, */*", False),
        ("*/*;q=0", False),
        ("application/json;q=nonsense", False),
        ("nonsense", True),
        (";;,,", True),
    ],
)
def test_accept(shared_site: Site, accept: str, fits: bool) -> None:
    for path in ("/v1/scans", "/openapi.json", "/health"):
        answer = shared_site.get(path, headers=shared_site.headers(accept=accept))
        if fits:
            assert answer.status == 200, answer.body
        else:
            assert_envelope(answer, "not_acceptable", "Accept", "application/json")


def test_what_is_not_acceptable_has_no_effect(site: Site) -> None:
    headers = site.headers(**{"content-type": "application/json", "accept": "text/html"})
    answer = site.post("/v1/scans", {"target": "example.com"}, headers=headers)
    assert_envelope(answer, "not_acceptable")
    assert site.get("/v1/scans").json()["data"] == []
    assert site.get("/docs/errors/forbidden", headers={"accept": "text/plain"}).status == 200
    assert_envelope(
        site.get("/docs/errors/forbidden", headers={"accept": "application/json"}), "not_acceptable"
    )


def test_the_limit_as_the_ietf_writes_it(site: Site) -> None:
    key = site.make_key()
    site.clock.advance(18)
    for remaining, answer in enumerate(
        (site.get("/v1/scans", headers=site.headers(key)), site.get("/v1/nope", headers=site.headers(key)))
    ):
        left = 99 - remaining
        assert answer.headers["ratelimit-policy"] == '"minute";q=100;w=60'
        assert answer.headers["ratelimit"] == f'"minute";r={left};t=42'
        assert answer.headers["x-ratelimit-remaining"] == str(left)
    nobody = site.get("/v1/scans", headers={})
    assert nobody.headers["ratelimit-policy"] == '"minute";q=60;w=60'
    assert nobody.headers["ratelimit"] == '"minute";r=59;t=42'
    assert "ratelimit" in site.call("OPTIONS", "/v1/scans").headers
    assert "ratelimit" not in site.get("/health", headers={}).headers
    for _ in range(98):
        site.get("/v1/scans", headers=site.headers(key))
    refused = site.get("/v1/scans", headers=site.headers(key))
    assert_envelope(refused, "rate_limited")
    assert refused.headers["ratelimit"] == '"minute";r=0;t=42'
