"""Taking over a scan of the command line that was interrupted, killed or ran out of time: nothing is repeated."""

from collections.abc import Callable
from functools import partial

from cyberai.app.context import App
from cyberai.app.events import head, scan_event
from cyberai.app.resources import ScanResource
from cyberai.app.run_scan import follow
from cyberai.app.scan_request import judge_targets
from cyberai.app.scans import require_scan
from cyberai.app.shard_entry import LEASE
from cyberai.domain.errors import Conflict, NotFound
from cyberai.domain.event import Event, EventType
from cyberai.domain.ids import ScanId, WorkspaceId
from cyberai.domain.scan import Scan, ScanStatus, StatusReason
from cyberai.ports.store import Tx

_RESUMABLE = frozenset({StatusReason.CANCELLED_BY_USER, StatusReason.WORKER_LOST, StatusReason.TIMED_OUT})
EXPECTED = 300_000_000
"""Microseconds the rest is expected to take, before anything is known about it."""


async def resume_in_process(
    app: App, workspace: WorkspaceId, scan_id: str, *, owner: str, on_event: Callable[[Event], None]
) -> ScanResource:
    """Go on with the scan in this process to its end, as `scan_in_process` does. Raise NotFound, or Conflict when
    the scan is done, belongs to the server's workers, or another process still works on it."""
    spec = (await app.store.read(workspace, lambda tx: _require(tx, scan_id))).spec
    judge_targets(app, spec)
    await _until_free(app, workspace, scan_id)
    seq = await head(app, workspace)
    await app.store.write(workspace, lambda tx: _take_over(app, tx, scan_id, owner))
    return await follow(app, workspace, scan_id, seq=seq, owner=owner, on_event=on_event)


async def may_resume(app: App, workspace: WorkspaceId, scan_id: str) -> bool:
    """Whether it is a scan of the command line with something left to do, whoever works on it at present."""
    try:
        await app.store.read(workspace, lambda tx: _require(tx, scan_id))
    except (NotFound, Conflict):
        return False
    return True


async def found_so_far(app: App, workspace: WorkspaceId, scan_id: str) -> tuple[int, int]:
    """The number of the last event, and how many vulnerabilities the scan has seen by then."""

    def read(tx: Tx) -> tuple[int, int]:
        return tx.events.head(), sum(tx.vulnerabilities.severities(ScanId(scan_id)).values())

    return await app.store.read(workspace, read)


async def _until_free(app: App, workspace: WorkspaceId, scan_id: str) -> None:
    """A process that was killed holds its lease for some seconds; one that lives goes on prolonging it."""
    end = app.clock.monotonic() + LEASE / 1e6 + 1
    while app.clock.monotonic() < end:
        at = app.clock.now()
        if await app.store.read(workspace, partial(_leased, scan_id=scan_id, at=at)) == 0:
            return
        await app.clock.sleep(0.25)


def _leased(tx: Tx, *, scan_id: str, at: int) -> int:
    return tx.shards.leased_count(_require(tx, scan_id).id, at)


def _require(tx: Tx, scan_id: str) -> Scan:
    try:
        scan = require_scan(tx, scan_id)
    except NotFound as error:
        raise NotFound(f"There is no scan {scan_id}", reason="cyberai scans lists the ids") from error
    if not scan.owner:
        raise Conflict(
            "This scan belongs to the server",
            reason="Its workers go on with it by themselves: start `cyberai serve` on this data directory",
        )
    if scan.status is ScanStatus.COMPLETED or (scan.status.terminal and scan.status_reason not in _RESUMABLE):
        why = (scan.status_reason.value if scan.status_reason else "").replace("_", " ")
        raise Conflict(
            f"The scan has {scan.status.value}" + (f": {why}" if why else ""),
            reason="There is nothing to go on with; cyberai report shows its result, cyberai scan starts a new one",
        )
    return scan


def _take_over(app: App, tx: Tx, scan_id: str, owner: str) -> None:
    at = app.clock.now()
    scan = _require(tx, scan_id)
    if tx.shards.leased_count(scan.id, at) > 0:
        raise Conflict(
            "Another process works on this scan",
            reason=f"Follow it with `cyberai watch {scan.id}`, or end that process first ({scan.owner})",
        )
    left = sum(row.total - row.done for row in tx.units.counts(scan.id))
    if tx.shards.reopen(scan.id) < left:
        raise Conflict(
            "What was left to do is no longer kept",
            reason="`cyberai gc` has removed this scan's working data; start a new scan",
        )
    taken = scan.replace(
        status=ScanStatus.RUNNING,
        status_reason=None,
        status_detail="",
        cancel_requested=False,
        owner=owner,
        started_at=_shifted_start(scan, at),
        finished_at=None,
        statistics=None,
        counts_by_severity=None,
        risk_score=None,
        verdict=None,
        resumed_count=scan.resumed_count + 1,
        estimated_completion=at + EXPECTED,
        updated_at=at,
    )
    tx.scans.update(taken)
    tx.events.append(scan_event(app, EventType.SCAN_RESUMED, taken, at))


def _shifted_start(scan: Scan, at: int) -> int | None:
    """The time during which nobody worked does not count; a scan that ran out of time gets as much again."""
    if scan.started_at is None or scan.status_reason is StatusReason.TIMED_OUT:
        return None if scan.started_at is None else at
    worked = (scan.finished_at or scan.updated_at) - scan.started_at
    return at - max(0, worked)
