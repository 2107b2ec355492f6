"""Cancelling a scan: findings so far stay."""

from cyberai.app.admission import settle
from cyberai.app.context import App
from cyberai.app.resources import ScanResource, scan_resource
from cyberai.app.scans import require_scan
from cyberai.domain.errors import Conflict, ErrorCode
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.scan import Scan, ScanStatus, StatusReason
from cyberai.ports.store import Tx


async def cancel_scan(app: App, workspace: WorkspaceId, scan_id: str) -> ScanResource:
    """Cancel: `cancelling` until the worker has stopped (within 2 s), `cancelled` at once when none works on
    it. Cancelling twice changes nothing; raise Conflict on a completed or failed scan."""
    at = app.clock.now()
    stored = await app.store.write(workspace, lambda tx: _cancel(app, tx, scan_id, at))
    app.wake()
    return scan_resource(stored)


def _cancel(app: App, tx: Tx, scan_id: str, at: int) -> Scan:
    scan = require_scan(tx, scan_id)
    if scan.status in (ScanStatus.CANCELLED, ScanStatus.CANCELLING):
        return scan
    if scan.status.terminal:
        raise Conflict(
            f"The scan has already {scan.status.value}",
            code=ErrorCode.SCAN_ALREADY_FINISHED,
            field="id",
            reason="Only a scan that is queued, running or paused can be cancelled; its results stay as they are",
        )
    scan = scan.replace(
        status=ScanStatus.CANCELLING,
        cancel_requested=True,
        status_reason=StatusReason.CANCELLED_BY_USER,
        updated_at=at,
    )
    tx.scans.update(scan)
    return require_scan(tx, scan_id) if settle(app, tx, scan.id, at) else scan
