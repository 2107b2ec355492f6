"""Removing what is old, in steps so small that scans and clients beside it notice nothing."""

import logging
from functools import partial

from msgspec import Struct

from cyberai.app.context import App
from cyberai.domain.errors import StoreError, Unavailable
from cyberai.domain.ids import SYSTEM, ReportId, ScanId, VulnerabilityId, WorkspaceId
from cyberai.domain.scan import ScanStatus
from cyberai.ports.repositories import (
    Page,
    RankedReport,
    RankedScan,
    RankedVulnerability,
    ReportFilter,
    ScanFilter,
    VulnerabilityFilter,
)
from cyberai.ports.retention import Amount, OldEvents
from cyberai.ports.store import Tx

DAY = 86_400_000_000
STEP = 1_000
"""Rows removed per transaction."""
PAGE = 200
FIRST, EVERY = 600.0, 6 * 3600.0
"""Seconds after which a server begins to remove what is old, and between two times."""
_LOG = logging.getLogger("cyberai.retention")
_ENDED = (ScanStatus.COMPLETED.value, ScanStatus.FAILED.value, ScanStatus.CANCELLED.value)


class Keep(Struct, frozen=True, kw_only=True):
    """Days that each kind is kept; 0 means for ever."""

    events: int = 30
    work: int = 30
    reports: int = 0
    evidence: int = 0


class Freed(Struct, frozen=True, kw_only=True):
    """What was removed, or would be: by kind."""

    events: Amount = Amount()
    work: Amount = Amount()
    reports: Amount = Amount()
    evidence: Amount = Amount()
    leases: Amount = Amount()

    @property
    def bytes(self) -> int:
        """Of all kinds together."""
        return sum(
            amount.bytes for amount in (self.events, self.work, self.reports, self.evidence, self.leases)
        )


async def collect_garbage(app: App, keep: Keep, *, dry_run: bool = False) -> Freed:
    """Remove what is older than it is to be kept, in every workspace; with `dry_run` only count it."""
    at = app.clock.now()
    sweep = _Sweep(app, at, dry_run)
    events = work = reports = evidence = Amount()
    for workspace in await app.store.read(SYSTEM, lambda tx: tx.workspaces()):
        if keep.events:
            events += await sweep.events(workspace, at - keep.events * DAY)
        if keep.work:
            work += await sweep.work(workspace, at - keep.work * DAY)
        if keep.reports:
            reports += await sweep.reports(workspace, at - keep.reports * DAY)
        if keep.evidence:
            evidence += await sweep.evidence(workspace, at - keep.evidence * DAY)
    leases = await app.store.read(SYSTEM, lambda tx: tx.retention.stale(at))
    if leases.rows and not dry_run:
        await app.store.write(SYSTEM, lambda tx: tx.retention.drop_stale(at))
    return Freed(events=events, work=work, reports=reports, evidence=evidence, leases=leases)


async def keep_collecting(app: App, keep: Keep) -> None:
    """Until cancelled: remove what is old from time to time. Several servers of one store may do so at once; a store
    that refuses is asked again the next time."""
    await app.clock.sleep(FIRST)
    while True:
        try:
            freed = await collect_garbage(app, keep)
        except (StoreError, Unavailable) as error:
            _LOG.warning("what is old could not be removed, next try in %.0f h: %s", EVERY / 3600, error)
        else:
            if freed.bytes:
                _LOG.info("removed what is old: %d bytes", freed.bytes)
        await app.clock.sleep(EVERY)


class _Sweep:
    def __init__(self, app: App, at: int, dry_run: bool) -> None:
        self._store = app.store
        self._at = at
        self._dry = dry_run

    async def events(self, workspace: WorkspaceId, before: int) -> Amount:
        total, seq = Amount(), 0
        while True:
            old = await self._store.read(workspace, partial(_old_events, before=before, seq=seq))
            if old is None:
                return total
            total, seq = total + old.amount, old.last
            if not self._dry:
                await self._store.write(workspace, partial(_drop_events, seq=seq))

    async def work(self, workspace: WorkspaceId, before: int) -> Amount:
        total = Amount()
        top: int | None = None
        where = ScanFilter(status=_ENDED, created_before=before)
        while rows := await self._store.read(workspace, partial(_scans, where=where, top=top)):
            top = rows[-1].rank
            for scan in [row.scan for row in rows if (row.scan.finished_at or before) < before]:
                kept = await self._store.read(workspace, partial(_work, scan_id=scan.id))
                total += kept
                left = 0 if self._dry else kept.rows
                while left > 0:
                    left = await self._store.write(workspace, partial(_drop_work, scan_id=scan.id))
        return total

    async def reports(self, workspace: WorkspaceId, before: int) -> Amount:
        total = Amount()
        top: int | None = None
        while rows := await self._store.read(workspace, partial(_reports, top=top)):
            top = rows[-1].rank
            old = [row.report.id for row in rows if (row.report.completed_at or before) < before]
            for report_id in old:
                total += await self._store.read(workspace, partial(_report, report_id=report_id))
                if not self._dry:
                    await self._store.write(workspace, partial(_drop_report, report_id=report_id))
        return total

    async def evidence(self, workspace: WorkspaceId, before: int) -> Amount:
        total = Amount()
        top: int | None = None
        where = VulnerabilityFilter(created_before=before)
        while rows := await self._store.read(workspace, partial(_vulnerabilities, where=where, top=top)):
            top = rows[-1].rank
            for row in [row.vulnerability for row in rows if row.vulnerability.last_seen < before]:
                total += await self._store.read(workspace, partial(_evidence, vulnerability_id=row.id))
                if not self._dry:
                    await self._store.write(workspace, partial(_drop_evidence, vulnerability_id=row.id))
        return total


def _old_events(tx: Tx, *, before: int, seq: int) -> OldEvents | None:
    return tx.retention.old_events(before, seq, STEP)


def _drop_events(tx: Tx, *, seq: int) -> None:
    tx.retention.drop_events(seq)


def _scans(tx: Tx, *, where: ScanFilter, top: int | None) -> list[RankedScan]:
    return tx.scans.page(where, Page(PAGE, top))


def _work(tx: Tx, *, scan_id: ScanId) -> Amount:
    return tx.retention.work(scan_id)


def _drop_work(tx: Tx, *, scan_id: ScanId) -> int:
    return tx.retention.drop_work(scan_id, STEP)


def _reports(tx: Tx, *, top: int | None) -> list[RankedReport]:
    return tx.reports.page(ReportFilter(), Page(PAGE, top))


def _report(tx: Tx, *, report_id: ReportId) -> Amount:
    return tx.retention.report(report_id)


def _drop_report(tx: Tx, *, report_id: ReportId) -> None:
    tx.retention.drop_report(report_id)


def _vulnerabilities(tx: Tx, *, where: VulnerabilityFilter, top: int | None) -> list[RankedVulnerability]:
    return tx.vulnerabilities.page(where, Page(PAGE, top))


def _evidence(tx: Tx, *, vulnerability_id: VulnerabilityId) -> Amount:
    return tx.retention.evidence(vulnerability_id)


def _drop_evidence(tx: Tx, *, vulnerability_id: VulnerabilityId) -> None:
    tx.retention.drop_evidence(vulnerability_id)
