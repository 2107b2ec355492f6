"""The loop: claim -> engine -> ingest -> next. The same for workers, the CLI and, later, many machines."""

import asyncio
from contextlib import aclosing, suppress
from enum import StrEnum

from msgspec import structs

from cyberai.app.admission import admit_queued, end_if_cancelled
from cyberai.app.context import App
from cyberai.app.events import scan_event
from cyberai.app.finish import complete_scan, end_scan
from cyberai.app.ingest import Ingest
from cyberai.domain.check import CheckMeta, CheckOutcome
from cyberai.domain.errors import LeaseLost, Unavailable
from cyberai.domain.event import EventType
from cyberai.domain.ids import SYSTEM
from cyberai.domain.scan import Scan, ScanStatus, StatusReason
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import parse_target
from cyberai.domain.unit import Lease, Unit, UnitResult
from cyberai.engine.registry import select
from cyberai.engine.run import EngineSession
from cyberai.ports.network import NetworkSession, SessionLimits, TransportError
from cyberai.ports.store import Tx

LEASE = 10_000_000
"""Microseconds a lease lasts; it is prolonged every third of that."""

KEEP_INTERVAL = 0.4
"""Seconds between two looks at the scan's cancel flag and time limit."""

MAX_TAKE_OVERS = 25
"""Times a scan may be taken over from a dead worker; then the scan itself is what kills them."""

BATCH = 64
BUSY_DELAY = 500_000
"""Microseconds before a shard whose host is busy is tried again."""

WAITING = "Waiting: another scan is working on this host"


class Ending(StrEnum):
    """Why a shard's loop ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    LOST = "lost"
    OVER = "over"
    BUSY = "busy"


async def claim(app: App, worker: str, owner: str = "") -> Lease | None:
    """The next shard for this worker, or None."""
    at = app.clock.now()
    return await app.store.write(SYSTEM, lambda tx: tx.shards.claim(worker, at, at + LEASE, owner))


async def run_shard(app: App, lease: Lease) -> Ending:
    """Work on a leased shard until it is done, cancelled, out of time, or lost to another worker."""
    try:
        return await _ShardRun(app, lease).run()
    except LeaseLost:
        return Ending.LOST
    except Unavailable:
        # The store refuses, a full disk perhaps: the shard waits for better times, and for whoever comes then.
        with suppress(Unavailable):
            await give_back(app, lease)
        raise
    except asyncio.CancelledError:
        # The process is going: give the shard back now, so that nobody waits for the lease to expire.
        await asyncio.shield(give_back(app, lease))
        raise


async def give_back(app: App, lease: Lease) -> None:
    """Return a shard that is not done, to be claimed again at once."""
    at = app.clock.now()

    def release(tx: Tx) -> None:
        tx.shards.release(lease, at)
        tx.shards.release_addresses(lease.shard.id)
        end_if_cancelled(app, tx, lease.shard.scan_id, at)

    with suppress(LeaseLost):
        await app.store.write(lease.shard.workspace, release)


class _ShardRun:
    def __init__(self, app: App, lease: Lease) -> None:
        self.app = app
        self.lease = lease
        self.workspace = lease.shard.workspace
        self.deadline = 0
        self.address = ""

    async def run(self) -> Ending:
        scan = await self.app.store.write(self.workspace, self._begin)
        if scan is None:
            return Ending.LOST
        targets = tuple(parse_target(text) for text in scan.spec.targets)
        policies = scan.spec.policies
        scope = ScanScope(targets, policies.include_paths, policies.exclude_paths)
        session = self.app.network.open(scope, _limits(self.app, scan))
        keeper = asyncio.create_task(self._keep())
        work = asyncio.create_task(self._work(scan, scope, session))
        try:
            await asyncio.wait({keeper, work}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else await self._end_early(work, keeper.result())
        finally:
            for task in (keeper, work):
                task.cancel()
            await asyncio.gather(keeper, work, return_exceptions=True)
            await session.aclose()

    def _begin(self, tx: Tx) -> Scan | None:
        at = self.app.clock.now()
        tx.shards.hold(self.lease, at + LEASE)
        scan = tx.scans.get(self.lease.shard.scan_id)
        if scan is None or scan.status.terminal:
            return None
        if not self.lease.resumed:
            return scan
        if scan.resumed_count >= MAX_TAKE_OVERS:
            detail = f"{scan.resumed_count} workers ended while they worked on this scan; their log says why"
            tx.shards.release_addresses(self.lease.shard.id)
            end_scan(self.app, tx, scan, ScanStatus.FAILED, StatusReason.WORKER_LOST, at, detail)
            admit_queued(self.app, tx, at)
            return None
        # Nobody worked on it for a while: that time is no unit's.
        pace = structs.replace(scan.pace, at=at)
        scan = scan.replace(resumed_count=scan.resumed_count + 1, updated_at=at, pace=pace)
        tx.scans.update(scan)
        return scan

    def _start(self, tx: Tx, at: int) -> None:
        """The scan's time runs from here: waiting for a host at which another scan works does not count."""
        scan = tx.scans.get(self.lease.shard.scan_id)
        if scan is None or scan.status.terminal:
            raise LeaseLost("the scan has ended")
        if scan.started_at is None:
            scan = scan.replace(started_at=at, updated_at=at, pace=structs.replace(scan.pace, at=at))
            tx.scans.update(scan)
            tx.events.append(scan_event(self.app, EventType.SCAN_STARTED, scan, at))
        self.deadline = (scan.started_at or at) + scan.spec.options.timeout * 1_000_000

    def _wait(self, tx: Tx, at: int) -> None:
        scan = tx.scans.get(self.lease.shard.scan_id)
        if scan is None or scan.started_at is not None or scan.progress.status == WAITING:
            return
        scan = scan.replace(progress=structs.replace(scan.progress, status=WAITING), updated_at=at)
        tx.scans.update(scan)
        tx.events.append(scan_event(self.app, EventType.SCAN_PROGRESS, scan, at))

    async def _keep(self) -> Ending:
        """Prolong the lease and watch for a cancel request or the end of the scan's time."""
        renewed = self.app.clock.monotonic()
        while True:
            await self.app.clock.sleep(KEEP_INTERVAL)
            scan = await self.app.store.read(
                self.workspace, lambda tx: tx.scans.get(self.lease.shard.scan_id)
            )
            if scan is None or scan.status.terminal:
                return Ending.OVER
            if scan.cancel_requested:
                return Ending.CANCELLED
            if self.deadline and self.app.clock.now() >= self.deadline:
                return Ending.TIMED_OUT
            if self.app.clock.monotonic() - renewed > LEASE / 3_000_000:
                renewed = self.app.clock.monotonic()
                await self.app.store.write(self.workspace, self._prolong)

    def _prolong(self, tx: Tx) -> None:
        at = self.app.clock.now()
        tx.shards.hold(self.lease, at + LEASE)
        if self.address and not tx.shards.lease_address(self.lease, self.address, at, at + LEASE):
            raise LeaseLost(f"another shard holds {self.address}")

    async def _work(self, scan: Scan, scope: ScanScope, session: NetworkSession) -> Ending:
        checks = select(self.app.checks, scan.spec)
        metas: dict[str, CheckMeta] = {check.meta.id: check.meta for check in checks}
        ingest = Ingest(self.app, self.lease, metas, LEASE)
        try:
            addresses = await session.resolve(self.lease.shard.host)
        except TransportError as error:
            at = self.app.clock.now()
            await self.app.store.write(self.workspace, lambda tx: self._start(tx, at))
            await self._fail_all(ingest, error)
            return await self._finish(())
        if not await self._take_address(addresses[0]):
            return Ending.BUSY
        engine = EngineSession(
            spec=scan.spec,
            scope=scope,
            network=session,
            clock=self.app.clock,
            rng=self.app.rng,
            checks=checks,
        )
        while units := await self._pending():
            # Closed here, not by the garbage collector: cancelling must stop the units that still run.
            async with aclosing(engine.run(units)) as results:
                async for result in results:
                    await ingest.store(result)
        rows = await self.app.store.read(self.workspace, lambda tx: tx.ledger.rows(scan.id))
        host = self.lease.shard.host
        mine = tuple(row for row in rows if _host_of(row.host) == host)
        return await self._finish(engine.never_ran(mine, host))

    async def _pending(self) -> list[Unit]:
        return await self.app.store.read(self.workspace, lambda tx: tx.units.pending(self.lease.shard, BATCH))

    async def _fail_all(self, ingest: Ingest, error: TransportError) -> None:
        while units := await self._pending():
            for unit in units:
                await ingest.store(UnitResult(unit, failure=error.reason.value, detail=error.detail))

    async def _take_address(self, address: str) -> bool:
        at = self.app.clock.now()

        def take(tx: Tx) -> bool:
            tx.shards.hold(self.lease, at + LEASE)
            if tx.shards.lease_address(self.lease, address, at, at + LEASE):
                self._start(tx, at)
                return True
            self._wait(tx, at)
            tx.shards.release(self.lease, at + BUSY_DELAY)
            end_if_cancelled(self.app, tx, self.lease.shard.scan_id, at)
            return False

        taken = await self.app.store.write(self.workspace, take)
        self.address = address if taken else ""
        return taken

    async def _finish(self, outcomes: tuple[CheckOutcome, ...]) -> Ending:
        at = self.app.clock.now()

        def finish(tx: Tx) -> None:
            tx.shards.hold(self.lease, at + LEASE)
            scan = tx.scans.get(self.lease.shard.scan_id)
            tx.ledger.add(self.lease.shard.scan_id, outcomes)
            tx.shards.finish(self.lease)
            tx.shards.release_addresses(self.lease.shard.id)
            if scan is None or scan.status.terminal or tx.shards.open_count(scan.id) > 0:
                return
            complete_scan(self.app, tx, scan, at)
            admit_queued(self.app, tx, at)

        await self.app.store.write(self.workspace, finish)
        return Ending.DONE

    async def _end_early(self, work: "asyncio.Task[Ending]", ending: Ending) -> Ending:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        if ending is Ending.OVER:
            # Another worker ended the whole scan; the next scan of this host need not wait for the lease's end.
            shard = self.lease.shard.id
            await self.app.store.write(self.workspace, lambda tx: tx.shards.release_addresses(shard))
        else:
            await end_early(self.app, self.lease, ending)
        return ending


async def end_early(app: App, lease: Lease, ending: Ending) -> None:
    """End a scan that was cancelled or ran out of time; findings so far stay."""
    status, reason = (
        (ScanStatus.CANCELLED, StatusReason.CANCELLED_BY_USER)
        if ending is Ending.CANCELLED
        else (ScanStatus.FAILED, StatusReason.TIMED_OUT)
    )
    at = app.clock.now()

    def end(tx: Tx) -> None:
        tx.shards.hold(lease, at + LEASE)
        scan = tx.scans.get(lease.shard.scan_id)
        tx.shards.release_addresses(lease.shard.id)
        if scan is not None and not scan.status.terminal:
            timeout = scan.spec.options.timeout
            detail = f"Not finished within {timeout} s; give it more with options.timeout"
            end_scan(app, tx, scan, status, reason, at, detail if ending is Ending.TIMED_OUT else "")
            admit_queued(app, tx, at)

    await app.store.write(lease.shard.workspace, end)


def _limits(app: App, scan: Scan) -> SessionLimits:
    options, policies = scan.spec.options, scan.spec.policies
    return SessionLimits(
        concurrent=options.concurrent,
        request_timeout=float(options.request_timeout),
        requests_per_second=policies.max_requests_per_second,
        ignore_ssl=options.ignore_ssl,
        user_agent=f"CyberAI/{app.version} ({scan.id})",
        custom_headers=policies.custom_headers,
    )


def _host_of(host: str) -> str:
    """The host of a ledger row, which may carry a port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host
