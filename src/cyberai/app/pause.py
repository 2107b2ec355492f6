"""Pausing and resuming a scan: a paused one holds no worker and no host, and keeps everything."""

from cyberai.app.admission import free_slots, settle
from cyberai.app.context import App
from cyberai.app.pausing import go_on
from cyberai.app.resources import ScanResource, scan_resource
from cyberai.app.scan_log import note
from cyberai.app.scans import require_scan
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.scan import Scan, ScanStatus
from cyberai.domain.scan_log import LogKind
from cyberai.domain.scan_moves import Move, require_move
from cyberai.ports.store import Tx


async def pause_scan(app: App, workspace: WorkspaceId, scan_id: str) -> ScanResource:
    """Pause: `pausing` until the units in flight are done (at most 10 s), `paused` at once when none is. Pausing
    twice changes nothing; raise NotFound, or Conflict on a scan that ends or has ended."""
    at = app.clock.now()
    return scan_resource(await app.store.write(workspace, lambda tx: _pause(app, tx, scan_id, at)))


def _pause(app: App, tx: Tx, scan_id: str, at: int) -> Scan:
    scan = require_scan(tx, scan_id)
    require_move(scan.status, Move.PAUSE)
    if scan.status in (ScanStatus.PAUSING, ScanStatus.PAUSED):
        return scan
    tx.scans.update(scan.replace(status=ScanStatus.PAUSING, updated_at=at))
    note(tx, scan.id, LogKind.STATE, "pause asked for", at)
    settle(app, tx, scan.id, at)
    return require_scan(tx, scan_id)


async def resume_scan(app: App, workspace: WorkspaceId, scan_id: str) -> ScanResource:
    """Go on: `running` when a worker is free, else `queued`. No unit whose result was stored is done again. Raise
    NotFound, or Conflict on a scan that is not paused."""
    at = app.clock.now()
    stored = await app.store.write(workspace, lambda tx: _resume(app, tx, scan_id, at))
    app.wake()
    return scan_resource(stored)


def _resume(app: App, tx: Tx, scan_id: str, at: int) -> Scan:
    scan = require_scan(tx, scan_id)
    require_move(scan.status, Move.RESUME)
    # A scan that is still pausing has kept its slot; one that a process owns needs none.
    has_slot = scan.owner or scan.status is ScanStatus.PAUSING or free_slots(tx, at) > 0
    return go_on(app, tx, scan, ScanStatus.RUNNING if has_slot else ScanStatus.QUEUED, at)
