"""/v1/ws in process: handshakes, replay, live events, revocation, slow readers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgi_driver import Socket
from envelopes import assert_envelope
from records import progress, store_vulnerability
from site_under_test import Site

from cyberai.api import watch
from cyberai.app.keys import list_keys, revoke_key
from cyberai.domain.ids import DEFAULT_WORKSPACE
from cyberai.realtime import queue

EXAMPLE = {"target": "example.com"}


def run(site: Site, test: Callable[[], Awaitable[None]]) -> None:
    async def body() -> None:
        async with asyncio.timeout(30):
            await test()

    site.runner.run(body())


def make_scan(site: Site) -> str:
    return site.post("/v1/scans", EXAMPLE).json()["id"]


async def post_scan(site: Site) -> str:
    from asgi_driver import request

    answer = await request(
        site.asgi,
        "POST",
        "/v1/scans",
        headers=site.headers(**{"content-type": "application/json"}),
        body=b'{"target": "example.com"}',
    )
    return answer.json()["id"]


def test_connect_and_receive_with_nothing_to_send(site: Site) -> None:
    async def test() -> None:
        socket = site.socket(f"/v1/ws?token={site.key}")
        headers = await socket.accepted()
        assert headers["x-ratelimit-limit"] == "1000"
        assert headers["x-ratelimit-remaining"] == "999"
        assert headers["x-request-id"]
        scan = await post_scan(site)
        frame = await socket.frame(1)
        assert set(frame) == {"id", "type", "timestamp", "seq", "data"}
        assert frame["type"] == "scan.created"
        assert frame["data"]["id"] == scan
        assert frame["timestamp"] == "2024-01-20T10:00:00.000Z"
        await progress(site, scan, 5)
        following = await socket.frame(1)
        assert following["seq"] == frame["seq"] + 1
        assert following["data"]["progress"]["current"] == 5
        await socket.leave()

    run(site, test)


def test_the_header_works_as_well_and_origin_never_matters(site: Site) -> None:
    async def test() -> None:
        for origin in ("https://evil.example", "null", ""):
            socket = site.socket("/v1/ws", headers=site.headers(origin=origin))
            await socket.accepted()
            await socket.leave()

    run(site, test)


def test_one_handshake_costs_one_request_and_frames_none(site: Site) -> None:
    async def test() -> None:
        socket = site.socket(f"/v1/ws?token={site.key}")
        await socket.accepted()
        await post_scan(site)
        await socket.frame()
        await socket.leave()

    run(site, test)
    assert site.get("/v1/scans").headers["x-ratelimit-remaining"] == "997"


REFUSED = [
    ("/v1/ws", {}, "unauthorized", "Authorization"),
    ("/v1/ws?token=", {}, "unauthorized", "Authorization"),
    ("/v1/ws?token=wrong", {}, "unauthorized", "Authorization"),
    ("/v1/ws?token={key}&token={key}", {}, "unauthorized", "Authorization"),
    ("/v1/ws?token=%FF", {}, "unauthorized", "Authorization"),
    ("/v1/ws?Token={key}", {}, "unauthorized", "Authorization"),
    ("/v1/ws", {"authorization": "Basic {key}"}, "unauthorized", "Authorization"),
    ("/v1/ws?token={key}&since=-1", {}, "invalid_request", "since"),
    ("/v1/ws?token={key}&since=", {}, "invalid_request", "since"),
    ("/v1/ws?token={key}&since=1.5", {}, "invalid_request", "since"),
    ("/v1/ws?token={key}&since=99999999999999999999", {}, "invalid_request", "since"),
    ("/v1/ws?token={key}&since=1&since=2", {}, "invalid_request", "since"),
    ("/v1/ws?token={key}&scan=1", {}, "unknown_parameter", "scan"),
    ("/v1/ws/?token={key}", {"authorization": "Bearer {key}"}, "not_found", None),
    ("/v1/scans", {"authorization": "Bearer {key}"}, "not_found", None),
    ("/v1/scans?token={key}", {}, "unauthorized", "Authorization"),
]


@pytest.mark.parametrize(("target", "headers", "code", "field"), REFUSED)
def test_refused_handshakes(
    site: Site, target: str, headers: dict[str, str], code: str, field: str | None
) -> None:
    async def test() -> None:
        sent = {name: value.replace("{key}", site.key) for name, value in headers.items()}
        refusal = await site.socket(target.replace("{key}", site.key), headers=sent).refusal()
        assert_envelope(refusal, code, field)
        assert refusal.headers["x-ratelimit-limit"] in ("60", "1000")
        assert ("www-authenticate" in refusal.headers) == (code == "unauthorized")
        assert site.key not in refusal.body.decode()

    run(site, test)


def test_handshakes_are_limited_like_requests(site: Site) -> None:
    key = site.make_key()

    async def test() -> None:
        for _ in range(100):
            socket = site.socket(f"/v1/ws?token={key}")
            await socket.accepted()
            await socket.leave()
        assert_envelope(await site.socket(f"/v1/ws?token={key}").refusal(), "rate_limited")

    run(site, test)


def test_topics_follow_the_scopes(site: Site) -> None:
    scans = site.make_key(scopes=["scans:read"])
    found = site.make_key(scopes=["vulnerabilities:read", "scans:write"])
    blind = site.make_key(scopes=["scans:write"])
    scan = make_scan(site)
    store_vulnerability(site, scan)

    async def test() -> None:
        first = site.socket(f"/v1/ws?token={scans}&since=0")
        await first.accepted()
        second = site.socket(f"/v1/ws?token={found}&since=0")
        await second.accepted()
        assert (await first.frame())["type"] == "scan.created"
        assert (await second.frame())["type"] == "vulnerability.found"
        assert_envelope(
            await site.socket(f"/v1/ws?token={blind}").refusal(), "forbidden", "token", "scans:read"
        )
        await first.leave()
        await second.leave()

    run(site, test)


def test_a_workspace_hears_its_own_events_only(site: Site) -> None:
    other = site.make_key("other")

    async def test() -> None:
        foreign = site.socket(f"/v1/ws?token={other}&since=0")
        await foreign.accepted()
        own = site.socket(f"/v1/ws?token={site.key}")
        await own.accepted()
        await post_scan(site)
        await own.frame()
        with pytest.raises(TimeoutError):
            await foreign.message(0.5)
        await own.leave()
        await foreign.leave()

    run(site, test)


def test_since_replays_then_goes_live_without_a_hole(site: Site) -> None:
    scan = make_scan(site)

    async def test() -> None:
        for current in range(1, 301):
            await progress(site, scan, min(current, 99))
        socket = site.socket(f"/v1/ws?token={site.key}&since=7")
        await socket.accepted()
        seen = [(await socket.frame())["seq"] for _ in range(294)]
        assert seen == list(range(8, 302))
        await progress(site, scan, 99)
        assert (await socket.frame(1))["seq"] == 302
        await socket.leave()

    run(site, test)


@pytest.mark.parametrize("since", [2, 10**17])
def test_what_cannot_be_replayed_gets_a_resync_frame(site: Site, since: int) -> None:
    make_scan(site)

    async def test() -> None:
        socket = site.socket(f"/v1/ws?token={site.key}&since={since}")
        await socket.accepted()
        frame = await socket.frame()
        assert set(frame) == {"id", "type", "timestamp", "seq", "data"}
        assert frame["type"] == "resync"
        assert frame["seq"] == 1
        assert (frame["data"]["since"], frame["data"]["oldest"], frame["data"]["head"]) == (since, 1, 1)
        await post_scan(site)
        assert (await socket.frame(1))["seq"] == 2
        await socket.leave()

    run(site, test)


@pytest.mark.parametrize(
    "said",
    ["", "hello", "{}", "[]", '{"scan_id":"x"}', '{"action"', "\x00", '{"action":' + "[" * 990, "[" * 60_000],
)
def test_what_is_no_command_is_answered_by_an_error_and_harms_nobody(site: Site, said: str) -> None:
    async def test() -> None:
        socket = site.socket(f"/v1/ws?token={site.key}")
        await socket.accepted()
        socket.say(said)
        answer = await socket.frame(1)
        assert (answer["type"], answer["data"]["code"]) == ("error", "invalid_request")
        await post_scan(site)
        assert (await socket.frame(1))["type"] == "scan.created"
        await socket.leave()

    run(site, test)


def test_a_revoked_key_is_closed_within_a_second(site: Site) -> None:
    key = site.make_key()

    async def test() -> None:
        revoked = [site.socket(f"/v1/ws?token={key}") for _ in range(3)]
        kept = site.socket(f"/v1/ws?token={site.key}")
        for socket in (*revoked, kept):
            await socket.accepted()
        newest = (await list_keys(site.app, DEFAULT_WORKSPACE))[0]
        await revoke_key(site.app, DEFAULT_WORKSPACE, newest.id)
        for socket in revoked:
            assert await socket.closed(1) == (4401, "The key was revoked")
            await socket.leave()
        await post_scan(site)
        assert (await kept.frame(1))["type"] == "scan.created"
        await kept.leave()

    run(site, test)


def test_an_expired_key_is_closed(site: Site) -> None:
    key = site.make_key(expires_at="2024-01-20T10:01:00Z")

    async def test() -> None:
        socket = site.socket(f"/v1/ws?token={key}")
        await socket.accepted()
        site.clock.advance(60)
        assert await socket.closed(1) == (4401, "The key has expired")

    run(site, test)


def test_a_slow_reader_gets_coalesced_progress_then_everything_else(site: Site) -> None:
    scan = make_scan(site)

    async def test() -> None:
        socket = site.socket(f"/v1/ws?token={site.key}")
        await socket.accepted()
        socket.stall()
        for current in range(1, 201):
            await progress(site, scan, min(current, 99))
        await post_scan(site)
        await asyncio.sleep(0.3)
        socket.resume()
        seen = []
        while not seen or seen[-1]["type"] != "scan.created":
            seen.append(await socket.frame())
        assert [frame["seq"] for frame in seen] == sorted(frame["seq"] for frame in seen)
        assert len(seen) < 100
        assert seen[-2]["seq"] == 201
        await socket.leave()

    run(site, test)


def test_a_reader_that_is_too_slow_is_closed_with_4408(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST", 100)

    async def test() -> None:
        socket = site.socket(f"/v1/ws?token={site.key}")
        witness = site.socket(f"/v1/ws?token={site.key}")
        for one in (socket, witness):
            await one.accepted()
        socket.stall()
        # At most a queue of frames is in the hands of the sender that waits: the second one is too much. What the
        # witness has read has been put before the slow reader as well.
        for _ in range(2 * queue.MOST // 50 + 1):
            await asyncio.gather(*(post_scan_quietly(site) for _ in range(50)))
            for _ in range(50):
                await witness.frame()
        socket.resume()
        message: Any = {"type": "websocket.send"}
        while message["type"] == "websocket.send":
            message = await socket.message()
        assert (message["type"], message["code"]) == ("websocket.close", 4408)

    run(site, test)


async def post_scan_quietly(site: Site) -> None:
    """A scan without the rate limit's bound."""
    from cyberai.app.requests import ScanRequest
    from cyberai.app.scan_creation import create_scan

    await create_scan(site.app, DEFAULT_WORKSPACE, ScanRequest(target="example.com"))


def test_a_reader_that_does_not_even_take_its_close_frame_is_let_go(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PATIENCE", 0.1)
    key = site.make_key()

    async def test() -> None:
        socket = Socket(site.asgi, f"/v1/ws?token={key}")
        await socket.accepted()
        socket.stall()
        newest = (await list_keys(site.app, DEFAULT_WORKSPACE))[0]
        await revoke_key(site.app, DEFAULT_WORKSPACE, newest.id)
        await asyncio.wait_for(socket.task, 5)

    run(site, test)


def test_a_client_that_leaves_leaves_nothing_behind(site: Site) -> None:
    async def test() -> None:
        for _ in range(5):
            socket = site.socket(f"/v1/ws?token={site.key}")
            await socket.accepted()
            await socket.leave()
        assert site.hub._rooms == {}

    run(site, test)
