"""`Idempotency-Key`: one effect, the same answer, nothing secret in clear text."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import apsw
import pytest
from asgi_driver import Answer, request
from envelopes import assert_envelope
from site_under_test import Site

from cyberai.api.app import all_routes
from cyberai.app.idempotency import KEPT, forget_expired
from cyberai.domain.errors import StorageFull

SCAN = {"target": "example.com"}


def post(site: Site, path: str, body: Any, key: str, api_key: str | None = None) -> Answer:
    headers = site.headers(api_key, **{"content-type": "application/json", "idempotency-key": key})
    return site.post(path, body, headers=headers)


def scans(site: Site) -> int:
    total: int = site.get("/v1/scans?include=total").json()["total"]
    return total


def test_a_repeated_request_has_one_effect_and_the_same_answer(site: Site) -> None:
    first = post(site, "/v1/scans", SCAN, "k1")
    site.call("DELETE", first.headers["location"])
    again = post(site, "/v1/scans", SCAN, "k1")
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert scans(site) == 1
    # It costs a request like any other.
    assert int(again.headers["x-ratelimit-remaining"]) < int(first.headers["x-ratelimit-remaining"])


def test_without_a_key_every_request_counts(site: Site) -> None:
    site.post("/v1/scans", SCAN)
    site.post("/v1/scans", SCAN)
    assert scans(site) == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/scans", {"target": "example.org"}),
        ("/v1/scans", {"target": "example.com", "name": "x"}),
        ("/v1/api-keys", {"name": "x"}),
    ],
)
def test_the_same_key_with_another_request_is_refused(site: Site, path: str, body: Any) -> None:
    post(site, "/v1/scans", SCAN, "k1")
    assert_envelope(post(site, path, body, "k1"), "idempotency_mismatch", "Idempotency-Key", "new key")
    assert scans(site) == 1


def test_what_was_refused_is_not_kept(site: Site) -> None:
    assert_envelope(post(site, "/v1/scans", {"target": 1}, "k1"), "invalid_request", "target")
    assert post(site, "/v1/scans", SCAN, "k1").status == 201
    assert_envelope(post(site, "/v1/reports", {"scan_id": "scan_x"}, "k2"), "not_found")
    assert post(site, "/v1/scans", SCAN, "k2").status == 201


def test_a_failed_transaction_keeps_nothing(site: Site) -> None:
    kept = site.store.write

    async def full(workspace: Any, fn: Any) -> Any:
        def fails(tx: Any) -> Any:
            fn(tx)
            raise StorageFull("The disk is full", reason="Free some space")

        return await kept(workspace, fails)

    site.get("/v1/scans")
    site.store.write = full  # type: ignore[method-assign]
    assert_envelope(post(site, "/v1/scans", SCAN, "k1"), "storage_full")
    site.store.write = kept  # type: ignore[method-assign]
    answer = post(site, "/v1/scans", SCAN, "k1")
    assert answer.status == 201
    assert "idempotency-replayed" not in answer.headers
    assert scans(site) == 1


def test_keys_belong_to_a_workspace(site: Site) -> None:
    first = post(site, "/v1/scans", SCAN, "k1")
    other = site.make_key("other", plan="enterprise")
    foreign = post(site, "/v1/scans", SCAN, "k1", other)
    assert foreign.status == 201
    assert foreign.json()["id"] != first.json()["id"]
    same = post(site, "/v1/scans", SCAN, "k1", site.make_key(plan="enterprise"))
    assert same.body == first.body


def test_a_replay_needs_the_scope(site: Site) -> None:
    post(site, "/v1/scans", SCAN, "k1")
    reader = site.make_key(scopes=["scans:read"])
    assert_envelope(post(site, "/v1/scans", SCAN, "k1", reader), "forbidden")


def test_it_is_kept_for_a_day_and_then_removed(site: Site) -> None:
    post(site, "/v1/scans", SCAN, "k1")
    assert site.runner.run(forget_expired(site.app)) == 0
    site.clock.advance(KEPT / 1_000_000 - 1)
    assert "idempotency-replayed" in post(site, "/v1/scans", SCAN, "k1").headers
    site.clock.advance(1)
    assert "idempotency-replayed" not in post(site, "/v1/scans", SCAN, "k1").headers
    assert scans(site) == 2
    site.clock.advance(KEPT / 1_000_000)
    assert site.runner.run(forget_expired(site.app)) == 1
    assert site.runner.run(forget_expired(site.app)) == 0


def test_a_created_key_is_answered_again_and_lies_nowhere_in_clear_text(site: Site, tmp_path: Path) -> None:
    first = post(site, "/v1/api-keys", {"name": "ci"}, "canary-key-name")
    secret = first.json()["key"]
    again = post(site, "/v1/api-keys", {"name": "ci"}, "canary-key-name")
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["cache-control"] == "no-store"
    [(body, sealed)] = (
        apsw.Connection(str(tmp_path / "cyberai.db"))
        .execute("SELECT body, sealed FROM idempotency")
        .fetchall()
    )
    assert sealed == 1
    assert b"name" not in body
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("cyberai.db*"))
    assert secret.encode() not in kept
    assert b"canary-key-name" not in kept
    # Another key of the workspace may know the idempotency key and still cannot open it.
    other = site.make_key(plan="enterprise")
    refused = post(site, "/v1/api-keys", {"name": "ci"}, "canary-key-name", other)
    assert_envelope(refused, "idempotency_mismatch", "Idempotency-Key", "API key that sent it first")
    assert len([key for key in site.get("/v1/api-keys").json()["data"] if key["name"] == "ci"]) == 1


async def _together(site: Site, count: int, key: str) -> list[Answer]:
    headers = site.headers(**{"content-type": "application/json", "idempotency-key": key})
    body = b'{"target": "example.com"}'
    calls = (request(site.asgi, "POST", "/v1/scans", headers=headers, body=body) for _ in range(count))
    return await asyncio.gather(*calls)


def test_fifty_at_once_have_one_effect(site: Site) -> None:
    answers = site.runner.run(_together(site, 50, "k1"))
    made = {answer.body for answer in answers if answer.status == 201}
    assert len(made) == 1
    refused = [answer for answer in answers if answer.status != 201]
    assert refused
    for answer in refused:
        assert_envelope(answer, "idempotency_in_progress", "Idempotency-Key", "unchanged")
        assert answer.headers["retry-after"] == "1"
    assert scans(site) == 1
    assert post(site, "/v1/scans", SCAN, "k1").status in (201, 409)


def test_two_servers_on_one_store_have_one_effect(tmp_path: Path) -> None:
    one, two = Site(tmp_path), Site(tmp_path)
    try:
        two.key = one.key
        # The second looks before the first has written, and writes after it.
        kept = two.store.write

        async def late(workspace: Any, fn: Any) -> Any:
            if two.woken == 0 and "first" not in answers:
                answers["first"] = await request(
                    one.asgi, "POST", "/v1/scans", headers=headers, body=b'{"target": "example.com"}'
                )
            return await kept(workspace, fn)

        answers: dict[str, Answer] = {}
        headers = one.headers(**{"content-type": "application/json", "idempotency-key": "k"})
        two.get("/v1/scans")
        one.get("/v1/scans")
        two.store.write = late  # type: ignore[method-assign]
        second = two.post("/v1/scans", SCAN, headers=headers)
        two.store.write = kept  # type: ignore[method-assign]
        assert answers["first"].status == 201
        assert_envelope(second, "idempotency_in_progress")
        assert two.post("/v1/scans", SCAN, headers=headers).body == answers["first"].body
        assert scans(one) == 1
    finally:
        two.close()
        one.close()


def test_it_survives_a_restart(tmp_path: Path) -> None:
    site = Site(tmp_path)
    first = post(site, "/v1/scans", SCAN, "k1")
    api_key = site.key
    site.close()
    site = Site(tmp_path)
    try:
        again = post(site, "/v1/scans", SCAN, "k1", api_key)
        assert (again.body, again.headers["idempotency-replayed"]) == (first.body, "true")
    finally:
        site.close()


@pytest.mark.parametrize("key", ["a", "k" * 255, str(uuid.UUID(int=7)), '"quoted"', "a b", "~!@#"])
def test_keys_that_are_good(shared_site: Site, key: str) -> None:
    first, again = (post(shared_site, "/v1/scans", SCAN, key) for _ in range(2))
    assert first.status == 201
    assert again.body == first.body


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_other_methods_do_not_look_at_it(shared_site: Site, method: str) -> None:
    headers = shared_site.headers(**{"content-type": "application/json", "idempotency-key": ""})
    answer = shared_site.call(method, "/v1/vulnerabilities/x", {}, headers=headers)
    assert answer.status in (404, 405)


def test_every_post_honours_it(site: Site) -> None:
    scan = site.post("/v1/scans", SCAN).json()["id"]
    bodies = {"/v1/scans": SCAN, "/v1/reports": {"scan_id": scan}, "/v1/api-keys": {"name": "x"}}
    repeated = 0
    for route in all_routes():
        if route.method != "POST":
            continue
        body = bodies.get(route.path, route.body.example if route.body else None)
        path = route.path.replace("{id}", scan)
        first, again = (post(site, path, body, f"k {route.path}") for _ in range(2))
        if first.status < 300:
            repeated += 1
            assert again.body == first.body, route.path
            assert again.headers["idempotency-replayed"] == "true", route.path
    assert repeated >= len(bodies)
