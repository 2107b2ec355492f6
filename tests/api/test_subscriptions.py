"""Commands of WebSocket clients, and tickets."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgi_driver import Socket, request
from envelopes import assert_envelope
from records import progress, store_vulnerability
from site_under_test import Site

from cyberai.app.keys import list_keys, revoke_key
from cyberai.domain.ids import DEFAULT_WORKSPACE


def run(site: Site, test: Callable[[], Awaitable[None]]) -> None:
    async def body() -> None:
        async with asyncio.timeout(30):
            await test()

    site.runner.run(body())


def make_scan(site: Site) -> str:
    return str(site.post("/v1/scans", {"target": "example.com"}).json()["id"])


async def said(socket: Socket, **command: Any) -> dict[str, Any]:
    socket.say(json.dumps(command))
    frame = await socket.frame(2)
    assert set(frame) == {"id", "type", "timestamp", "seq", "data"}
    return dict(frame)


def test_a_subscription_narrows_and_the_last_one_taken_back_widens(site: Site) -> None:
    first, second, third = (make_scan(site) for _ in range(3))

    async def test() -> None:
        socket = site.socket(f"/v1/ws?token={site.key}")
        await socket.accepted()
        answer = await said(socket, action="subscribe", scan_id=first)
        assert (answer["type"], answer["data"], answer["seq"]) == ("subscribed", {"scan_ids": [first]}, 3)
        answer = await said(socket, action="subscribe", scan_id=second)
        assert answer["data"] == {"scan_ids": [first, second]}
        for scan in (third, second, first):
            await progress(site, scan, 5)
        assert [(await socket.frame())["data"]["id"] for _ in range(2)] == [second, first]
        answer = await said(socket, action="unsubscribe", scan_id=second)
        assert answer["data"] == {"scan_ids": [first]}
        await progress(site, second, 6)
        await progress(site, first, 6)
        assert (await socket.frame())["data"]["id"] == first
        answer = await said(socket, action="unsubscribe", scan_id=first)
        assert answer["data"] == {"scan_ids": []}
        await progress(site, third, 7)
        assert (await socket.frame())["data"]["id"] == third
        await said(socket, action="subscribe", scan_id=first)
        assert (await said(socket, action="subscribe"))["data"] == {"scan_ids": []}
        await socket.leave()

    run(site, test)


def test_a_scan_s_subscription_brings_its_vulnerabilities(site: Site) -> None:
    scan, other = make_scan(site), make_scan(site)
    for number, owner in enumerate((other, scan)):
        store_vulnerability(site, owner, number)

    async def test() -> None:
        socket = site.socket(f"/v1/ws?token={site.key}")
        await socket.accepted()
        await said(socket, action="subscribe", scan_id=scan)
        await socket.leave()

    run(site, test)
    listed = site.get(f"/v1/scans/{scan}/events").json()["data"]
    assert [event["type"] for event in listed] == ["scan.created", "vulnerability.found"]
    assert listed[1]["data"]["scan_id"] == scan


REFUSED = [
    ({"action": "subscribe", "scan_id": "scan_x"}, "not_found", "id"),
    ({"action": "subscribe", "scan_id": 3}, "invalid_request", "scan_id"),
    ({"action": "subscribe", "scan_id": ["a"]}, "invalid_request", "scan_id"),
    ({"action": "dance"}, "invalid_request", "action"),
    ({"action": None}, "invalid_request", "action"),
    ({"action": ["subscribe"], "scan_id": "x"}, "invalid_request", "action"),
]


@pytest.mark.parametrize(("command", "code", "field"), REFUSED)
def test_a_command_that_cannot_be_obeyed_is_answered_and_changes_nothing(
    site: Site, command: dict[str, Any], code: str, field: str
) -> None:
    scan = make_scan(site)

    async def test() -> None:
        socket = site.socket(f"/v1/ws?token={site.key}")
        await socket.accepted()
        answer = await said(socket, **command)
        assert answer["type"] == "error"
        assert answer["data"]["code"] == code
        assert answer["data"]["details"]["field"] == field
        await progress(site, scan, 5)
        assert (await socket.frame())["type"] == "scan.progress"
        await socket.leave()

    run(site, test)


def test_a_foreign_scan_is_as_unknown_as_any(site: Site) -> None:
    key = site.make_key("other")
    scan = make_scan(site)

    async def test() -> None:
        socket = site.socket(f"/v1/ws?token={key}")
        await socket.accepted()
        assert (await said(socket, action="subscribe", scan_id=scan))["data"]["code"] == "not_found"
        await socket.leave()

    run(site, test)


# ---- tickets ----


def ticket(site: Site, key: str | None = None) -> dict[str, Any]:
    answer = site.post("/v1/ws/tickets", headers=site.headers(key))
    assert answer.status == 201, answer.body
    return dict(answer.json())


def test_a_ticket_opens_one_websocket_with_the_rights_of_its_key(site: Site) -> None:
    key = site.make_key(scopes=["scans:read"])
    made = ticket(site, key)
    assert made["expires_at"] == "2024-01-20T10:01:00Z"
    assert made["url"] == f"/v1/ws?token={made['ticket']}"
    scan = make_scan(site)
    store_vulnerability(site, scan)

    async def test() -> None:
        socket = site.socket(made["url"] + "&since=0")
        headers = await socket.accepted()
        assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("100", "98")
        assert (await socket.frame())["type"] == "scan.created"
        await progress(site, scan, 5)
        assert (await socket.frame())["type"] == "scan.progress"
        again = await site.socket(made["url"]).refusal()
        assert_envelope(again, "unauthorized", "token", "POST /v1/ws/tickets")
        assert again.headers["www-authenticate"] == "Bearer"
        await socket.leave()

    run(site, test)


def test_a_ticket_runs_out_after_a_minute(site: Site) -> None:
    made = ticket(site)
    site.clock.advance(59)

    async def test() -> None:
        late = ticket_text(made)
        site.clock.advance(1)
        assert_envelope(await site.socket(f"/v1/ws?token={late}").refusal(), "unauthorized", "token")

    run(site, test)


def ticket_text(made: dict[str, Any]) -> str:
    return str(made["ticket"])


def test_a_ticket_is_no_key(site: Site) -> None:
    text = ticket_text(ticket(site))
    for path in ("/v1/scans", "/v1/me", "/v1/events/stream"):
        assert_envelope(site.get(path, headers=site.headers(text)), "unauthorized", "Authorization")

    async def test() -> None:
        assert_envelope(await site.socket("/v1/ws", headers=site.headers(text)).refusal(), "unauthorized")
        socket = site.socket(f"/v1/ws?token={text}")
        await socket.accepted()
        await socket.leave()

    run(site, test)


def test_a_handshake_that_fails_does_not_use_the_ticket_up(site: Site) -> None:
    text = ticket_text(ticket(site))

    async def test() -> None:
        refused = await site.socket(f"/v1/ws?token={text}&since=x").refusal()
        assert_envelope(refused, "invalid_request", "since")
        socket = site.socket(f"/v1/ws?token={text}")
        await socket.accepted()
        await socket.leave()

    run(site, test)


def test_a_ticket_ends_with_its_key(site: Site) -> None:
    key = site.make_key()
    used, unused = ticket(site, key), ticket(site, key)

    async def test() -> None:
        socket = site.socket(used["url"])
        await socket.accepted()
        newest = (await list_keys(site.app, DEFAULT_WORKSPACE))[0]
        await revoke_key(site.app, DEFAULT_WORKSPACE, newest.id)
        assert await socket.closed(1) == (4401, "The key was revoked")
        assert_envelope(await site.socket(unused["url"]).refusal(), "unauthorized")

    run(site, test)


def test_two_handshakes_race_for_one_ticket(site: Site) -> None:
    made = ticket(site)

    async def test() -> None:
        sockets = [site.socket(made["url"]) for _ in range(8)]
        first = [(await socket.message())["type"] for socket in sockets]
        assert sorted(first) == ["websocket.accept"] + ["websocket.http.response.start"] * 7
        for socket, kind in zip(sockets, first, strict=True):
            if kind == "websocket.accept":
                await socket.leave()

    run(site, test)


def test_the_ticket_is_in_no_answer_of_a_list(site: Site) -> None:
    made = ticket(site)

    async def test() -> None:
        await request(site.asgi, "GET", "/v1/events", headers=site.headers())

    run(site, test)
    for path in ("/v1/events", "/v1/api-keys", "/v1/me"):
        assert ticket_text(made) not in site.get(path).body.decode()
