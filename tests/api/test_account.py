"""The key that asks, usage, rotation, expiry."""

import asyncio

import pytest
from envelopes import assert_envelope
from records import store_vulnerability
from site_under_test import Site

from cyberai.api import live


def test_me_tells_about_the_key_and_any_key_may_ask(site: Site) -> None:
    key = site.make_key(scopes=["reports:read"], expires_at="2024-01-21T00:00:00Z")
    me = site.get("/v1/me", headers=site.headers(key)).json()
    assert (me["plan"], me["requests_per_minute"], me["scopes"]) == ("standard", 100, ["reports:read"])
    assert (me["workspace"], me["expires_at"]) == ("default", "2024-01-21T00:00:00Z")
    assert me["key"]["hint"] == f"...{key[-4:]}"
    assert key not in site.get("/v1/me", headers=site.headers(key)).body.decode()
    assert site.get("/v1/me").json()["requests_per_minute"] == 1000


def test_usage_counts_requests_per_day_and_key(site: Site) -> None:
    other = site.make_key()
    foreign = site.make_key("blue")
    me = {key: site.get("/v1/me", headers=site.headers(key)).json()["key"]["id"] for key in (site.key, other)}
    for _ in range(3):
        site.get("/v1/scans", headers=site.headers(other))
    site.get("/v1/nothing", headers=site.headers(other))
    site.get("/v1/scans", headers=site.headers(foreign))
    site.call("OPTIONS", "/v1/scans", headers=site.headers(other))
    site.clock.advance(86_400)
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    store_vulnerability(site, scan)
    usage = site.get("/v1/usage").json()
    assert [day["date"] for day in usage["requests"]] == ["2024-01-21", "2024-01-20"]
    yesterday = {row["key_id"]: row["requests"] for row in usage["requests"][1]["keys"]}
    assert yesterday == {me[other]: 5, me[site.key]: 1}
    assert usage["requests"][0]["requests"] == 2
    assert usage["requests_total"] == 8
    assert (usage["scans_total"], usage["scans"]) == (1, {"queued": 1})
    assert usage["vulnerabilities"] == {"critical": 0, "high": 0, "medium": 1, "low": 0, "info": 0}
    assert usage["store_bytes"] > 10_000
    assert [day["date"] for day in site.get("/v1/usage?days=1").json()["requests"]] == ["2024-01-21"]
    blue = site.get("/v1/usage", headers=site.headers(foreign)).json()
    assert blue["requests_total"] == 2
    reader = site.make_key(scopes=["scans:read"])
    assert_envelope(site.get("/v1/usage", headers=site.headers(reader)), "forbidden", reason="keys:admin")


def test_counted_requests_reach_the_store_by_themselves(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STORE_SECONDS", 0.0)
    site.get("/v1/me")
    site.get("/v1/me")
    day = site.clock.now() // 86_400_000_000
    from cyberai.domain.ids import DEFAULT_WORKSPACE

    async def stored() -> list[int]:
        rows = await site.store.read(DEFAULT_WORKSPACE, lambda tx: tx.usage.requests(day))
        return [n for _, _, n in rows]

    async def wait() -> None:
        async with asyncio.timeout(10):
            while await stored() != [2]:
                await site.store.changed(1)

    site.runner.run(wait())


def test_a_rotated_key_has_the_rights_of_the_old_one_which_ends(site: Site) -> None:
    old = site.make_key(scopes=["scans:read", "keys:admin"], expires_at="2024-02-01T00:00:00Z")
    identity = site.get("/v1/me", headers=site.headers(old)).json()["key"]["id"]
    answer = site.post(f"/v1/api-keys/{identity}/rotate", headers=site.headers(old))
    assert answer.status == 201
    new = answer.json()
    assert answer.headers["location"] == f"/v1/api-keys/{new['id']}"
    assert new["id"] != identity
    assert (new["scopes"], new["expires_at"]) == (["scans:read", "keys:admin"], "2024-02-01T00:00:00Z")
    site.clock.advance(1)
    assert_envelope(site.get("/v1/me", headers=site.headers(old)), "unauthorized")
    assert site.get("/v1/me", headers=site.headers(new["key"])).json()["key"]["id"] == new["id"]
    assert_envelope(site.post(f"/v1/api-keys/{identity}/rotate"), "conflict", "id", "valid key")
    assert "key" not in site.get("/v1/api-keys").json()["data"][0]


def test_a_key_gives_at_most_what_it_has(site: Site) -> None:
    key = site.make_key(scopes=["keys:admin", "scans:read"])
    admin = {**site.headers(key), "Content-Type": "application/json"}
    whole = site.get("/v1/me").json()["key"]["id"]
    for body, field in (
        ({"name": "a", "plan": "enterprise"}, "plan"),
        ({"name": "a", "scopes": ["scans:read", "reports:read"]}, "scopes"),
    ):
        assert_envelope(site.post("/v1/api-keys", body, headers=admin), "forbidden", field, "keys create")
    assert_envelope(site.post(f"/v1/api-keys/{whole}/rotate", headers=admin), "forbidden")
    made = site.post("/v1/api-keys", {"name": "a"}, headers=admin)
    assert (made.status, made.json()["scopes"]) == (201, ["scans:read", "keys:admin"])
    assert site.post("/v1/api-keys", {"name": "b", "plan": "enterprise"}).status == 201
    assert site.get("/v1/me").status == 200


def test_a_rotated_key_may_live_on_for_a_while(site: Site) -> None:
    old = site.make_key()
    identity = site.get("/v1/me", headers=site.headers(old)).json()["key"]["id"]
    new = site.post(f"/v1/api-keys/{identity}/rotate?overlap=3600").json()["key"]
    site.clock.advance(3599)
    for key in (old, new):
        assert site.get("/v1/me", headers=site.headers(key)).status == 200
    site.clock.advance(2)
    assert_envelope(site.get("/v1/me", headers=site.headers(old)), "key_expired", "Authorization")
    assert site.get("/v1/me", headers=site.headers(new)).status == 200


def test_a_key_that_has_expired_answers_key_expired_on_every_path(site: Site) -> None:
    answer = site.post("/v1/api-keys", {"name": "short", "expires_at": "2024-01-20T10:00:30Z"})
    assert answer.status == 201
    key = answer.json()["key"]
    assert site.get("/v1/scans", headers=site.headers(key)).status == 200
    site.clock.advance(30)
    for path in ("/v1/scans", "/v1/me", "/v1/events", "/v1/events/stream", "/v1/nothing"):
        assert_envelope(site.get(path, headers=site.headers(key)), "key_expired", "Authorization", "new key")
