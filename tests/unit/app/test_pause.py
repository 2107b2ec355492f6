"""Pausing and resuming, on the real store, step by step."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cyberai.app.admission import tidy
from cyberai.app.cancel import cancel_scan
from cyberai.app.context import App
from cyberai.app.events import events_after
from cyberai.app.pause import pause_scan, resume_scan
from cyberai.app.purge import purge_scan
from cyberai.app.requests import OptionsRequest, ScanRequest
from cyberai.app.retry import retry_scan
from cyberai.app.run_shard import Ending, claim, give_back, run_shard
from cyberai.app.scan_creation import create_scan
from cyberai.app.scan_log import scan_log
from cyberai.app.scans import get_scan
from cyberai.app.work import beat
from cyberai.domain.errors import Conflict, Forbidden, NotFound
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.domain.ids import ScanId
from cyberai.domain.scan import ScanStatus
from cyberai.domain.scan_moves import Move, require_move
from cyberai.domain.unit import Lease
from cyberai.engine import run as engine_run
from support.deployment import TestClock, deployment
from support.miniature_site import links, site
from support.simulated_network import SimulatedNetwork, website

TARGET = "http://127.0.0.1:9/"
FINISHED = (Ending.DONE, Ending.OVER)
"""Done; or its other half saw first that the scan had ended."""


class OneSite:
    """ports.network.Network: every session leads to the same simulated site."""

    def __init__(self, session: Any) -> None:
        self.session = session

    def open(self, scope: object, limits: object) -> Any:
        return self.session


async def status(app: App, scan_id: str) -> str:
    return (await get_scan(app, WS, scan_id)).status


async def types(app: App) -> list[str]:
    return [event.type.value for event in await events_after(app, WS, 0, 1000)]


async def free_of_leases(app: App, scan_id: str, address: str = "127.0.0.1") -> bool:
    """Whether nobody holds a part of the scan, nor the host."""
    at = app.clock.now()
    await create_scan(app, WS, ScanRequest(target=TARGET), owner="probe")
    lease = await claim(app, "probe", "probe")
    assert lease is not None

    def look(tx: Any) -> bool:
        held: int = tx.shards.leased_count(ScanId(scan_id), at)
        return held == 0 and tx.shards.lease_address(lease, address, at, at + 1)

    free = await app.store.write(WS, look)
    await app.store.write(WS, lambda tx: tx.shards.release_addresses(lease.shard.id))
    await give_back(app, lease)
    await cancel_scan(app, WS, lease.shard.scan_id)
    return free


async def taken(app: App, worker: str = "w1") -> Lease:
    lease = await claim(app, worker)
    assert lease is not None
    return lease


def test_no_unit_is_done_twice_and_nothing_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause comes in the middle of the crawl: what is in flight is finished, what is done is never done again."""
    done: Counter[str] = Counter()
    perform = engine_run.perform

    async def counted(context: Any, unit: Any) -> Any:
        done[unit.id] += 1
        return await perform(context, unit)

    monkeypatch.setattr(engine_run, "perform", counted)

    async def story() -> None:
        pausing: list[asyncio.Task[Any]] = []
        pages = {"/": links(*(f"/page{n}/" for n in range(30)))}
        pages |= {f"/page{n}/": f"<h1>{n}</h1><a href='/deep{n}/'>on</a>" for n in range(30)}
        answer = site({**pages, "/deep*": "<p>end</p>"})
        session = website(answer, 9)

        def respond(request: Any) -> Any:
            if len(session.log) >= 25 and not pausing:
                pausing.append(asyncio.create_task(pause_scan(app, WS, scan.id)))
            return answer(request)

        session.services[9].respond = respond
        async with deployment(tmp_path, network=OneSite(session)) as app:
            await beat(app, "w1")
            request = ScanRequest(target=TARGET, options=OptionsRequest(concurrent=3))
            scan = await create_scan(app, WS, request)
            assert await run_shard(app, await taken(app)) is Ending.PAUSED
            assert (await pausing[0]).status == "pausing"
            assert await status(app, scan.id) == "paused"
            before = sum(done.values())
            assert 0 < before < 60
            assert await claim(app, "w1") is None
            assert await free_of_leases(app, scan.id)
            assert sum(done.values()) == before
            assert (await resume_scan(app, WS, scan.id)).status == "running"
            lease = await taken(app)
            assert not lease.resumed
            assert await run_shard(app, lease) in FINISHED
            assert await status(app, scan.id) == "completed"
            assert set(done.values()) == {1}
            assert sum(done.values()) > 60

    asyncio.run(story())


def test_what_does_not_end_in_time_is_cut_off_and_done_again(tmp_path: Path) -> None:
    async def story() -> None:
        clock = TestClock()
        session = website(site({"/": "x"}), 9)
        begun, hanging = asyncio.Event(), True

        async def slow(request: Any, **more: Any) -> Any:
            begun.set()
            if hanging:
                await asyncio.Event().wait()
            return await session.send(request, **more)

        network = OneSite(Slow(session, slow))
        async with deployment(tmp_path, clock=clock, network=network) as app:
            await beat(app, "w1")
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            running = asyncio.create_task(run_shard(app, await taken(app)))
            await begun.wait()
            assert (await pause_scan(app, WS, scan.id)).status == "pausing"
            for _ in range(100):
                if running.done():
                    break
                clock.advance(0.5)
                await asyncio.sleep(0.02)
            assert await running is Ending.PAUSED
            assert await status(app, scan.id) == "paused"
            hanging = False
            await beat(app, "w1")
            assert (await resume_scan(app, WS, scan.id)).status == "running"
            assert await run_shard(app, await taken(app)) in FINISHED
            assert await status(app, scan.id) == "completed"

    asyncio.run(story())


class Slow:
    """A session whose requests go through a function."""

    def __init__(self, inner: SimulatedNetwork, send: Any) -> None:
        self._inner = inner
        self.send = send

    @property
    def http(self) -> "Slow":
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def test_a_scan_nobody_works_on_is_paused_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            queued = await create_scan(app, WS, ScanRequest(target=TARGET))
            assert queued.status == "queued"
            paused = await pause_scan(app, WS, queued.id)
            assert (paused.status, paused.progress.status) == ("paused", "Paused")
            assert await pause_scan(app, WS, queued.id) == paused
            await beat(app, "w1")
            assert await tidy(app) == 0
            assert await claim(app, "w1") is None
            assert (await resume_scan(app, WS, queued.id)).status == "running"
            assert await types(app) == ["scan.created", "scan.paused", "scan.resumed"]

    asyncio.run(story())


def test_paused_while_its_host_is_busy_it_stands_still_with_the_worker_that_leaves_it(tmp_path: Path) -> None:
    """Between a worker's claim and its release as busy nobody else would ever look at the scan again."""

    async def story() -> None:
        async with deployment(tmp_path) as app:
            await beat(app, "w1")
            await beat(app, "w2")
            await create_scan(app, WS, ScanRequest(target=TARGET))
            holder = await taken(app)
            until = app.clock.now() + 10_000_000
            await app.store.write(
                WS, lambda tx: tx.shards.lease_address(holder, "127.0.0.1", app.clock.now(), until)
            )
            second = await create_scan(app, WS, ScanRequest(target=TARGET))
            lease = await taken(app, "w2")
            assert (await pause_scan(app, WS, second.id)).status == "pausing"
            assert await run_shard(app, lease) is Ending.BUSY
            assert await status(app, second.id) == "paused"

    asyncio.run(story())


def test_a_pause_whose_worker_dies_is_completed_when_the_lease_runs_out(tmp_path: Path) -> None:
    async def story() -> None:
        clock = TestClock()
        async with deployment(tmp_path, clock=clock) as app:
            await beat(app, "w1")
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            await taken(app)
            assert (await pause_scan(app, WS, scan.id)).status == "pausing"
            assert await tidy(app) == 0
            clock.advance(30)
            assert await tidy(app) == 1
            assert await status(app, scan.id) == "paused"
            clock.advance(3600)
            assert await tidy(app) == 0
            assert await types(app) == ["scan.created", "scan.paused"]

    asyncio.run(story())


def test_a_stopping_worker_and_a_pause_meet(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            await beat(app, "w1")
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            lease = await taken(app)
            await pause_scan(app, WS, scan.id)
            await give_back(app, lease)
            assert await status(app, scan.id) == "paused"

    asyncio.run(story())


def test_resumed_before_it_stood_still_it_just_runs_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            await beat(app, "w1")
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            lease = await taken(app)
            await pause_scan(app, WS, scan.id)
            assert (await resume_scan(app, WS, scan.id)).status == "running"
            await give_back(app, lease)
            assert await status(app, scan.id) == "running"
            assert (await taken(app)).shard.id == lease.shard.id

    asyncio.run(story())


def test_cancelling_wins_over_pausing(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            await beat(app, "w1")
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            lease = await taken(app)
            await pause_scan(app, WS, scan.id)
            assert (await cancel_scan(app, WS, scan.id)).status == "cancelling"
            with pytest.raises(Conflict):
                await resume_scan(app, WS, scan.id)
            await give_back(app, lease)
            assert await status(app, scan.id) == "cancelled"
            assert "scan.paused" not in await types(app)

    asyncio.run(story())


def test_a_pause_frees_the_slot_and_a_resumed_scan_waits_for_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            await beat(app, "w1")
            first = await create_scan(app, WS, ScanRequest(target=TARGET))
            second = await create_scan(app, WS, ScanRequest(target=TARGET))
            assert (first.status, second.status) == ("running", "queued")
            await pause_scan(app, WS, first.id)
            assert await status(app, second.id) == "running"
            assert (await resume_scan(app, WS, first.id)).status == "queued"
            await cancel_scan(app, WS, second.id)
            assert await status(app, first.id) == "running"

    asyncio.run(story())


def test_a_resumed_scan_has_its_slot_before_a_worker_comes(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            await beat(app, "w1")
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            lease = await taken(app)
            await pause_scan(app, WS, scan.id)
            await give_back(app, lease)
            assert (await resume_scan(app, WS, scan.id)).status == "running"
            assert (await create_scan(app, WS, ScanRequest(target=TARGET))).status == "queued"

    asyncio.run(story())


def test_a_pause_uses_up_no_time(tmp_path: Path) -> None:
    async def story() -> None:
        clock = TestClock()
        session = website(site({"/": "x"}), 9)
        async with deployment(tmp_path, clock=clock, network=OneSite(session)) as app:
            await beat(app, "w1")
            request = ScanRequest(target=TARGET, options=OptionsRequest(timeout=60))
            scan = await create_scan(app, WS, request)
            lease = await taken(app)
            await pause_scan(app, WS, scan.id)
            assert await run_shard(app, lease) is Ending.PAUSED
            paused = await get_scan(app, WS, scan.id)
            assert paused.started_at
            assert paused.paused_at
            clock.advance(7200)
            await beat(app, "w1")
            resumed = await resume_scan(app, WS, scan.id)
            assert resumed.estimated_completion > paused.estimated_completion
            assert await run_shard(app, await taken(app)) in FINISHED
            ended = await get_scan(app, WS, scan.id)
            assert ended.status == "completed"
            assert ended.statistics
            assert ended.statistics.scan_duration < 60

    asyncio.run(story())


@pytest.mark.parametrize("current", list(ScanStatus))
@pytest.mark.parametrize("asked", list(Move))
def test_every_move_is_allowed_or_refused_with_what_is_possible(current: ScanStatus, asked: Move) -> None:
    over = current.terminal
    allowed = {
        Move.PAUSE: not over and current is not ScanStatus.CANCELLING,
        Move.RESUME: current in (ScanStatus.PAUSED, ScanStatus.PAUSING),
        Move.CANCEL: not over or current is ScanStatus.CANCELLED,
        Move.RETRY: over,
        Move.PURGE: over,
    }
    if allowed[asked]:
        require_move(current, asked)
        return
    with pytest.raises(Conflict) as refused:
        require_move(current, asked)
    named = refused.value.extra["allowed"]
    assert named == [move.value for move in Move if allowed[move]]
    assert all(name in refused.value.reason for name in named)
    assert refused.value.code == "conflict"


def test_a_retry_is_a_new_scan_of_the_same_and_the_policy_is_asked_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            request = ScanRequest(target=TARGET, name="mine", options=OptionsRequest(depth=5))
            first = await create_scan(app, WS, request)
            with pytest.raises(Conflict):
                await retry_scan(app, WS, first.id)
            await cancel_scan(app, WS, first.id)
            again = await retry_scan(app, WS, first.id)
            assert again.id != first.id
            assert again.retry_of == first.id
            assert (again.name, again.target) == ("mine", TARGET)
            assert again.effective_options == first.effective_options
            assert await status(app, first.id) == "cancelled"
        async with deployment(tmp_path, allow="") as app:
            with pytest.raises(Forbidden):
                await retry_scan(app, WS, first.id)

    asyncio.run(story())


def test_a_purged_scan_is_gone_and_its_events_are_empty(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            scan = await create_scan(app, WS, ScanRequest(target=TARGET, tags=["secret-tag"]))
            other = await create_scan(app, WS, ScanRequest(target="http://127.0.0.1:10/"))
            with pytest.raises(Conflict):
                await purge_scan(app, WS, scan.id)
            await cancel_scan(app, WS, scan.id)
            done = await purge_scan(app, WS, scan.id)
            assert (done.purged, done.events) == (True, 2)
            with pytest.raises(NotFound):
                await get_scan(app, WS, scan.id)
            with pytest.raises(NotFound):
                await purge_scan(app, WS, scan.id)
            events = await events_after(app, WS, 0, 100)
            assert [event.seq for event in events] == [1, 2, 3]
            assert [TARGET.encode() in bytes(event.data) for event in events] == [False, False, False]
            assert await status(app, other.id) == "queued"

    asyncio.run(story())


def test_the_log_tells_what_happened(tmp_path: Path) -> None:
    async def story() -> None:
        clock = TestClock()
        async with deployment(tmp_path, clock=clock, network=OneSite(website(site({"/": "x"}), 10))) as app:
            await beat(app, "w1")
            scan = await create_scan(app, WS, ScanRequest(target=TARGET))
            await taken(app)
            clock.advance(60)
            await beat(app, "w1")
            await run_shard(app, await taken(app))
            page = await scan_log(app, WS, scan.id, limit=50, cursor=None)
            told = [(entry.kind, entry.text) for entry in page.data]
            assert told == [
                ("state", "created"),
                ("take_over", "a worker was lost, another goes on"),
                ("state", "started"),
                ("error", "identify: connection refused"),
                ("state", "failed"),
            ]
            first = await scan_log(app, WS, scan.id, limit=2, cursor=None)
            rest = await scan_log(app, WS, scan.id, limit=50, cursor=first.next_cursor)
            assert first.data + rest.data == page.data
            with pytest.raises(NotFound):
                await scan_log(app, WS, "scan_x", limit=1, cursor=None)

    asyncio.run(story())
