"""How a worker leaves a shard: done, given back, or because the whole scan ends."""

from contextlib import suppress
from enum import StrEnum

from cyberai.app.admission import admit_queued, settle
from cyberai.app.context import App
from cyberai.app.finish import complete_scan, end_scan
from cyberai.app.shard_entry import LEASE
from cyberai.domain.check import CheckOutcome
from cyberai.domain.errors import LeaseLost
from cyberai.domain.scan import ScanStatus, StatusReason
from cyberai.domain.unit import Lease
from cyberai.ports.store import Tx


class Ending(StrEnum):
    """Why a shard's loop ended."""

    DONE = "done"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    AUTH_FAILED = "auth_failed"
    LOST = "lost"
    OVER = "over"
    BUSY = "busy"


_ENDS = {
    Ending.CANCELLED: (ScanStatus.CANCELLED, StatusReason.CANCELLED_BY_USER),
    Ending.TIMED_OUT: (ScanStatus.FAILED, StatusReason.TIMED_OUT),
    Ending.AUTH_FAILED: (ScanStatus.FAILED, StatusReason.AUTH_FAILED),
}


async def give_back(app: App, lease: Lease) -> None:
    """Return a shard that is not done, to be claimed again at once, unless its scan was paused or cancelled."""
    at = app.clock.now()

    def release(tx: Tx) -> None:
        # No time before which it may not be claimed: that would say that it waits for a busy host.
        tx.shards.release(lease, 0)
        tx.shards.release_addresses(lease.shard.id)
        settle(app, tx, lease.shard.scan_id, at)

    with suppress(LeaseLost):
        await app.store.write(lease.shard.workspace, release)


async def finish(app: App, lease: Lease, outcomes: tuple[CheckOutcome, ...]) -> None:
    """Mark the shard done, with the last outcomes; complete the scan when it was the last shard. Raise LeaseLost."""
    at = app.clock.now()

    def write(tx: Tx) -> None:
        tx.shards.hold(lease, at + LEASE)
        scan = tx.scans.get(lease.shard.scan_id)
        tx.ledger.add(lease.shard.scan_id, outcomes)
        tx.shards.finish(lease)
        tx.shards.release_addresses(lease.shard.id)
        if scan is None or scan.status.terminal:
            return
        if tx.shards.open_count(scan.id) > 0:
            settle(app, tx, scan.id, at)
            return
        complete_scan(app, tx, scan, at)
        admit_queued(app, tx, at)

    await app.store.write(lease.shard.workspace, write)


async def end_early(app: App, lease: Lease, ending: Ending, detail: str = "") -> None:
    """End a scan that was cancelled, ran out of time or cannot log in (`detail` says why); findings so far stay."""
    status, reason = _ENDS[ending]
    at = app.clock.now()

    def end(tx: Tx) -> None:
        tx.shards.hold(lease, at + LEASE)
        scan = tx.scans.get(lease.shard.scan_id)
        tx.shards.release_addresses(lease.shard.id)
        if scan is not None and not scan.status.terminal:
            timeout = scan.spec.options.timeout
            said = f"Not finished within {timeout} s; give it more with options.timeout"
            end_scan(app, tx, scan, status, reason, at, said if ending is Ending.TIMED_OUT else detail)
            admit_queued(app, tx, at)

    await app.store.write(lease.shard.workspace, end)
