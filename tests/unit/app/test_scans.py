"""Creating, admitting, listing and cancelling scans, on the real store."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cyberai.app.admission import tidy
from cyberai.app.cancel import cancel_scan
from cyberai.app.context import App
from cyberai.app.events import events_after
from cyberai.app.requests import CheckSelectionRequest, OptionsRequest, PoliciesRequest, ScanRequest
from cyberai.app.run_shard import WAITING, Ending, claim, give_back, run_shard
from cyberai.app.scan_creation import create_scan
from cyberai.app.scans import get_scan, list_scans
from cyberai.app.work import beat, keep_beating
from cyberai.domain.errors import Forbidden, InvalidRequest, NotFound
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.domain.ids import WorkspaceId
from cyberai.ports.repositories import ScanFilter
from support.deployment import TestClock, deployment

TARGET = "http://127.0.0.1:9/"


async def types(app: App) -> list[str]:
    return [event.type.value for event in await events_after(app, WS, 0, 100)]


def test_a_scan_runs_at_once_when_a_slot_is_free_and_queues_when_not(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            await beat(app, "w1")
            first = await create_scan(app, WS, ScanRequest(target=TARGET))
            second = await create_scan(app, WS, ScanRequest(target=TARGET))
            assert (first.status, second.status) == ("running", "queued")
            assert (first.progress.current, first.progress.total) == (0, 100)
            assert first.progress.status == "Initializing scan..."
            assert first.target == TARGET
            assert first.estimated_completion > first.created_at
            await cancel_scan(app, WS, first.id)
            assert (await get_scan(app, WS, second.id)).status == "running"
            assert await types(app) == ["scan.created", "scan.created", "scan.cancelled", "scan.progress"]

    asyncio.run(story())


def test_cancelling_is_final_and_repeatable(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            ended = await cancel_scan(app, WS, scan.id)
            assert ended.status == "cancelled"
            assert ended.finished_at == ended.estimated_completion
            assert ended.verdict
            assert (await cancel_scan(app, WS, scan.id)) == ended
            assert await claim(app, "w1") is None

    asyncio.run(story())


def test_a_scan_that_is_worked_on_is_cancelling_until_its_worker_stops(tmp_path: Path) -> None:
    async def story() -> None:
        clock = TestClock()
        async with deployment(tmp_path, clock=clock) as app:
            await beat(app, "w1")
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            assert await claim(app, "w1") is not None
            assert (await cancel_scan(app, WS, scan.id)).status == "cancelling"
            assert await tidy(app) == 0
            clock.advance(30)
            assert await tidy(app) == 1
            assert (await get_scan(app, WS, scan.id)).status == "cancelled"

    asyncio.run(story())


def test_a_scan_cancelled_while_its_host_is_busy_ends_with_the_worker_that_leaves_it(tmp_path: Path) -> None:
    """Nobody claims a cancelled scan: between the claim and the release it must not fall into a hole."""

    async def story() -> None:
        async with deployment(tmp_path) as app:
            await beat(app, "w1")
            await beat(app, "w2")
            await create_scan(app, WS, ScanRequest(target=TARGET))
            holder = await claim(app, "w1")
            assert holder is not None
            until = app.clock.now() + 10_000_000
            await app.store.write(
                WS, lambda tx: tx.shards.lease_address(holder, "127.0.0.1", app.clock.now(), until)
            )
            second = await create_scan(app, WS, ScanRequest(target=TARGET))
            lease = await claim(app, "w2")
            assert lease is not None
            assert (await cancel_scan(app, WS, second.id)).status == "cancelling"
            # Whether it meets the busy host or the wish to cancel first, it leaves no scan behind.
            assert await run_shard(app, lease) in (Ending.BUSY, Ending.CANCELLED, Ending.LOST)
            assert (await get_scan(app, WS, second.id)).status == "cancelled"

    asyncio.run(story())


def test_a_scan_that_waits_for_a_host_leaves_its_slot_to_others(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            await beat(app, "w1")
            await beat(app, "w2")
            await create_scan(app, WS, ScanRequest(target=TARGET))
            holder = await claim(app, "w1")
            assert holder is not None
            at = app.clock.now()
            await app.store.write(
                WS, lambda tx: tx.shards.lease_address(holder, "127.0.0.1", at, at + 10_000_000)
            )
            waiting = await create_scan(app, WS, ScanRequest(target=TARGET))
            lease = await claim(app, "w2")
            assert lease is not None
            assert await run_shard(app, lease) is Ending.BUSY
            assert (await get_scan(app, WS, waiting.id)).progress.status == WAITING
            elsewhere = await create_scan(app, WS, ScanRequest(target="http://127.0.0.2:9/"))
            assert elsewhere.status == "running"
            other = await claim(app, "w2")
            assert other is not None
            assert other.shard.scan_id == elsewhere.id
            assert (await create_scan(app, WS, ScanRequest(target=TARGET))).status == "queued"

    asyncio.run(story())


def test_a_scan_cancelled_while_its_worker_stops_ends_with_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            await beat(app, "w1")
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            lease = await claim(app, "w1")
            assert lease is not None
            assert (await cancel_scan(app, WS, scan.id)).status == "cancelling"
            await give_back(app, lease)
            assert (await get_scan(app, WS, scan.id)).status == "cancelled"

    asyncio.run(story())


def test_a_busy_worker_puts_right_what_another_left(tmp_path: Path) -> None:
    async def story() -> None:
        clock = TestClock()
        async with deployment(tmp_path, clock=clock) as app:
            await beat(app, "w1")
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            assert await claim(app, "w1") is not None
            await cancel_scan(app, WS, scan.id)
            clock.advance(30)
            beating = asyncio.create_task(keep_beating(app, "w2"))
            while (await get_scan(app, WS, scan.id)).status != "cancelled":
                await app.store.changed(5)
            beating.cancel()

    asyncio.run(story())


def test_a_lost_worker_leaves_a_shard_that_resumes(tmp_path: Path) -> None:
    async def story() -> None:
        clock = TestClock()
        async with deployment(tmp_path, clock=clock) as app:
            await beat(app, "w1")
            await create_scan(app, WS, ScanRequest(target=TARGET))
            first = await claim(app, "w1")
            assert await claim(app, "w2") is None
            clock.advance(60)
            again = await claim(app, "w2")
            assert first is not None
            assert again is not None
            assert again.resumed
            assert again.fence > first.fence

    asyncio.run(story())


def test_pages_follow_one_another_and_cursors_are_bound(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            made = [(await create_scan(app, WS, ScanRequest(target=TARGET))).id for _ in range(5)]
            seen: list[str] = []
            cursor = None
            while True:
                page = await list_scans(app, WS, ScanFilter(), limit=2, cursor=cursor)
                seen += [scan.id for scan in page.data]
                cursor = page.next_cursor
                assert page.has_more is (cursor is not None)
                if cursor is None:
                    break
            assert seen == made[::-1]
            first = await list_scans(app, WS, ScanFilter(), limit=2, cursor=None)
            assert first.next_cursor
            for bad in ("", "x", first.next_cursor[:-2] + "AA", "é", "=" * 400):
                with pytest.raises(InvalidRequest) as caught:
                    await list_scans(app, WS, ScanFilter(), limit=2, cursor=bad)
                assert caught.value.code == "invalid_cursor"
            with pytest.raises(InvalidRequest):
                await list_scans(app, WS, ScanFilter(status=("queued",)), limit=2, cursor=first.next_cursor)

    asyncio.run(story())


WRONG = [
    (ScanRequest(), "target"),
    (ScanRequest(target=None), "target"),
    (ScanRequest(target=5), "target"),
    (ScanRequest(target="a b"), "target"),
    (ScanRequest(target=TARGET, targets=[TARGET]), "targets"),
    (ScanRequest(targets=[]), "targets"),
    (ScanRequest(targets=[TARGET, "a b"]), "targets[1]"),
    (ScanRequest(target=TARGET, scan_type="cloud"), "scan_type"),
    (ScanRequest(target=TARGET, scan_type="x"), "scan_type"),
    (ScanRequest(target=TARGET, webhook_url="http://x"), "webhook_url"),
    (ScanRequest(target=TARGET, options=OptionsRequest(depth=11)), "options.depth"),
    (ScanRequest(target=TARGET, options=OptionsRequest(concurrent=0)), "options.concurrent"),
    (ScanRequest(target=TARGET, options=OptionsRequest(ports="5-1")), "options.ports"),
    (ScanRequest(target=TARGET, options=OptionsRequest(templates=[])), "options.templates"),
    (
        ScanRequest(target=TARGET, options=OptionsRequest(checks=CheckSelectionRequest(include=["web.no"]))),
        "options.checks",
    ),
    (ScanRequest(target=TARGET, policies=PoliciesRequest(mode="x")), "policies.mode"),
    (ScanRequest(target=TARGET, policies=PoliciesRequest(exclude_paths=["a"])), "policies.exclude_paths[0]"),
    (
        ScanRequest(target=TARGET, policies=PoliciesRequest(custom_headers={"A\r": "x"})),
        "policies.custom_headers.A\r",
    ),
    (ScanRequest(target=TARGET, name=""), "name"),
    (ScanRequest(target=TARGET, criticality="x"), "criticality"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, wrong: ScanRequest, field: str) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            with pytest.raises(InvalidRequest) as caught:
                await create_scan(app, WS, wrong)
            assert caught.value.field == field
            assert str(caught.value) == "Invalid scan configuration"
            if field == "target":
                assert caught.value.reason == "Must be a valid domain name"
            assert not (await list_scans(app, WS, ScanFilter(), limit=5, cursor=None)).data
            assert await types(app) == []

    asyncio.run(story())


def test_every_problem_is_listed(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            bad = ScanRequest(target="", scan_type="x", options=OptionsRequest(depth=0))
            with pytest.raises(InvalidRequest) as caught:
                await create_scan(app, WS, bad)
            errors: list[dict[str, Any]] = caught.value.details["errors"]
            assert [e["field"] for e in errors] == ["target", "scan_type", "options.depth"]

    asyncio.run(story())


LITERALS = [
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "http://[::1]/",
    "[::ffff:127.0.0.1]:80",
    "10.0.0.0/24",
    "169.254.169.254",
]


@pytest.mark.parametrize("target", LITERALS)
def test_literal_addresses_are_judged_at_once(tmp_path: Path, target: str) -> None:
    async def story() -> None:
        async with deployment(tmp_path, allow="") as app:
            with pytest.raises(Forbidden) as caught:
                await create_scan(app, WS, ScanRequest(target=target))
            assert caught.value.code == "target_not_allowed"

    asyncio.run(story())


def test_foreign_scans_do_not_exist(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            for workspace, scan_id in ((WorkspaceId("other"), scan.id), (WS, "scan_x"), (WS, "")):
                with pytest.raises(NotFound):
                    await get_scan(app, workspace, scan_id)

    asyncio.run(story())
