"""`/live` in process: who is let in, what is told, and when it ends."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgi_driver import Socket
from records import progress
from site_under_test import Site
from web_visitor import HOST, ORIGIN, Visitor, open_site, visitor

from cyberai.app.keys import list_keys, revoke_key
from cyberai.app.requests import ScanRequest
from cyberai.app.scan_creation import create_scan
from cyberai.domain.ids import DEFAULT_WORKSPACE
from cyberai.web import live


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = open_site(tmp_path)
    yield site
    site.close()


def run(site: Site, test: Callable[[], Awaitable[None]]) -> None:
    async def body() -> None:
        async with asyncio.timeout(30):
            await test()

    site.runner.run(body())


def socket(site: Site, someone: Visitor, **changes: str) -> Socket:
    headers = {"host": HOST, "origin": ORIGIN, "cookie": someone.cookie} | changes
    return site.socket(
        "/live", headers={name.replace("_", "-"): value for name, value in headers.items() if value}
    )


async def told(connection: Socket) -> dict[str, Any]:
    message = await connection.message()
    assert message["type"] == "websocket.send", message
    return dict(json.loads(message["text"]))


async def scan_of(site: Site) -> str:
    return (await create_scan(site.app, DEFAULT_WORKSPACE, ScanRequest(target="example.com"))).id


def test_an_open_page_is_told_what_changed_and_nothing_else(site: Site) -> None:
    someone = visitor(site)

    async def test() -> None:
        connection = socket(site, someone)
        await connection.accepted()
        scan = await scan_of(site)
        assert await told(connection) == {"topic": "scan", "scan": scan}
        await progress(site, scan, 7)
        assert await told(connection) == {"topic": "scan", "scan": scan}
        await connection.leave()

    run(site, test)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"cookie": ""}, 401),
        ({"cookie": "cyberai_session=x.y"}, 401),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
    ],
)
def test_who_is_not_let_in(site: Site, changes: dict[str, str], status: int) -> None:
    someone = visitor(site)

    async def test() -> None:
        answer = await socket(site, someone, **changes).refusal()
        assert answer.status == status
        assert answer.error["code"] in ("unauthorized", "forbidden")

    run(site, test)


def test_a_key_hears_only_of_what_it_may_read_and_of_its_workspace(site: Site) -> None:
    reader = visitor(site, site.make_key(scopes=["reports:read"]))
    stranger = visitor(site, site.make_key("other"))
    owner = visitor(site)

    async def test() -> None:
        quiet, foreign, heard = socket(site, reader), socket(site, stranger), socket(site, owner)
        for connection in (quiet, foreign, heard):
            await connection.accepted()
        await scan_of(site)
        await told(heard)
        for connection in (quiet, foreign):
            with pytest.raises(TimeoutError):
                await connection.message(0.5)
            await connection.leave()
        await heard.leave()

    run(site, test)


@pytest.mark.parametrize("how", ["revoked", "signed out"])
def test_the_connection_ends_with_the_session(site: Site, how: str) -> None:
    someone = visitor(site, site.make_key())
    key_id = site.runner.run(list_keys(site.app, DEFAULT_WORKSPACE))[0].id
    connections: list[Socket] = []

    async def connect() -> None:
        connections.append(socket(site, someone))
        await connections[0].accepted()

    async def ended() -> None:
        code, reason = await connections[0].closed(1.0)
        assert (code, reason) == (live.SESSION_OVER, "The session has ended")
        async with asyncio.timeout(5):
            await connections[0].task

    run(site, connect)
    if how == "revoked":
        site.runner.run(revoke_key(site.app, DEFAULT_WORKSPACE, key_id))
        site.clock.advance(0.6)
    else:
        assert someone.send("/sign-out").status == 303
    run(site, ended)


def test_a_reader_that_takes_nothing_is_let_go(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SEND_SECONDS", 0.2)
    someone = visitor(site)

    async def test() -> None:
        connection = socket(site, someone)
        await connection.accepted()
        connection.stall()
        await scan_of(site)
        async with asyncio.timeout(5):
            await connection.task

    run(site, test)


def test_the_sockets_of_the_api_are_untouched(site: Site) -> None:
    async def test() -> None:
        connection = site.socket(f"/v1/ws?token={site.key}")
        assert (await connection.accepted())["x-ratelimit-limit"] == "1000"
        await connection.leave()
        assert (await site.socket("/nowhere").refusal()).status in (401, 404)

    run(site, test)
