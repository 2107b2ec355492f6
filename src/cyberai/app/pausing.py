"""A scan that stands still and goes on: what both mean for its row, its time and its events."""

from msgspec import structs

from cyberai.app.context import App
from cyberai.app.events import scan_event
from cyberai.app.scan_log import note
from cyberai.domain.event import EventType
from cyberai.domain.scan import Scan, ScanStatus
from cyberai.domain.scan_log import LogKind
from cyberai.ports.store import Tx

PAUSED = "Paused"
RESUMED = "Going on after a pause"


def stand_still(app: App, tx: Tx, scan: Scan, at: int) -> Scan:
    """Store the scan as paused: the caller knows that nobody holds a lease on any part of it."""
    progress = structs.replace(scan.progress, status=PAUSED, eta_seconds=None)
    paused = scan.replace(status=ScanStatus.PAUSED, paused_at=at, progress=progress, updated_at=at)
    tx.scans.update(paused)
    tx.events.append(scan_event(app, EventType.SCAN_PAUSED, paused, at))
    note(tx, scan.id, LogKind.STATE, "paused", at)
    return paused


def go_on(app: App, tx: Tx, scan: Scan, status: ScanStatus, at: int) -> Scan:
    """Store the scan as running or queued again; the time it stood still is given back to it."""
    stood = max(0, at - scan.paused_at) if scan.paused_at is not None else 0
    resumed = scan.replace(
        status=status,
        paused_at=None,
        paused_for=scan.paused_for + (stood if scan.started_at is not None else 0),
        estimated_completion=scan.estimated_completion + stood,
        progress=structs.replace(scan.progress, status=RESUMED),
        pace=structs.replace(scan.pace, at=at),
        updated_at=at,
    )
    tx.scans.update(resumed)
    tx.events.append(scan_event(app, EventType.SCAN_RESUMED, resumed, at))
    note(tx, scan.id, LogKind.STATE, "resumed", at)
    return resumed
