"""What every request meets: request id, key, rate limit, scope, method, headers, failures, the access log."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from envelopes import assert_envelope
from site_under_test import START, Site

from cyberai.domain.errors import StorageFull, StoreError

RESET = START // 1_000_000 + 60


def rate(answer: Any) -> tuple[int, int, int]:
    return tuple(int(answer.headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "reset"))  # type: ignore[return-value]


@pytest.mark.parametrize("sent", ["a", "0" * 128, "trace-1/2:3", "!~"])
def test_a_good_request_id_is_echoed(shared_site: Site, sent: str) -> None:
    answer = shared_site.get("/v1/scans/x", headers=shared_site.headers(**{"x-request-id": sent}))
    assert answer.headers["x-request-id"] == sent
    assert answer.error["request_id"] == sent


@pytest.mark.parametrize("sent", ["", "0" * 129, "a b", "\xe9", "\x7f"])
def test_a_bad_request_id_is_replaced(shared_site: Site, sent: str) -> None:
    answer = shared_site.get("/v1/scans", headers=shared_site.headers(**{"x-request-id": sent}))
    assert answer.headers["x-request-id"] != sent
    assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_in_any_case(shared_site: Site, scheme: str) -> None:
    answer = shared_site.get("/v1/scans", headers={"authorization": f"{scheme}  {shared_site.key} "})
    assert answer.status == 200


def test_limit_remaining_and_reset_are_exactly_true(site: Site) -> None:
    key = site.make_key(plan="standard")
    for spent in range(1, 101):
        answer = site.get("/v1/scans" if spent % 2 else "/v1/nothing", headers=site.headers(key))
        assert rate(answer) == (100, 100 - spent, RESET)
    refused = site.get("/v1/scans", headers=site.headers(key))
    assert_envelope(refused, "rate_limited", None, "100 requests per minute")
    assert rate(refused) == (100, 0, RESET)
    assert refused.headers["retry-after"] == "60"
    site.clock.advance(59)
    assert site.get("/v1/scans", headers=site.headers(key)).headers["retry-after"] == "1"
    site.clock.advance(1)
    assert rate(site.get("/v1/scans", headers=site.headers(key))) == (100, 99, RESET + 60)


def test_an_enterprise_key_has_a_thousand(site: Site) -> None:
    assert rate(site.get("/v1/scans")) == (1000, 999, RESET)


def test_each_key_has_its_own_window(site: Site) -> None:
    first, second = site.make_key(), site.make_key()
    site.get("/v1/scans", headers=site.headers(first))
    assert rate(site.get("/v1/scans", headers=site.headers(second))) == (100, 99, RESET)


def test_requests_without_a_key_are_counted_by_address(site: Site) -> None:
    for spent in range(1, 61):
        answer = site.get("/v1/scans", headers={}, client="192.0.2.1")
        assert_envelope(answer, "unauthorized")
        assert rate(answer) == (60, 60 - spent, RESET)
    assert_envelope(site.get("/v1/scans", headers={}, client="192.0.2.1"), "rate_limited", None, "60")
    assert_envelope(site.get("/v1/scans", headers={}, client="192.0.2.2"), "unauthorized")
    assert site.get("/v1/scans", client="192.0.2.1").status == 200


def test_authentication_comes_before_the_limit_and_the_limit_before_validation(site: Site) -> None:
    key = site.make_key()
    for _ in range(100):
        site.get("/v1/scans", headers=site.headers(key))
    for method, target, body in (("GET", "/nothing", b""), ("POST", "/scans", b"{"), ("PUT", "/scans", b"")):
        answer = site.call(method, "/v1" + target, raw=body, headers=site.headers(key))
        assert_envelope(answer, "rate_limited")


def test_paths_outside_v1_cost_nothing_and_carry_no_rate(site: Site) -> None:
    for path in ("/health", "/ready", "/version", "/openapi.json", "/docs/errors/not_found", "/nothing"):
        answer = site.get(path, headers={})
        assert not [name for name in answer.headers if name.startswith("x-ratelimit")]
    assert rate(site.get("/v1/scans")) == (1000, 999, RESET)


def test_options_are_free_and_name_the_methods(site: Site) -> None:
    answer = site.call("OPTIONS", "/v1/scans")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert rate(answer) == (1000, 1000, RESET)
    assert rate(site.call("OPTIONS", "/v1/scans", headers={})) == (60, 60, RESET)
    assert_envelope(site.call("OPTIONS", "/v1/nothing"), "not_found")
    assert rate(site.get("/v1/scans")) == (1000, 999, RESET)


def test_head_is_get_without_the_body(site: Site) -> None:
    site.post("/v1/scans", {"target": "example.com"})
    for path in ("/v1/scans", "/v1/scans/x", "/health"):
        got, head = site.get(path), site.call("HEAD", path)
        assert head.status == got.status
        assert head.body == b""
        same = {"content-type", "cache-control", "x-content-type-options"}
        if got.status == 200:
            same.add("content-length")
        assert {name: head.headers[name] for name in same} == {name: got.headers[name] for name in same}


def test_every_reply_has_the_standing_headers(shared_site: Site) -> None:
    for answer in (shared_site.get("/v1/scans"), shared_site.get("/v1/x"), shared_site.get("/health")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]
        names = [name for name, _ in answer.raw_headers]
        assert len(names) == len(set(names))


SCOPES = [
    ("GET", "/v1/scans", "scans:read"),
    ("GET", "/v1/scans/x", "scans:read"),
    ("POST", "/v1/scans", "scans:write"),
    ("DELETE", "/v1/scans/x", "scans:write"),
    ("GET", "/v1/vulnerabilities", "vulnerabilities:read"),
    ("GET", "/v1/vulnerabilities/x", "vulnerabilities:read"),
    ("PATCH", "/v1/vulnerabilities/x", "vulnerabilities:write"),
    ("GET", "/v1/reports", "reports:read"),
    ("GET", "/v1/reports/x", "reports:read"),
    ("GET", "/v1/reports/x/download", "reports:read"),
    ("POST", "/v1/reports", "reports:write"),
    ("GET", "/v1/api-keys", "keys:admin"),
    ("POST", "/v1/api-keys", "keys:admin"),
    ("DELETE", "/v1/api-keys/x", "keys:admin"),
]


@pytest.mark.parametrize(("method", "target", "scope"), SCOPES)
def test_a_route_needs_its_scope(shared_site: Site, method: str, target: str, scope: str) -> None:
    others = sorted({name for _, _, name in SCOPES} - {scope})
    without = shared_site.make_key(plan="enterprise", scopes=others)
    refused = shared_site.call(method, target, headers=shared_site.headers(without))
    assert_envelope(refused, "forbidden", "Authorization", scope)
    alone = shared_site.make_key(plan="enterprise", scopes=[scope])
    assert shared_site.call(method, target, headers=shared_site.headers(alone)).status != 403


def test_scopes_are_judged_before_the_body(shared_site: Site) -> None:
    key = shared_site.make_key(scopes=["scans:read"])
    assert_envelope(shared_site.post("/v1/scans", raw=b"{", headers=shared_site.headers(key)), "forbidden")


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "application/json; charset=utf-8", "Application/JSON", 'application/json;charset="UTF-8"'],
)  # fmt: skip
def test_json_by_any_of_its_names(shared_site: Site, media_type: str) -> None:
    headers = shared_site.headers(**{"content-type": media_type})
    assert shared_site.post("/v1/scans", {"target": "example.com"}, headers=headers).status == 201


def test_a_body_in_pieces(shared_site: Site) -> None:
    pieces = [b'{"target"', b": ", b'"example.com"', b"}"]
    assert shared_site.post("/v1/scans", raw=pieces).status == 201


def test_a_body_of_exactly_one_mebibyte_is_read(shared_site: Site) -> None:
    body = b'{"target": "example.com"}'
    assert shared_site.post("/v1/scans", raw=body + b" " * (1_048_576 - len(body))).status == 201


def test_a_body_that_ends_early_stores_nothing(site: Site) -> None:
    class Gone:
        async def go(self) -> list[dict[str, Any]]:
            sent: list[dict[str, Any]] = []
            incoming = [{"type": "http.request", "body": b'{"target": "example.com"}', "more_body": True}]

            async def receive() -> dict[str, Any]:
                return incoming.pop() if incoming else {"type": "http.disconnect"}

            async def send(message: dict[str, Any]) -> None:
                sent.append(message)

            scope = {
                "type": "http", "method": "POST", "path": "/v1/scans", "raw_path": b"/v1/scans", "query_string": b"",
                "client": ("127.0.0.1", 1),
                "headers": [(b"authorization", f"Bearer {site.key}".encode()), (b"content-type", b"application/json")],
            }  # fmt: skip
            await site.asgi(scope, receive, send)
            return sent

    sent = site.runner.run(Gone().go())
    assert sent[0]["status"] == 400
    assert site.get("/v1/scans").json()["data"] == []


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (RuntimeError("cai_live_secret in the text"), "internal_error"),
        (StoreError("the file is gone"), "unavailable"),
        (StorageFull("The disk is full", reason="Free some space"), "storage_full"),
    ],
)
def test_a_failure_is_an_envelope_and_says_nothing_of_its_cause(
    site: Site, caplog: pytest.LogCaptureFixture, failure: Exception, code: str
) -> None:
    kept = site.store.read
    calls = 0

    async def fails_after_the_key(workspace: Any, fn: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            return await kept(workspace, fn)
        raise failure

    site.store.read = fails_after_the_key  # type: ignore[method-assign]
    answer = site.get("/v1/scans")
    assert_envelope(answer, code)
    assert "secret" not in answer.body.decode()
    if not isinstance(failure, StorageFull):
        assert answer.headers["x-request-id"] in caplog.text


def test_the_access_log_is_one_json_line_without_query_and_key(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="cyberai.access"):
        site.get("/v1/scans?cursor=canary-4711")
        site.get(f"/v1/scans/{site.key}")
        site.get("/v1/scans/a%0Ab", headers={})
    first, second, third = [json.loads(record.getMessage()) for record in caplog.records]
    assert (first["method"], first["path"], first["status"]) == ("GET", "/v1/scans", 400)
    assert first["key"].startswith("key_")
    assert first["client"] == "127.0.0.1"
    assert second["path"] == "/v1/scans/cai_live_***"
    assert third["path"] == "/v1/scans/a\nb"
    assert "key" not in third
    assert "canary-4711" not in caplog.text
    assert site.key not in caplog.text
    assert all("\n" not in record.getMessage() for record in caplog.records)


def test_forwarded_addresses_are_believed_from_trusted_proxies_only(tmp_path: Any) -> None:
    site = Site(tmp_path, trusted_proxies=("10.0.0.0/8",))
    try:

        def remaining(client: str, forwarded: str) -> int:
            return rate(site.get("/v1/scans", headers={"x-forwarded-for": forwarded}, client=client))[1]

        assert remaining("10.0.0.1", "192.0.2.7") == 59
        assert remaining("10.0.0.1", "198.51.100.1, 192.0.2.7, 10.0.0.2") == 58
        assert remaining("192.0.2.7", "192.0.2.8") == 57
        assert remaining("10.0.0.1", "192.0.2.8") == 59
    finally:
        site.close()


def test_health_ready_version(site: Site) -> None:
    assert site.get("/health", headers={}).json() == {"status": "ok"}
    assert site.get("/ready", headers={}).json()["status"] == "ready"
    version = site.get("/version", headers={}).json()
    assert version["api"] == "v1"
    site.clock.advance(3600)
    assert_envelope(site.get("/ready", headers={}), "unavailable", None, "worker")


def test_a_server_whose_data_directory_is_gone_is_not_ready(tmp_path: Path) -> None:
    data, moved = tmp_path / "data", tmp_path / "elsewhere"
    data.mkdir()
    site = Site(data)
    try:
        assert site.get("/ready", headers={}).status == 200
        data.rename(moved)
        assert_envelope(site.get("/ready", headers={}), "unavailable", None, "data directory")
        moved.rename(data)
        assert site.get("/ready", headers={}).status == 200
    finally:
        site.close()


def test_a_revoked_key_is_refused_and_an_expired_one_says_so(site: Site) -> None:
    key = site.make_key(expires_at="2024-01-20T10:01:00Z")
    assert site.get("/v1/scans", headers=site.headers(key)).status == 200
    site.clock.advance(60)
    answer = site.get("/v1/scans", headers=site.headers(key))
    assert_envelope(answer, "key_expired", "Authorization")
    assert answer.headers["www-authenticate"] == "Bearer"
    other = site.post("/v1/api-keys", {"name": "other"}).json()
    assert site.get("/v1/scans", headers=site.headers(other["key"])).status == 200
    assert site.call("DELETE", f"/v1/api-keys/{other['id']}").json()["revoked_at"]
    site.clock.advance(1)
    assert_envelope(site.get("/v1/scans", headers=site.headers(other["key"])), "unauthorized")
