"""Erasing a scan: what it found, its evidence, what its events said. The numbers of the events stay."""

from functools import partial

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.scans import require_scan
from cyberai.domain.errors import Conflict
from cyberai.domain.ids import ScanId, WorkspaceId
from cyberai.domain.report import ReportStatus
from cyberai.domain.scan_moves import Move, require_move
from cyberai.ports.repositories import Page, ReportFilter
from cyberai.ports.store import Tx

STEP = 500
"""Rows of one transaction, so that others can write in between."""

_OPEN = (ReportStatus.QUEUED, ReportStatus.GENERATING)


class PurgeResource(Struct, kw_only=True):
    """What was erased: `vulnerabilities` only this scan saw, `vulnerabilities_kept` that others saw as well (their
    evidence from this scan is gone), `events` whose bodies were emptied, `reports` that covered the scan."""

    id: str
    purged: bool = True
    vulnerabilities: int = 0
    vulnerabilities_kept: int = 0
    events: int = 0
    reports: int = 0


async def purge_scan(app: App, workspace: WorkspaceId, scan_id: str) -> PurgeResource:
    """Erase a scan that has ended; raise NotFound or Conflict.

    It goes piece by piece, the scan itself last: what was cut off (kill -9) is finished by asking again."""
    found = await app.store.read(workspace, lambda tx: _purgeable(tx, scan_id))
    done = PurgeResource(id=found)
    seq = 0
    while True:
        seq, count = await app.store.write(workspace, partial(_empty_events, scan_id=found, seq=seq))
        done.events += count
        if not count:
            break
    while True:
        step = await app.store.write(workspace, lambda tx: tx.erase.vulnerabilities(found, STEP))
        done.vulnerabilities += step.erased
        done.vulnerabilities_kept += step.kept
        if not step.erased + step.kept:
            break
    while await app.store.write(workspace, lambda tx: tx.erase.work(found, STEP)):
        pass
    while await app.store.write(workspace, lambda tx: tx.inventory.forget_scan(found, STEP)):
        pass
    done.reports = await app.store.write(workspace, lambda tx: _erase_rest(tx, found))
    return done


def _empty_events(tx: Tx, *, scan_id: ScanId, seq: int) -> tuple[int, int]:
    return tx.erase.events(scan_id, seq, STEP)


def _purgeable(tx: Tx, scan_id: str) -> ScanId:
    scan = require_scan(tx, scan_id)
    require_move(scan.status, Move.PURGE)
    open_reports = ReportFilter(scan_id=(scan.id,), status=tuple(status.value for status in _OPEN))
    if tx.reports.page(open_reports, Page(limit=1)):
        raise Conflict(
            "A report on this scan is being made",
            field="id",
            reason="Wait until the report is ready, then purge the scan; the report goes with it",
        )
    return scan.id


def _erase_rest(tx: Tx, scan_id: ScanId) -> int:
    """The reports and the scan, together: a report on it that was asked for in the meantime refuses."""
    _purgeable(tx, scan_id)
    where = ReportFilter(scan_id=(scan_id,))
    count = 0
    while rows := tx.reports.page(where, Page(limit=STEP)):
        for row in rows:
            tx.blobs.drop(row.report.id)
            tx.reports.remove(row.report.id)
        count += len(rows)
    tx.erase.scan(scan_id)
    return count
