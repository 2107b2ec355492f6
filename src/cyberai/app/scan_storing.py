"""Storing a scan: one transaction from its judged spec to the first units."""

from cyberai.app.admission import free_slots
from cyberai.app.context import App
from cyberai.app.events import shown_scan_event
from cyberai.app.idempotency import Keep, not_kept
from cyberai.app.resources import ScanResource, scan_resource
from cyberai.app.scan_log import note
from cyberai.domain.event import EventType
from cyberai.domain.ids import ScanId, ShardId, WorkspaceId
from cyberai.domain.scan import Scan, ScanSpec, ScanStatus
from cyberai.domain.scan_log import LogKind
from cyberai.domain.target import Target
from cyberai.domain.unit import Shard, Unit
from cyberai.engine.plan import entry_units, shard_hosts
from cyberai.ports.store import Tx

DEFAULT_DURATION = 300.0
"""Seconds a scan is expected to take before anything is known about its target."""

LIKELY = 5
"""Completed scans of a target among which one like the new one is looked for."""


async def store_scan(
    app: App,
    workspace: WorkspaceId,
    spec: ScanSpec,
    targets: tuple[Target, ...],
    *,
    owner: str = "",
    retry_of: ScanId | None = None,
    keep: Keep[ScanResource] = not_kept,
) -> ScanResource:
    """Store a scan whose spec was judged, with its first event, its shards and their first units."""
    at = app.clock.now()
    scan = Scan(
        id=ScanId(app.ids.new("scan")),
        workspace=workspace,
        spec=spec,
        status=ScanStatus.QUEUED,
        created_at=at,
        updated_at=at,
        estimated_completion=at + round(DEFAULT_DURATION * 1_000_000),
        owner=owner,
        retry_of=retry_of,
    )
    work = _shards(app, scan, spec, targets)

    def store(tx: Tx) -> ScanResource:
        resource = _store_scan(app, tx, scan, work, at)
        keep(tx, resource)
        return resource

    resource = await app.store.write(workspace, store)
    app.wake()
    return resource


def _shards(
    app: App, scan: Scan, spec: ScanSpec, targets: tuple[Target, ...]
) -> list[tuple[Shard, tuple[Unit, ...]]]:
    return [
        (
            Shard(ShardId(app.ids.new("shard")), scan.workspace, scan.id, host),
            entry_units(targets, host, spec),
        )
        for host in shard_hosts(targets)
    ]


def _store_scan(
    app: App, tx: Tx, scan: Scan, work: list[tuple[Shard, tuple[Unit, ...]]], at: int
) -> ScanResource:
    scan = _learned(tx, scan, at)
    if scan.owner or free_slots(tx, at) > 0:
        scan = scan.replace(status=ScanStatus.RUNNING)
    tx.scans.insert(scan)
    for shard, units in work:
        tx.shards.insert(shard, scan.owner)
        tx.units.add(shard, units)
    resource = scan_resource(scan)
    tx.events.append(shown_scan_event(app, EventType.SCAN_CREATED, resource, at))
    note(tx, scan.id, LogKind.STATE, "created", at, f"retry of {scan.retry_of}" if scan.retry_of else "")
    return resource


def _learned(tx: Tx, scan: Scan, at: int) -> Scan:
    """The scan with what the last one like it (same targets, depth and choice of checks) tells of its pace."""
    for past in tx.scans.last_completed(scan.target, LIKELY):
        if _kind(past.spec) == _kind(scan.spec) and past.pace.measured:
            pace = past.pace.remembered()
            expected = sum(work.seconds for work in past.pace.measured)
            return scan.replace(
                pace=pace, estimated_completion=at + max(1_000_000, round(expected * 1_000_000))
            )
    return scan


def _kind(spec: ScanSpec) -> tuple[object, ...]:
    options, policies = spec.options, spec.policies
    return spec.targets, spec.scan_type, options.depth, options.ports, options.checks, policies.mode
