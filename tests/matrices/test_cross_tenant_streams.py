"""The streams of events: what the stranger resumes, subscribes to or presents never brings an event of the owner's."""

import pytest
from asgi_driver import Socket, Stream
from inventory import ENDLESS
from records import progress
from web_visitor import HOST, ORIGIN, visitor
from world import OWNER, STRANGER, World, unseen

from cyberai.domain.ids import DEFAULT_WORKSPACE, WorkspaceId


async def both_move(world: World, step: int) -> None:
    """An event of the owner's, then one of the stranger's."""
    await progress(world.site, world.ids["scan"], step, WorkspaceId(DEFAULT_WORKSPACE))
    await progress(world.site, world.own["scan"], step, WorkspaceId("other"))


def assert_own(world: World, text: str) -> None:
    for secret in world.secrets():
        assert secret not in text, (secret, text)


def test_the_streams_are_those_of_the_document() -> None:
    assert set(ENDLESS) == {"streamEvents"}


@pytest.mark.parametrize("way", ["Last-Event-ID", "after_seq"])
def test_server_sent_events(world: World, way: str) -> None:
    site = world.site
    step = 11 if way == "after_seq" else 10

    async def follow(seq: int) -> None:
        headers = site.headers(world.keys[STRANGER])
        target = "/v1/events/stream"
        if way == "after_seq":
            target += f"?after_seq={seq}"
        else:
            headers["last-event-id"] = str(seq)
        stream = Stream(site.asgi, target, headers=headers)
        try:
            assert (await stream.head()).status == 200
            await both_move(world, step + seq)
            while True:
                block = await stream.block()
                assert_own(world, repr(block))
                if f'"current":{step + seq}' in block.get("data", ""):
                    return
        finally:
            await stream.leave()

    for seq in range(0, int(world.ids["seq"]) + 2, 3):
        site.runner.run(follow(seq))


def test_the_web_socket(world: World) -> None:
    site = world.site

    async def follow() -> None:
        socket = Socket(site.asgi, f"/v1/ws?since=0&token={world.keys[STRANGER]}")
        try:
            await socket.accepted()
            answers = []
            for scan in (world.ids["scan"], unseen(world.ids["scan"])):
                socket.say(f'{{"action":"subscribe","scan_id":"{scan}"}}')
                while (frame := await socket.frame())["type"] not in ("subscribed", "error"):
                    assert_own(world, repr(frame))
                answers.append(repr({**frame, "id": "", "timestamp": ""}).replace(scan, "SCAN"))
            assert answers[0] == answers[1]
            socket.say('{"action":"subscribe"}')
            while (await socket.frame())["type"] not in ("subscribed", "error"):
                pass
            await both_move(world, 60)
            frame = await socket.frame()
            assert_own(world, repr(frame))
            assert frame["data"]["progress"]["current"] == 60
        finally:
            await socket.leave()

    site.runner.run(follow())


def test_tickets(world: World) -> None:
    """A ticket never given out and one of another kind of secret are the same refusal; the owner's opens nothing else,
    and is not used up by trying."""
    site = world.site
    ticket = world.call("POST", "/v1/ws/tickets", OWNER).json()["ticket"]
    before = world.digest()

    async def refusal(token: str) -> tuple[int, bytes]:
        answer = await Socket(site.asgi, f"/v1/ws?token={token}").refusal()
        return answer.status, answer.body.replace(answer.headers["x-request-id"].encode(), b"")

    async def wrong_ways() -> None:
        assert await refusal(unseen(ticket)) == await refusal(unseen(ticket)[:-1] + "Y")
        for id in (world.ids["scan"], world.ids["key"], world.cursors["/v1/scans"]):
            assert (await refusal(id))[0] == 401

    site.runner.run(wrong_ways())
    for path in ("/v1/scans", "/v1/events", "/v1/events/stream", "/v1/me"):
        bearer = site.call("GET", path, headers={"authorization": f"Bearer {ticket}"})
        assert bearer.status == 401
        beside = world.get(f"{path}?token={ticket}", STRANGER)
        assert beside.status == 400
        assert beside.error["code"] == "unknown_parameter"
        assert_own(world, beside.body.decode())
    assert world.digest() == before

    own = world.call("POST", "/v1/ws/tickets", STRANGER).json()["ticket"]

    async def mine() -> None:
        socket = Socket(site.asgi, f"/v1/ws?token={own}")
        await socket.accepted()
        await both_move(world, 70)
        frame = await socket.frame()
        assert_own(world, repr(frame))
        assert frame["data"]["id"] == world.own["scan"]
        await socket.leave()

    site.runner.run(mine())


def test_the_open_page(world: World) -> None:
    """`/live` of the web page with the stranger's session."""
    someone = visitor(world.site, world.keys[STRANGER])

    async def follow() -> None:
        headers = {"host": HOST, "origin": ORIGIN, "cookie": someone.cookie}
        socket = Socket(world.site.asgi, "/live", headers=headers)
        await socket.accepted()
        await both_move(world, 80)
        message = await socket.frame()
        assert message == {"topic": "scan", "scan": world.own["scan"]}
        with pytest.raises(TimeoutError):
            await socket.message(timeout=0.3)
        await socket.leave()

    world.site.runner.run(follow())
