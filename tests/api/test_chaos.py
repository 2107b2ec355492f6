"""`cyberai serve --chaos`: exactly the fault that is asked for, as often as it is asked for, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from records import store_vulnerability
from site_under_test import Site
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidMessage, InvalidStatus
from wire import Reply, exchange, get, read_reply, serving

from cyberai.api.chaos.door import Chaos
from cyberai.api.chaos.plan import parse_chance
from cyberai.api.chaos.protocol import BreakableHttp, BreakableWebSocket


@asynccontextmanager
async def failing(site: Site, spec: str = "on") -> AsyncIterator[int]:
    plain = site.asgi
    site.asgi = Chaos(plain, site.clock, parse_chance(spec))
    try:
        async with serving(site, protocols=(BreakableHttp, BreakableWebSocket)) as port:
            yield port
    finally:
        site.asgi = plain


async def ask(port: int, path: str, *headers: str, method: str = "GET") -> Reply:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(get(path, *headers, method=method))
        async with asyncio.timeout(20):
            return await read_reply(reader)
    finally:
        writer.close()


def run(site: Site, work: Any, spec: str = "on") -> None:
    async def whole() -> None:
        async with failing(site, spec) as port:
            await work(port, f"Authorization: Bearer {site.key}")

    site.runner.run(whole())


def test_a_plan_happens_in_its_order_and_is_recorded(site: Site) -> None:
    async def work(port: int, key: str) -> None:
        place = "/_chaos/first/503;times=2,pass,429;retry_after=7;reset=%2B30/v1/scans?limit=1"
        answers = [await ask(port, place, key) for _ in range(5)]
        assert [answer.status for answer in answers] == [503, 503, 200, 429, 200]
        assert answers[0].json()["error"]["code"] == "unavailable"
        assert "retry-after" not in answers[0].headers
        assert answers[3].headers["retry-after"] == "7"
        assert int(answers[3].headers["x-ratelimit-reset"]) == site.clock.now() // 1_000_000 + 30
        seen = (await ask(port, "/_chaos/first")).json()["requests"]
        assert [request["fault"] for request in seen] == ["503", "503", None, "429", None]
        assert {request["path"] for request in seen} == {"/v1/scans"}
        assert {request["query"] for request in seen} == {"limit=1"}
        assert seen[0]["headers"]["authorization"] == f"Bearer <{len(site.key)} characters>"
        assert (await ask(port, "/_chaos/first", method="DELETE")).status == 200
        assert (await ask(port, "/_chaos/first")).json() == {"requests": []}
        by_header = await ask(port, "/v1/me", key, "X-Chaos: 404", "X-Chaos-Id: h")
        assert by_header.status == 404
        assert (await ask(port, "/v1/me", key)).status == 200

    run(site, work)


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ("nonsense", "is no fault"),
        ("503;times=0", "times of 503 must be"),
        ("503;wait=3", "cannot be said of 503"),
        ("set;value=1", "set needs member="),
        ("slow;seconds=soon", "seconds of slow must be"),
        ("html;status=99", "status of html must be"),
    ],
)
def test_what_is_no_plan_is_refused(site: Site, plan: str, reason: str) -> None:
    async def work(port: int, key: str) -> None:
        answer = await ask(port, f"/_chaos/x/{plan}/v1/me", key)
        assert answer.status == 400
        assert reason in answer.json()["error"]["details"]["reason"]

    run(site, work)


def test_bodies_are_not_what_they_should_be(site: Site) -> None:
    async def work(port: int, key: str) -> None:
        async def with_plan(plan: str) -> Reply:
            return await ask(port, f"/_chaos/{plan.translate(_NO_ID)}/{plan}/v1/me", key)

        page = await with_plan("html;status=502")
        assert (page.status, page.headers["content-type"]) == (502, "text/html; charset=utf-8")
        assert b"<h1>" in page.body
        assert (await with_plan("empty")).body == b""
        broken = await with_plan("broken")
        with pytest.raises(json.JSONDecodeError):
            broken.json()
        assert (await with_plan("type;value=text%2Fhtml")).headers["content-type"] == "text/html"
        assert (await with_plan("set;member=plan;value=galactic")).json()["plan"] == "galactic"
        assert (await with_plan("set;member=scopes.0;value=7")).json()["scopes"][0] == 7
        assert "plan" not in (await with_plan("drop;member=plan")).json()
        assert (await with_plan("drip;seconds=0")).json()["plan"] == "enterprise"
        skewed = await with_plan("skew;seconds=3600")
        assert int(skewed.headers["x-ratelimit-reset"]) >= site.clock.now() // 1_000_000 + 3600
        moved = await with_plan("redirect")
        assert moved.status == 307
        assert moved.headers["location"].startswith("http://localhost")

    run(site, work)


def test_connections_break_where_they_are_told_to(site: Site) -> None:
    async def work(port: int, key: str) -> None:
        assert await exchange(port, get("/_chaos/a/reset/v1/me", key)) == b""
        headless = await exchange(port, get("/_chaos/b/cut/v1/me", key))
        head, _, body = headless.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert body == b""
        half = await exchange(port, get("/_chaos/c/truncate/v1/me", key))
        head, _, body = half.partition(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        assert 0 < len(body) < size
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(get("/_chaos/d/endless/v1/me", key))
        async with asyncio.timeout(20):
            assert len(await reader.readexactly(2_000_000)) == 2_000_000
        writer.transport.abort()
        started = asyncio.get_running_loop().time()
        assert (await ask(port, "/_chaos/e/slow;seconds=0.3/v1/me", key)).status == 200
        assert asyncio.get_running_loop().time() - started >= 0.3

    run(site, work)


def test_what_is_refused_was_never_done_and_what_was_cut_was(site: Site) -> None:
    async def work(port: int, key: str) -> None:
        body = json.dumps({"target": "example.com"}).encode()
        more = ["Content-Type: application/json", f"Content-Length: {len(body)}", "Idempotency-Key: one", key]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(get("/_chaos/p/503,cut/v1/scans", *more, method="POST") + body)
        assert (await read_reply(reader)).status == 503
        writer.close()
        assert (await ask(port, "/v1/scans", key)).json()["data"] == []
        cut = await exchange(port, get("/_chaos/p/503,cut/v1/scans", *more, method="POST") + body)
        assert cut.startswith(b"HTTP/1.1 201")
        assert len((await ask(port, "/v1/scans", key)).json()["data"]) == 1
        seen = (await ask(port, "/_chaos/p")).json()["requests"]
        assert [json.loads(request["body"]) for request in seen] == [{"target": "example.com"}] * 2

    run(site, work)


def test_faults_by_chance_are_the_same_for_the_same_seed(site: Site) -> None:
    drawn: list[list[int]] = []

    async def work(port: int, key: str) -> None:
        drawn.append([(await ask(port, "/v1/me", key)).status for _ in range(40)])
        assert (await ask(port, "/health")).status == 200

    for seed in (7, 7, 8):
        run(site, work, f"seed={seed},503;share=0.3,404;share=0.2")
    assert drawn[0] == drawn[1] != drawn[2]
    assert {200, 503, 404} == set(drawn[0])


def several_events(site: Site) -> None:
    scan = site.post("/v1/scans", {"target": "example.com"}).json()["id"]
    store_vulnerability(site, scan)
    site.post(f"/v1/scans/{scan}/pause")
    site.post(f"/v1/scans/{scan}/resume")


_NO_ID = str.maketrans("", "", ";=%")

STREAMS = [
    ("duplicate", [1, 1, 2, 2, 3, 3]),
    ("reorder", [2, 1, 4, 3]),
    ("gap;after=2", [1, 2, 4]),
    ("leave;after=2", [1, 2]),
    ("close;after=2;code=4408", [1, 2]),
    ("garbage;after=1", [1, 0, 2, 3]),
    ("unknown;after=1", [1, 2, 3]),
]
"""Plan -> the numbers of the events that come first; 0 is what is no event."""


@pytest.mark.parametrize(("plan", "wanted"), STREAMS)
def test_the_websocket_misbehaves(site: Site, plan: str, wanted: list[int]) -> None:
    several_events(site)

    async def work(port: int, key: str) -> None:
        url = f"ws://127.0.0.1:{port}/_chaos/ws/{plan}/v1/ws?token={site.key}&since=0"
        async with connect(url, proxy=None) as socket, asyncio.timeout(20):
            texts = [str(await socket.recv()) for _ in wanted]
            assert [_seq(text) for text in texts] == wanted
            assert any("moon.landed" in text for text in texts) == plan.startswith("unknown")
            if plan.startswith(("leave", "close")):
                with pytest.raises(ConnectionClosedError) as closed:
                    await socket.recv()
                code = closed.value.rcvd.code if closed.value.rcvd else None
                assert code == (4408 if plan.startswith("close") else None)

    run(site, work)


@pytest.mark.parametrize(("plan", "wanted"), STREAMS)
def test_server_sent_events_misbehave(site: Site, plan: str, wanted: list[int]) -> None:
    several_events(site)

    async def work(port: int, key: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(get(f"/_chaos/sse/{plan}/v1/events/stream?after_seq=0", key))
        async with asyncio.timeout(20):
            await reader.readuntil(b"\r\n\r\n")
            numbers: list[int] = []
            while len(numbers) < len(wanted):
                line = (await reader.readline()).decode().strip()
                if line.startswith("data: "):
                    numbers.append(_seq(line.removeprefix("data: ")))
            assert numbers == wanted
            if plan.startswith("leave"):
                assert not (await reader.read()).endswith(b"0\r\n\r\n")
            if plan.startswith("close"):
                assert b'event: close\ndata: {"code": 4408' in await reader.read(400)
        writer.close()

    run(site, work)


def _seq(text: str) -> int:
    try:
        return int(json.loads(text)["seq"])
    except ValueError:
        return 0


def test_a_handshake_is_refused_or_reset(site: Site) -> None:
    async def work(port: int, key: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{port}/_chaos/h/503/v1/ws?token={site.key}", proxy=None):
                pass
        assert refused.value.response.status_code == 503
        with pytest.raises((OSError, EOFError, InvalidMessage)):
            async with connect(f"ws://127.0.0.1:{port}/_chaos/r/reset/v1/ws?token={site.key}", proxy=None):
                pass
        assert [r["fault"] for r in (await ask(port, "/_chaos/r")).json()["requests"]] == ["reset"]

    run(site, work)


def test_answers_are_altered_for_clients_that_take_compressed_ones_too(site: Site) -> None:
    async def work(port: int, key: str) -> None:
        place = "/_chaos/z/set;member=openapi;value=9/openapi.json"
        answer = await ask(port, place, key, "Accept-Encoding: gzip, zstd")
        assert "content-encoding" not in answer.headers
        assert answer.json()["openapi"] == 9

    run(site, work)
