"""What only real processes show: a server that goes away, many threads on one client, memory over many pages."""

import gc
import threading
import tracemalloc
from pathlib import Path

import anyio
import httpx2
import pytest
from live_place import Place

from cyberai_sdk import AsyncClient, Client, RetryPolicy
from cyberai_sdk.models import Event, Vulnerability
from cyberai_sdk.testing import FakeServer, sample
from support.processes import running_server

QUICK = {"scan_type": "web", "options": {"depth": 1}}
PATIENT = RetryPolicy(first_delay=0.1)
BOUND = 120


def test_the_event_stream_outlives_its_server(target: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    events: list[Event] = []
    seen_first, done = threading.Event(), threading.Event()

    def read(client: Client) -> None:
        for event in client.events.stream(0):
            events.append(event)
            if event.type == "scan.completed":
                if seen_first.is_set():
                    done.set()
                    return
                seen_first.set()

    with running_server(folder, "--workers", "1") as server:
        client = Client(
            server.base, server.key, retry=RetryPolicy(retries=100, first_delay=0.1, longest_delay=0.5)
        )
        reader = threading.Thread(target=read, args=(client,), daemon=True)
        reader.start()
        client.scan(target, **QUICK).wait(BOUND)
        assert seen_first.wait(BOUND)
        port = int(server.base.rpartition(":")[2])
    with running_server(folder, "--workers", "1", port=port):
        client.scan(target, **QUICK).wait(BOUND)
        assert done.wait(BOUND)
        reader.join(BOUND)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


def test_one_client_serves_many_threads(server: Place, target: str) -> None:
    client = Client(server.base, server.key, retry=PATIENT)
    scan = client.scan(target, **QUICK).wait(BOUND)
    wanted = {found.id for found in scan.vulnerabilities()}
    assert len(wanted) >= 3
    found: list[set[str]] = []

    def read() -> None:
        found.append({each.id for each in client.scans.vulnerabilities(scan.id, limit=2)})

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BOUND)
    assert found == [wanted] * 8


def test_the_async_client_runs_on_asyncio_and_lets_go_when_cancelled(server: Place, target: str) -> None:
    async def scan_and_stop_listening() -> list[str]:
        async with AsyncClient(server.base, server.key, retry=PATIENT) as client:
            scan = await client.scan(target, **QUICK)
            states: list[str] = []

            async def note(now: object) -> None:
                states.append(str(now))

            await scan.wait(BOUND, note)
            assert states
            with anyio.move_on_after(0.3) as scope:
                async for _event in client.events.stream(scan_id=scan.id):
                    pytest.fail("nothing happens any more")
            assert scope.cancelled_caught
            return [found.title async for found in scan.vulnerabilities()]

    assert "X-Frame-Options missing" in anyio.run(scan_and_stop_listening)


def kept_answers() -> int:
    gc.collect()
    return sum(isinstance(thing, httpx2.Response) for thing in gc.get_objects())


def test_a_list_keeps_the_answer_of_no_page(server: Place) -> None:
    """Neither of the two clients, while it is being read."""
    before = kept_answers()
    with Client(server.base, server.key, retry=PATIENT) as client:
        events = iter(client.events.list(limit=1))
        assert [next(events).seq for _ in range(12)] == list(range(1, 13))
        assert kept_answers() - before <= 1

    async def read() -> int:
        async with AsyncClient(server.base, server.key, retry=PATIENT) as client:
            events = aiter(client.events.list(limit=1))
            assert [(await anext(events)).seq for _ in range(12)] == list(range(1, 13))
            return kept_answers() - before

    assert anyio.run(read) <= 1


def test_memory_stays_flat_over_many_pages() -> None:
    page = {"data": [sample(Vulnerability, id=f"vuln_{n}") for n in range(200)], "has_more": True}
    server = FakeServer()
    for number in range(100):
        server.reply("GET", "/v1/vulnerabilities", {**page, "next_cursor": str(number)})
    server.reply("GET", "/v1/vulnerabilities", {**page, "has_more": False, "next_cursor": None})
    rows = iter(Client(api_key="k", transport=server).vulnerabilities.list(limit=200))
    for _ in range(400):
        next(rows)
    tracemalloc.start()
    count = 400 + sum(1 for _ in rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 101 * 200
    assert peak < 8 * 1024 * 1024
