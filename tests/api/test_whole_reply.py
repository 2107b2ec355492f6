"""Replies that are written in one piece are what uvicorn would have written; what it refuses stays refused."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from site_under_test import Site
from wire import exchange, serving

Headers = list[tuple[bytes, bytes]]
GET = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
GET_AND_CLOSE = b"GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def answering(status: int, headers: Headers, *pieces: bytes) -> Any:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for index, piece in enumerate(pieces, start=1):
            more = index < len(pieces)
            await send({"type": "http.response.body", "body": piece, "more_body": more})

    return app


def run(site: Site, asgi: Any, test: Callable[[int], Awaitable[None]]) -> None:
    async def body() -> None:
        served: Any = SimpleNamespace(asgi=asgi, app=site.app)
        async with asyncio.timeout(25), serving(served) as port:
            await test(port)

    site.runner.run(body())


def lines_of(raw: bytes) -> list[bytes]:
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


def test_names_and_values_go_out_as_they_are(site: Site) -> None:
    headers = [(b"X-RateLimit-Limit", b"100"), (b"x-tab", b"a\tb"), (b"content-length", b"2")]

    async def test(port: int) -> None:
        raw = await exchange(port, GET + GET_AND_CLOSE)
        first = raw.partition(b"hi")[0]
        assert raw.count(b"\r\n\r\nhi") == 2
        assert lines_of(first)[0] == b"HTTP/1.1 200 OK"
        assert {b"X-RateLimit-Limit: 100", b"x-tab: a\tb", b"content-length: 2"} <= set(lines_of(first))
        assert any(line.startswith(b"date: ") for line in lines_of(first))
        assert b"connection: close" not in lines_of(first)
        assert b"connection: close" in raw

    run(site, answering(200, headers, b"hi"), test)


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\x00b", b"a\x7fb"])
@pytest.mark.parametrize("place", ["name", "value"])
def test_a_line_break_in_a_header_is_no_second_header(site: Site, value: bytes, place: str) -> None:
    bad = (value, b"c") if place == "name" else (b"x-bad", value)

    async def test(port: int) -> None:
        raw = await exchange(port, GET_AND_CLOSE)
        assert b"set-cookie" not in raw
        assert b"hi" not in raw

    run(site, answering(200, [bad, (b"content-length", b"2")], b"hi"), test)


def test_a_reply_that_goes_on_or_ends_the_connection_is_uvicorns(site: Site) -> None:
    async def test_pieces(port: int) -> None:
        raw = await exchange(port, GET_AND_CLOSE)
        assert b"transfer-encoding: chunked" in lines_of(raw)
        assert raw.endswith(b"\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n")

    async def test_closing(port: int) -> None:
        raw = await exchange(port, GET + GET)
        assert raw.count(b"HTTP/1.1 ") == 1

    run(site, answering(200, [], b"a", b"b"), test_pieces)
    closing = [(b"Connection", b"close"), (b"content-length", b"1")]
    run(site, answering(200, closing, b"a"), test_closing)
