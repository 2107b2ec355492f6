"""Telling how far a scan is and how fast: the stored progress, its events and log entries."""

from cyberai.app.context import App
from cyberai.app.events import scan_event
from cyberai.app.progress import advance
from cyberai.app.scan_log import note
from cyberai.domain.event import EventType
from cyberai.domain.ids import ScanId
from cyberai.domain.scan import Scan
from cyberai.domain.scan_log import LogKind
from cyberai.ports.store import Tx

PROGRESS_INTERVAL = 1_000_000
"""Microseconds between two progress events of a scan."""

SILENCE = 2_500_000
"""Microseconds without a unit done after which the estimate moves on by itself."""


def tell_progress(app: App, tx: Tx, scan: Scan, at: int, interval: int = PROGRESS_INTERVAL) -> None:
    """Bring progress and estimate up to date and announce them, unless that was done within `interval`."""
    if at - scan.updated_at < interval or scan.cancel_requested:
        return
    requests, _ = tx.units.totals(scan.id)
    moved = advance(scan, tx.units.counts(scan.id), requests, at)
    tx.scans.update(moved)
    if moved.progress.phase is not scan.progress.phase:
        tx.events.append(scan_event(app, EventType.SCAN_PHASE_CHANGED, moved, at))
        note(tx, scan.id, LogKind.PHASE, moved.progress.phase.value, at, moved.progress.status)
    tx.events.append(scan_event(app, EventType.SCAN_PROGRESS, moved, at))


def tell_pace(tx: Tx, scan_id: ScanId, host: str, pace: float, at: int) -> None:
    """Log that the rate towards a host fell or is whole again; `pace` is its part of the full rate."""
    text = (
        "slowed down: the target answers late, throttles or times out" if pace < 1.0 else "at full pace again"
    )
    note(tx, scan_id, LogKind.ADAPTATION, text, at, f"{host}: {pace:.0%} of the full rate", merge=True)
