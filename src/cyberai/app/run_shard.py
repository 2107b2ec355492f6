"""The loop: claim -> engine -> ingest -> next. The same for workers, the CLI and, later, many machines."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, suppress

from msgspec import structs

from cyberai.app.context import App
from cyberai.app.ingest import Ingest, ingest_of
from cyberai.app.shard_engine import EngineSession, LoginFailed, checks_of, engine_session
from cyberai.app.shard_entry import LEASE, WAITING, begin, claim, session_limits, start, take_address
from cyberai.app.shard_exit import Ending, end_early, finish, give_back
from cyberai.app.sift import sift
from cyberai.app.task_end import end_tasks
from cyberai.app.telling import SILENCE, tell_pace, tell_progress
from cyberai.domain.asset import DomainAsset, NameAsset, RequestAsset
from cyberai.domain.check import CheckOutcome
from cyberai.domain.errors import LeaseLost, Unavailable
from cyberai.domain.scan import Scan, ScanStatus
from cyberai.domain.scope import ScanScope, scope_of
from cyberai.domain.threat import exposure_of
from cyberai.domain.unit import Lease, Stage, Unit, UnitResult
from cyberai.ports.network import NetworkSession, TransportError, TransportReason
from cyberai.ports.store import Tx

__all__ = ["WAITING", "Ending", "claim", "give_back", "run_shard"]

KEEP_INTERVAL = 0.4
"""Seconds between two looks at what was asked of the scan and at its time limit."""

DRAIN = 10.0
"""Seconds in which the units in flight may come to their end once a pause was asked for. What takes longer is cut
off and done again from its start when the scan goes on."""

BATCH = 64

MAX_KNOWN = 5_000
"""Requests of a shard that are looked at again."""


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


class _ShardRun:
    def __init__(self, app: App, lease: Lease) -> None:
        self.app = app
        self.lease = lease
        self.workspace = lease.shard.workspace
        self.deadline = 0
        self.address = ""
        self.stop_at: float | None = None
        """Monotonic time at which a pause cuts off what is still in flight; None while no pause is asked for."""
        self.slowed = False

    async def run(self) -> Ending:
        scan = await self.app.store.write(self.workspace, lambda tx: begin(self.app, tx, self.lease))
        if scan is None:
            return Ending.LOST
        self._mind_pause(scan)
        scope = scope_of(scan.spec)
        session = self.app.network.open(scope, session_limits(self.app, scan))
        keeper = asyncio.create_task(self._keep(session))
        work = asyncio.create_task(self._work(scan, scope, session))
        try:
            await asyncio.wait({keeper, work}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else await self._end_early(work, keeper.result())
        finally:
            await end_tasks(keeper, work)
            await session.aclose()

    async def _keep(self, session: NetworkSession) -> Ending:
        """Prolong the lease and watch for what is asked of the scan or the end of its time."""
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
            if self._mind_pause(scan):
                return Ending.PAUSED
            if self.deadline and self.app.clock.now() >= self.deadline:
                return Ending.TIMED_OUT
            if self.app.clock.monotonic() - renewed > LEASE / 3_000_000:
                renewed = self.app.clock.monotonic()
                await self.app.store.write(self.workspace, self._prolong)
            await self._log_pace(session.pace)
            if scan.started_at is not None and self.app.clock.now() - scan.updated_at > SILENCE:
                await self.app.store.write(self.workspace, self._tell)

    def _tell(self, tx: Tx) -> None:
        """No unit has ended for a while: the estimate must not stand in the past."""
        scan = tx.scans.get(self.lease.shard.scan_id)
        if scan is not None and scan.status is ScanStatus.RUNNING:
            tell_progress(self.app, tx, scan, self.app.clock.now(), SILENCE)

    def _mind_pause(self, scan: Scan) -> bool:
        """Start no further unit once a pause is asked for; True when what is in flight has had its time."""
        if scan.status not in (ScanStatus.PAUSING, ScanStatus.PAUSED):
            self.stop_at = None
            return False
        now = self.app.clock.monotonic()
        if self.stop_at is None:
            self.stop_at = now + DRAIN
        return now >= self.stop_at

    async def _log_pace(self, pace: float) -> None:
        if self.slowed == (pace < 1.0):
            return
        self.slowed = pace < 1.0
        at, shard = self.app.clock.now(), self.lease.shard
        await self.app.store.write(
            self.workspace, lambda tx: tell_pace(tx, shard.scan_id, shard.host, pace, at)
        )

    def _prolong(self, tx: Tx) -> None:
        at = self.app.clock.now()
        tx.shards.hold(self.lease, at + LEASE)
        if self.address and not tx.shards.lease_address(self.lease, self.address, at, at + LEASE):
            raise LeaseLost(f"another shard holds {self.address}")

    async def _work(self, scan: Scan, scope: ScanScope, session: NetworkSession) -> Ending:
        checks = checks_of(self.app, scan)
        metas = {check.meta.id: check.meta for check in checks}
        ingest = await ingest_of(self.app, self.lease, metas, LEASE, scan)
        try:
            addresses = await session.resolve(self.lease.shard.host)
        except TransportError as error:
            at = self.app.clock.now()
            await self.app.store.write(self.workspace, lambda tx: start(self.app, tx, self.lease, at))
            # Resolvers are asked without the login, which belongs to the web.
            engine = engine_session(
                self.app, scan.replace(spec=structs.replace(scan.spec, auth=None)), scope, session, checks
            )
            await self._fail_all(ingest, error, engine)
            return await self._finish(())
        if not await self._take_address(addresses[0]):
            return Ending.BUSY
        if not await sift(self.app, self.lease, scan, session):
            return await self._finish(())
        try:
            engine = engine_session(self.app, scan, scope, session, checks, self._known)
            return await self._through(engine, ingest.at(exposure_of(addresses)))
        except LoginFailed as error:
            await end_early(self.app, self.lease, Ending.AUTH_FAILED, str(error))
            return Ending.AUTH_FAILED

    async def _through(self, engine: EngineSession, ingest: Ingest) -> Ending:
        while units := await self._pending():
            if self.stop_at is not None:
                await give_back(self.app, self.lease)
                return Ending.PAUSED
            # Closed here, not by the garbage collector: cancelling must stop the units that still run.
            async with aclosing(engine.run(self._until_pause(units))) as results:
                async for result in results:
                    await ingest.store(result)
        rows = await self.app.store.read(self.workspace, lambda tx: tx.ledger.rows(self.lease.shard.scan_id))
        host = self.lease.shard.host
        mine = tuple(row for row in rows if _host_of(row.host) == host)
        return await self._finish(engine.never_ran(mine, host))

    def _until_pause(self, units: list[Unit]) -> Iterator[Unit]:
        for unit in units:
            if self.stop_at is not None:
                return
            yield unit

    async def _pending(self) -> list[Unit]:
        return await self.app.store.read(self.workspace, lambda tx: tx.units.pending(self.lease.shard, BATCH))

    async def _known(self) -> tuple[RequestAsset, ...]:
        shard = self.lease.shard
        units = await self.app.store.read(
            self.workspace, lambda tx: tx.units.of_stage(shard, Stage.CHECK, MAX_KNOWN)
        )
        return tuple(unit.asset for unit in units if isinstance(unit.asset, RequestAsset))

    async def _fail_all(self, ingest: Ingest, error: TransportError, engine: EngineSession) -> None:
        """End the units of a host that cannot be connected to. A name without an address is a domain all the same."""
        while units := await self._pending():
            named = [
                unit for unit in units if error.reason is TransportReason.DNS_FAILED and _of_domain(unit)
            ]
            for unit in units:
                if unit not in named:
                    await ingest.store(UnitResult(unit, failure=error.reason.value, detail=error.detail))
            async with aclosing(engine.run(named)) as results:
                async for result in results:
                    await ingest.store(result)

    async def _take_address(self, address: str) -> bool:
        at = self.app.clock.now()
        deadline = await self.app.store.write(
            self.workspace, lambda tx: take_address(self.app, tx, self.lease, address, at)
        )
        if deadline is None:
            return False
        self.address, self.deadline = address, deadline
        return True

    async def _finish(self, outcomes: tuple[CheckOutcome, ...]) -> Ending:
        await finish(self.app, self.lease, outcomes)
        return Ending.DONE

    async def _end_early(self, work: "asyncio.Task[Ending]", ending: Ending) -> Ending:
        await end_tasks(work)
        if ending is Ending.OVER:
            # Another worker ended the whole scan; the next scan of this host need not wait for the lease's end.
            shard = self.lease.shard.id
            await self.app.store.write(self.workspace, lambda tx: tx.shards.release_addresses(shard))
        elif ending is Ending.PAUSED:
            await give_back(self.app, self.lease)
        else:
            await end_early(self.app, self.lease, ending)
        return ending


def _of_domain(unit: Unit) -> bool:
    """Whether only resolvers are asked for it."""
    return isinstance(unit.asset, DomainAsset | NameAsset)


def _host_of(host: str) -> str:
    """The host of a ledger row, which may carry a port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host
