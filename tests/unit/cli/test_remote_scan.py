"""A scan by a server: with and without its event stream, and cancelled at any moment."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx2
import msgspec
import pytest

from cyberai.app.requests import ScanRequest
from cyberai.cli.failures import Failure
from cyberai.cli.following import Update
from cyberai.cli.remote.scanning import RemoteScan
from cyberai_sdk import AsyncClient, RetryPolicy
from cyberai_sdk.models import Scan
from cyberai_sdk.testing import FakeServer, sample

PATH = "/v1/scans/scan_1"
REQUEST = ScanRequest(targets=["https://t.example"])


def state(status: str) -> Scan:
    return sample(Scan, id="scan_1", status=status)


def server_of(*statuses: str, events: bool = False) -> FakeServer:
    """Knows one scan, which has these states whenever it is looked at; the last one stays."""
    server = FakeServer().reply("POST", "/v1/scans", state("queued"), status=201)
    for status in statuses:
        server.reply("GET", PATH, state(status))
    page = {"data": [], "has_more": False, "next_cursor": None}
    server.reply("GET", "/v1/vulnerabilities", {**page, "total": 3})
    if events:
        server.reply("GET", "/v1/events", {**page, "head_seq": 4, "resync": False})
    else:
        server.error("GET", "/v1/events", 403, "forbidden")
    return server


def frame(seq: int, type: str, **data: Any) -> bytes:
    event = {"id": f"evt_{seq}", "type": type, "timestamp": "2030-01-31T12:00:00Z", "seq": seq, "data": data}
    return b"data: " + msgspec.json.encode(event) + b"\n\n"


def on(server: FakeServer, use: Any) -> Any:
    async def run() -> Any:
        retry = RetryPolicy(first_delay=0.01)
        async with AsyncClient("http://s.example", "k", transport=server, retry=retry) as client:
            return await use(client)

    return asyncio.run(asyncio.wait_for(run(), 60))


def asked(server: FakeServer, method: str) -> list[str]:
    return [call.path for call in server.calls if call.method == method]


def test_without_an_event_stream_it_looks_and_counts() -> None:
    server, seen = server_of("running", "running", "completed"), []
    assert on(server, lambda client: RemoteScan(client, seen.append).create(REQUEST)) == "scan_1"
    assert [update.type for update in seen][-1] == "scan.completed"
    assert seen[-1].found == 3
    assert asked(server, "DELETE") == []
    assert "/v1/events/stream" not in asked(server, "GET")


def test_over_the_event_stream_it_tells_what_happens_once() -> None:
    server = server_of("running", events=True)
    found = frame(5, "vulnerability.found", id="vuln_1", scan_id="scan_1", title="t", severity="low")
    other = frame(6, "scan.completed", id="scan_2", status="completed", progress={})
    ended = frame(7, "scan.completed", id="scan_1", status="completed", progress={"current": 100})
    body, kind = found + found + other + ended, {"content-type": "text/event-stream"}
    server.reply("GET", "/v1/events/stream", body, headers=kind)
    seen: list[Update] = []
    on(server, lambda client: RemoteScan(client, seen.append).create(REQUEST))
    assert [update.type for update in seen[-2:]] == ["vulnerability.found", "scan.completed"]
    assert {update.scan_id for update in seen} == {"scan_1"}
    assert asked(server, "GET").count(PATH) == 1


def cancelled(server: FakeServer, at: str, running: Any = None) -> list[Update]:
    """Run a scan and cancel it at the first update, or once the request to create it is on its way."""
    seen: list[Update] = []

    async def use(client: AsyncClient) -> None:
        def on_update(update: Update) -> None:
            seen.append(update)
            if at == "update" and len(seen) == 1:
                task.cancel()

        task = asyncio.ensure_future(RemoteScan(client, on_update).create(REQUEST))
        if running is not None:
            await running(task)
        await task

    with pytest.raises(asyncio.CancelledError):
        on(server, use)
    return seen


@pytest.mark.parametrize("events", [False, True])
def test_cancelling_cancels_the_scan_and_waits_for_its_end(events: bool) -> None:
    server = server_of("running", "running", "cancelled", events=events)
    server.reply("DELETE", PATH, state("cancelling"))
    cancelled(server, "update")
    assert asked(server, "DELETE") == [PATH]
    assert asked(server, "GET")[-1] == PATH


def test_a_scan_that_ended_just_then_is_no_failure() -> None:
    server = server_of("running", "running", "completed").error("DELETE", PATH, 409, "scan_already_finished")
    cancelled(server, "update")


class Slow(FakeServer):
    """Answers a POST only when it may."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            self.arrived.set()
            await self.may_answer.wait()
        return await super().handle_async_request(request)

    async def cancelled_meanwhile(self, task: "asyncio.Task[Any]") -> None:
        await self.arrived.wait()
        task.cancel()
        await asyncio.sleep(0)
        self.may_answer.set()


def test_a_scan_that_is_being_created_is_cancelled_as_well() -> None:
    server = Slow()
    server.arrived, server.may_answer = asyncio.Event(), asyncio.Event()
    server._replies = server_of("cancelled")._replies
    server.reply("DELETE", PATH, state("cancelled"))
    seen = cancelled(server, "creation", server.cancelled_meanwhile)
    assert asked(server, "DELETE") == [PATH]
    assert seen[0].scan_id == "scan_1", "whoever waits knows which scan to show"


def test_a_server_that_is_gone_by_then_is_told_of() -> None:
    server = server_of("running").break_off("DELETE", PATH)

    async def use(client: AsyncClient) -> None:
        task: asyncio.Task[str] = asyncio.ensure_future(_creating(client, lambda: task.cancel()))
        await task

    with pytest.raises(Failure, match="did not confirm") as caught:
        on(server, use)
    assert "cyberai watch scan_1" in caught.value.next_step


def _creating(client: AsyncClient, at_first: Any) -> Coroutine[Any, Any, str]:
    return RemoteScan(client, lambda _: at_first()).create(REQUEST)
