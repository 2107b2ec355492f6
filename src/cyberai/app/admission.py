"""Which scans may run: as many as there are live worker slots; the rest is queued."""

from functools import partial

from cyberai.app.context import App
from cyberai.app.events import scan_event
from cyberai.app.finish import end_scan
from cyberai.app.pausing import stand_still
from cyberai.domain.event import EventType
from cyberai.domain.ids import SYSTEM, ScanId
from cyberai.domain.scan import Scan, ScanStatus, StatusReason
from cyberai.ports.store import Tx


def free_slots(tx: Tx, at: int) -> int:
    """Worker slots that no scan has reserved."""
    return tx.scans.free_slots(at)


def admit_queued(app: App, tx: Tx, at: int) -> None:
    """Let queued scans of this workspace run while slots are free; called whenever a scan ends."""
    free = free_slots(tx, at)
    if free <= 0:
        return
    for scan in tx.scans.oldest_queued(free):
        if scan.workspace == tx.workspace:
            _start(app, tx, scan, at)


def _start(app: App, tx: Tx, scan: Scan, at: int) -> None:
    running = scan.replace(status=ScanStatus.RUNNING, updated_at=at)
    tx.scans.update(running)
    tx.events.append(scan_event(app, EventType.SCAN_PROGRESS, running, at))


def settle(app: App, tx: Tx, scan_id: ScanId, at: int) -> bool:
    """End a scan whose cancelling was asked for, or let one stand still whose pausing was, once nobody works on it
    any more; True when that changed it.

    Part of every transaction that asks for either or gives a shard back: such a scan is never claimed again, so
    that whoever leaves it last is the last who can do this in time."""
    scan = tx.scans.get(scan_id)
    if scan is None or scan.status.terminal:
        return False
    if not scan.cancel_requested and scan.status is not ScanStatus.PAUSING:
        return False
    if tx.shards.leased_count(scan_id, at) > 0:
        return False
    if scan.cancel_requested:
        end_scan(app, tx, scan, ScanStatus.CANCELLED, StatusReason.CANCELLED_BY_USER, at)
    else:
        stand_still(app, tx, scan, at)
    admit_queued(app, tx, at)
    return True


async def tidy(app: App) -> int:
    """Put right what a death left behind; return how many scans changed. Called by whoever opens the store
    and by every worker now and then: scans to be cancelled or paused on which nobody works, CLI scans whose process
    is gone, queued scans for which there is room."""
    at = app.clock.now()
    changed = 0
    for scan in await app.store.read(SYSTEM, lambda tx: _suspects(tx, at)):
        changed += await app.store.write(scan.workspace, partial(_put_right, app, seen=scan, at=at))
    return changed


def _suspects(tx: Tx, at: int) -> list[Scan]:
    free = free_slots(tx, at)
    return [*tx.scans.unclaimable(), *(tx.scans.oldest_queued(free) if free > 0 else ())]


def _put_right(app: App, tx: Tx, *, seen: Scan, at: int) -> int:
    scan = tx.scans.get(seen.id)
    if scan is None or scan.status.terminal:
        return 0
    if scan.status is ScanStatus.QUEUED:
        if free_slots(tx, at) <= 0:
            return 0
        _start(app, tx, scan, at)
        return 1
    if settle(app, tx, scan.id, at):
        return 1
    if scan.status is ScanStatus.PAUSED:
        return 0
    abandoned = scan.owner and at - scan.updated_at > OWNER_GRACE
    if not abandoned or tx.shards.leased_count(scan.id, at) > 0:
        return 0
    end_scan(app, tx, scan, ScanStatus.FAILED, StatusReason.WORKER_LOST, at)
    return 1


OWNER_GRACE = 30_000_000
"""Microseconds without a lease after which a CLI scan's process counts as gone."""
