"""Events as a list and as server-sent events."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from asgi_driver import Stream
from envelopes import assert_envelope
from records import progress, store_vulnerability
from site_under_test import Site
from wire import serving

from cyberai.api import event_stream, watch
from cyberai.app.keys import list_keys, revoke_key
from cyberai.app.requests import ScanRequest
from cyberai.app.scan_creation import create_scan
from cyberai.domain.ids import DEFAULT_WORKSPACE
from cyberai.realtime import queue


def run(site: Site, test: Callable[[], Awaitable[None]]) -> None:
    async def body() -> None:
        async with asyncio.timeout(30):
            await test()

    site.runner.run(body())


def make_scan(site: Site) -> str:
    return str(site.post("/v1/scans", {"target": "example.com"}).json()["id"])


def test_the_list_is_the_log_in_order_and_pages_without_holes(site: Site) -> None:
    scans = [make_scan(site) for _ in range(5)]
    page = site.get("/v1/events?limit=2").json()
    assert [event["data"]["id"] for event in page["data"]] == scans[:2]
    assert (page["has_more"], page["head_seq"], page["resync"]) == (True, 5, False)
    seen = list(page["data"])
    while page["has_more"]:
        page = site.get(f"/v1/events?limit=2&cursor={page['next_cursor']}").json()
        seen += page["data"]
    assert [event["seq"] for event in seen] == [1, 2, 3, 4, 5]
    assert page["next_cursor"] is None
    assert [event["seq"] for event in site.get("/v1/events?after_seq=3").json()["data"]] == [4, 5]
    beyond = site.get("/v1/events?after_seq=9").json()
    assert (beyond["data"], beyond["resync"]) == ([], True)


def test_the_list_is_filtered_by_type_scan_and_scopes(site: Site) -> None:
    scan, other = make_scan(site), make_scan(site)
    store_vulnerability(site, scan)
    assert [e["seq"] for e in site.get("/v1/events?type=vulnerability.found").json()["data"]] == [3]
    assert [e["seq"] for e in site.get(f"/v1/scans/{scan}/events").json()["data"]] == [1, 3]
    assert [e["seq"] for e in site.get(f"/v1/scans/{other}/events").json()["data"]] == [2]
    narrow = site.make_key(scopes=["vulnerabilities:read"])
    assert [e["seq"] for e in site.get("/v1/events", headers=site.headers(narrow)).json()["data"]] == [3]
    blind = site.make_key(scopes=["scans:write"])
    assert_envelope(site.get("/v1/events", headers=site.headers(blind)), "forbidden", "Authorization")
    foreign = site.make_key("other")
    assert site.get("/v1/events", headers=site.headers(foreign)).json()["data"] == []
    assert_envelope(site.get(f"/v1/scans/{scan}/events", headers=site.headers(foreign)), "not_found", "id")
    mixed = site.get("/v1/events?limit=1").json()["next_cursor"]
    assert_envelope(site.get(f"/v1/events?type=scan.created&cursor={mixed}"), "invalid_cursor", "cursor")


def test_the_stream_replays_and_goes_live_with_the_websocket_s_frames(site: Site) -> None:
    scan = make_scan(site)

    async def test() -> None:
        stream = Stream(site.asgi, "/v1/events/stream?after_seq=0", headers=site.headers())
        head = await stream.head()
        assert head.status == 200
        assert head.headers["content-type"] == "text/event-stream"
        assert head.headers["cache-control"] == "no-store"
        assert "content-length" not in head.headers
        assert head.headers["x-ratelimit-remaining"] == "998"
        assert await stream.block() == {"retry": "2000"}
        first = await stream.block()
        assert (first["id"], first["event"]) == ("1", "scan.created")
        socket = site.socket(f"/v1/ws?token={site.key}&since=0")
        await socket.accepted()
        assert json.loads(first["data"]) == await socket.frame()
        await progress(site, scan, 7)
        second = await stream.block(1)
        assert (second["id"], second["event"]) == ("2", "scan.progress")
        assert json.loads(second["data"]) == await socket.frame()
        await socket.leave()
        await stream.leave()

    run(site, test)
    assert site.get("/v1/me").headers["x-ratelimit-remaining"] == "996"
    assert site.hub._rooms == {}


def test_last_event_id_wins_over_the_address(site: Site) -> None:
    for _ in range(3):
        make_scan(site)

    async def test() -> None:
        headers = site.headers(**{"last-event-id": "2"})
        stream = Stream(site.asgi, "/v1/events/stream?after_seq=0", headers=headers)
        await stream.head()
        await stream.block()
        assert (await stream.block())["id"] == "3"
        await stream.leave()

    run(site, test)
    for text in ("-1", "x", "1.5", "9" * 19):
        answer = site.get("/v1/events/stream", headers=site.headers(**{"last-event-id": text}))
        assert_envelope(answer, "invalid_request", "Last-Event-ID")


def test_a_gap_is_an_explicit_resync(site: Site) -> None:
    make_scan(site)

    async def test() -> None:
        stream = Stream(site.asgi, "/v1/events/stream?after_seq=77", headers=site.headers())
        await stream.head()
        await stream.block()
        gap = await stream.block()
        assert (gap["id"], gap["event"]) == ("1", "resync")
        frame = json.loads(gap["data"])
        assert (frame["type"], frame["seq"], frame["data"]["since"]) == ("resync", 1, 77)
        await stream.leave()

    run(site, test)


def test_a_comment_shows_that_the_connection_lives(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)
    scan = make_scan(site)

    async def test() -> None:
        stream = Stream(site.asgi, "/v1/events/stream", headers=site.headers())
        await stream.head()
        await stream.block()
        for _ in range(3):
            assert await stream.block(2) == {"": "heartbeat"}
        await progress(site, scan, 5)
        blocks = [await stream.block(2) for _ in range(8)]
        assert [b["id"] for b in blocks if b.get("event") == "scan.progress"] == ["2"]
        await stream.leave()

    run(site, test)


def test_a_revoked_key_ends_the_stream_within_a_second(site: Site) -> None:
    key = site.make_key()

    async def test() -> None:
        stream = Stream(site.asgi, "/v1/events/stream", headers=site.headers(key))
        await stream.head()
        await stream.block()
        newest = (await list_keys(site.app, DEFAULT_WORKSPACE))[0]
        await revoke_key(site.app, DEFAULT_WORKSPACE, newest.id)
        last = await stream.block(1)
        assert last["event"] == "close"
        assert json.loads(last["data"]) == {"code": 4401, "reason": "The key was revoked"}
        with pytest.raises(EOFError):
            await stream.block(1)
        await stream.task

    run(site, test)


def test_a_key_that_expires_during_the_stream_ends_it(site: Site) -> None:
    key = site.make_key(expires_at="2024-01-20T10:01:00Z")

    async def test() -> None:
        stream = Stream(site.asgi, "/v1/events/stream", headers=site.headers(key))
        await stream.head()
        await stream.block()
        site.clock.advance(60)
        assert json.loads((await stream.block(1))["data"])["reason"] == "The key has expired"

    run(site, test)
    assert_envelope(site.get("/v1/events", headers=site.headers(key)), "key_expired", "Authorization")


def test_a_reader_of_the_stream_that_is_too_slow_is_told_and_let_go(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST", 100)

    async def test() -> None:
        stream, witness = (
            Stream(site.asgi, "/v1/events/stream", headers=site.headers()) for _ in ("slow", "quick")
        )
        for one in (stream, witness):
            await one.head()
            await one.block()
        stream.stall()
        # What the witness has read has been put before the slow reader as well.
        for _ in range(2 * queue.MOST + 50):
            await create_scan(site.app, DEFAULT_WORKSPACE, ScanRequest(target="example.com"))
            while (await witness.block())["event"] != "scan.created":
                pass
        stream.resume()
        last = await stream.block()
        while last["event"] != "close":
            last = await stream.block()
        assert json.loads(last["data"])["code"] == 4408

    run(site, test)


def test_a_reader_that_takes_nothing_at_all_is_let_go(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PATIENCE", 0.1)
    key = site.make_key()

    async def test() -> None:
        stream = Stream(site.asgi, "/v1/events/stream", headers=site.headers(key))
        await stream.head()
        stream.stall()
        newest = (await list_keys(site.app, DEFAULT_WORKSPACE))[0]
        await revoke_key(site.app, DEFAULT_WORKSPACE, newest.id)
        await asyncio.wait_for(stream.task, 5)
        assert site.hub._rooms == {}

    run(site, test)


def test_head_of_the_stream_ends(site: Site) -> None:
    answer = site.call("HEAD", "/v1/events/stream")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"] == "text/event-stream"
    assert site.hub._rooms == {}


def test_over_a_real_socket_a_stopping_server_ends_streams_and_says_so(site: Site) -> None:
    make_scan(site)

    async def test() -> None:
        async with serving(site) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            request = (
                f"GET /v1/events/stream?after_seq=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {site.key}"
            )
            writer.write(f"{request}\r\n\r\n".encode())
            text = ""
            while "scan.created" not in text:
                text += (await asyncio.wait_for(reader.read(4096), 5)).decode()
            assert "transfer-encoding: chunked" in text.lower()
            site.live.stopping.set()
            while not text.endswith("0\r\n\r\n"):
                text += (await asyncio.wait_for(reader.read(4096), 3)).decode()
            assert "event: close" in text
            assert '"code":1001' in text
            writer.close()

    run(site, test)
