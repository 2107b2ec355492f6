"""How a worker enters a shard: the take-over from a dead one, the host it waits for, the start of the scan's time."""

from msgspec import structs

from cyberai.app.admission import admit_queued, settle
from cyberai.app.context import App
from cyberai.app.events import scan_event
from cyberai.app.finish import end_scan
from cyberai.app.scan_log import note
from cyberai.domain.errors import LeaseLost
from cyberai.domain.event import EventType
from cyberai.domain.ids import SYSTEM
from cyberai.domain.scan import Scan, ScanStatus, StatusReason
from cyberai.domain.scan_log import LogKind
from cyberai.domain.unit import Lease
from cyberai.ports.network import SessionLimits
from cyberai.ports.store import Tx

LEASE = 10_000_000
"""Microseconds a lease lasts; it is prolonged every third of that."""

MAX_TAKE_OVERS = 25
"""Times a scan may be taken over from a dead worker; then the scan itself is what kills them."""

BUSY_DELAY = 500_000
"""Microseconds before a shard whose host is busy is tried again."""

SIGN_OF_LIFE = 5_000_000
"""Microseconds after which a scan that waits says that somebody is still there: a CLI scan holds no lease then, and
without a sign would count as abandoned."""

WAITING = "Waiting: another scan is working on this host"


async def claim(app: App, worker: str, owner: str = "") -> Lease | None:
    """The next shard for this worker, or None."""
    at = app.clock.now()
    return await app.store.write(SYSTEM, lambda tx: tx.shards.claim(worker, at, at + LEASE, owner))


def begin(app: App, tx: Tx, lease: Lease) -> Scan | None:
    """The scan to work on; None when it has ended, or ends here because it was taken over too often."""
    at = app.clock.now()
    tx.shards.hold(lease, at + LEASE)
    scan = tx.scans.get(lease.shard.scan_id)
    if scan is None or scan.status.terminal:
        return None
    if not lease.resumed:
        return scan
    if scan.resumed_count >= MAX_TAKE_OVERS:
        detail = f"{scan.resumed_count} workers ended while they worked on this scan; their log says why"
        tx.shards.release_addresses(lease.shard.id)
        end_scan(app, tx, scan, ScanStatus.FAILED, StatusReason.WORKER_LOST, at, detail)
        admit_queued(app, tx, at)
        return None
    # Nobody worked on it for a while: that time is no unit's.
    pace = structs.replace(scan.pace, at=at)
    scan = scan.replace(resumed_count=scan.resumed_count + 1, updated_at=at, pace=pace)
    tx.scans.update(scan)
    note(tx, scan.id, LogKind.TAKE_OVER, "a worker was lost, another goes on", at, lease.shard.host)
    return scan


def start(app: App, tx: Tx, lease: Lease, at: int) -> int:
    """The scan's time runs from here: waiting for a host at which another scan works does not count. When it is
    up; raise LeaseLost when the scan has ended."""
    scan = tx.scans.get(lease.shard.scan_id)
    if scan is None or scan.status.terminal:
        raise LeaseLost("the scan has ended")
    if scan.started_at is None:
        scan = scan.replace(started_at=at, updated_at=at, pace=structs.replace(scan.pace, at=at))
        tx.scans.update(scan)
        tx.events.append(scan_event(app, EventType.SCAN_STARTED, scan, at))
        note(tx, scan.id, LogKind.STATE, "started", at)
    assert scan.deadline is not None
    return scan.deadline


def take_address(app: App, tx: Tx, lease: Lease, address: str, at: int) -> int | None:
    """Take the host and start, or give the shard back to be tried again; when the scan's time is up, or None."""
    tx.shards.hold(lease, at + LEASE)
    if tx.shards.lease_address(lease, address, at, at + LEASE):
        return start(app, tx, lease, at)
    _wait(app, tx, lease, at)
    tx.shards.release(lease, at + BUSY_DELAY)
    settle(app, tx, lease.shard.scan_id, at)
    return None


def _wait(app: App, tx: Tx, lease: Lease, at: int) -> None:
    scan = tx.scans.get(lease.shard.scan_id)
    if scan is None:
        return
    if scan.started_at is not None or scan.progress.status == WAITING:
        if at - scan.updated_at > SIGN_OF_LIFE:
            tx.scans.update(scan.replace(updated_at=at))
        return
    scan = scan.replace(progress=structs.replace(scan.progress, status=WAITING), updated_at=at)
    tx.scans.update(scan)
    tx.events.append(scan_event(app, EventType.SCAN_PROGRESS, scan, at))


def session_limits(app: App, scan: Scan) -> SessionLimits:
    """The limits that the scan asks for, and how it names itself."""
    options, policies = scan.spec.options, scan.spec.policies
    return SessionLimits(
        concurrent=options.concurrent,
        request_timeout=float(options.request_timeout),
        requests_per_second=policies.max_requests_per_second,
        ignore_ssl=options.ignore_ssl,
        syn=options.syn,
        user_agent=f"CyberAI/{app.version} ({scan.id})",
        custom_headers=policies.custom_headers,
    )
