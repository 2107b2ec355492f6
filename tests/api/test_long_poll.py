"""`Prefer: wait=N` on a scan and on a report."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from asgi_driver import Answer, request
from records import finish_scan, progress
from site_under_test import Site

from cyberai.api.long_poll import preferred_wait
from cyberai.app.cancel import cancel_scan
from cyberai.app.report_making import work_on_report
from cyberai.domain.ids import DEFAULT_WORKSPACE


def run(site: Site, test: Callable[[], Awaitable[None]]) -> None:
    async def body() -> None:
        async with asyncio.timeout(30):
            await test()

    site.runner.run(body())


def make_scan(site: Site) -> str:
    return str(site.post("/v1/scans", {"target": "example.com"}).json()["id"])


def poll(site: Site, path: str, wish: str) -> "asyncio.Task[Answer]":
    return asyncio.create_task(request(site.asgi, "GET", path, headers=site.headers(prefer=wish)))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (b"wait=5", 5),
        (b"Wait=5", 5),
        (b'respond-async, wait="7"', 7),
        (b"wait=5; foo=bar", 5),
        (b" wait = 5 ", 5),
        (b"wait=0", 0),
        (b"wait=9999999999999", 60),
        (b"", None),
        (b"wait", None),
        (b"wait=", None),
        (b"wait=-1", None),
        (b"wait=soon", None),
        (b"wait=1.5", None),
        (b"waiting=5", None),
        (b"\xff\xfe", None),
        (b"return=minimal", None),
    ],
)
def test_the_wish_is_read_and_what_cannot_be_read_is_none(header: bytes, seconds: int | None) -> None:
    assert preferred_wait(header) == seconds


def test_it_answers_when_the_status_changes_and_not_before(site: Site) -> None:
    scan = make_scan(site)

    async def test() -> None:
        task = poll(site, f"/v1/scans/{scan}", "wait=20")
        await asyncio.sleep(0.1)
        await progress(site, scan, 5)
        await asyncio.sleep(0.2)
        assert not task.done()
        started = time.monotonic()
        await cancel_scan(site.app, DEFAULT_WORKSPACE, scan)
        answer = await task
        assert time.monotonic() - started < 1
        assert answer.json()["status"] == "cancelled"
        assert answer.headers["preference-applied"] == "wait=20"

    run(site, test)
    assert site.get("/v1/me").headers["x-ratelimit-remaining"] == "997"


def test_a_final_state_is_not_waited_on_and_time_runs_out(site: Site) -> None:
    scan, ended = make_scan(site), make_scan(site)
    finish_scan(site, ended)
    started = time.monotonic()
    answer = site.get(f"/v1/scans/{ended}", headers=site.headers(prefer="wait=20"))
    assert answer.json()["status"] == "completed"
    assert time.monotonic() - started < 1
    answer = site.get(f"/v1/scans/{scan}", headers=site.headers(prefer="wait=1"))
    assert answer.json()["status"] == "running"
    assert 1 <= time.monotonic() - started < 3
    slow = site.get("/metrics", headers={}).body.decode()
    assert 'duration_seconds_bucket{route="/v1/scans/{id}",le="0.5"} 2\n' in slow  # waiting is no latency
    assert "preference-applied" not in site.get(f"/v1/scans/{scan}").headers
    assert site.get("/v1/scans/scan_x", headers=site.headers(prefer="wait=20")).status == 404


def test_who_has_another_state_gets_this_one_at_once_and_who_has_this_one_waits(site: Site) -> None:
    scan = make_scan(site)
    tag = site.get(f"/v1/scans/{scan}").headers["etag"]
    started = time.monotonic()
    other = site.headers(**{"prefer": "wait=20", "if-none-match": '"other"'})
    assert site.get(f"/v1/scans/{scan}", headers=other).status == 200
    assert time.monotonic() - started < 1
    same = site.headers(**{"prefer": "wait=1", "if-none-match": tag})
    assert site.get(f"/v1/scans/{scan}", headers=same).status == 304
    assert time.monotonic() - started >= 1


def test_many_wait_at_once_and_the_end_of_the_server_ends_them(site: Site) -> None:
    scan = make_scan(site)

    async def test() -> None:
        tasks = [poll(site, f"/v1/scans/{scan}", "wait=60") for _ in range(200)]
        await asyncio.sleep(0.2)
        assert not any(task.done() for task in tasks)
        started = time.monotonic()
        site.live.stopping.set()
        answers = await asyncio.gather(*tasks)
        assert time.monotonic() - started < 2
        assert {answer.json()["status"] for answer in answers} == {"running"}

    run(site, test)
    assert site.get("/ready", headers={}).status == 503


def test_a_report_is_waited_for(site: Site) -> None:
    scan = make_scan(site)
    finish_scan(site, scan)
    report = site.post("/v1/reports", {"scan_id": scan, "format": "csv"}).json()["id"]

    async def test() -> None:
        task = poll(site, f"/v1/reports/{report}", "wait=20")
        await asyncio.sleep(0.1)
        assert not task.done()
        await work_on_report(site.app, "worker-1")
        assert (await task).json()["status"] in ("generating", "completed")

    run(site, test)
