"""Ranges: many hosts are looked at together before any of them has a worker to itself.

Most addresses of a range are empty, and an empty one costs seconds of waiting. So whoever claims a shard of a range
that nobody has looked at reserves many more, asks all their hosts together, and ends the shards of those without an
open port in one transaction; the rest is claimed host by host. A worker that dies here leaves reservations that end by
themselves; what was ended stays so.
"""

import asyncio
from collections.abc import Sequence

from cyberai.app.context import App
from cyberai.app.shard_entry import LEASE
from cyberai.app.task_end import end_tasks
from cyberai.app.telling import tell_progress
from cyberai.domain.scan import Scan, ScanStatus
from cyberai.domain.target import RangeTarget, Target, parse_target
from cyberai.domain.unit import SIFTED, Lease, Reserved
from cyberai.engine.inhabited import Inhabited, inhabited
from cyberai.engine.plan import PortList, entry_units, ports_asked
from cyberai.ports.network import NetworkSession
from cyberai.ports.store import Tx

AT_A_TIME = 1_024
"""Hosts looked at together."""

PROBES = 1_000_000
"""Probes of one look: hosts are fewer where the ports are many."""

FEW = 1_024
"""Hosts of a scan up to which those that answer without an open TCP port get a look of their own, for their UDP."""

KEEP = 3.0
"""Seconds after which reservations are prolonged."""


async def sift(app: App, lease: Lease, scan: Scan, session: NetworkSession) -> bool:
    """Look at the leased shard's host together with others of its scan's ranges. False when that host is done with."""
    targets = tuple(parse_target(text) for text in scan.spec.targets)
    if lease.shard.not_before or not _of_range(targets, lease.shard.host):
        return True
    if not await app.store.read(lease.shard.workspace, lambda tx: tx.units.pending(lease.shard, 1)):
        return False  # done before, as a part of such a look
    ports = ports_asked(scan.spec)
    count = max(min(AT_A_TIME, PROBES // max(len(ports.tcp), 1)), 1)
    at = app.clock.now()
    reserved = await app.store.write(
        lease.shard.workspace, lambda tx: tx.shards.reserve(lease, count - 1, at, at + LEASE)
    )
    ours = [each for each in reserved if _of_range(targets, each.shard.host)]
    keeper = asyncio.create_task(_keep(app, lease, reserved))
    try:
        hosts = [lease.shard.host, *(each.shard.host for each in ours)]
        seen = await inhabited(session.dialer, hosts, ports.tcp)
    finally:
        await end_tasks(keeper)
    stay = _worth_a_look(targets, ports, seen)
    at = app.clock.now()
    return await app.store.write(
        lease.shard.workspace, lambda tx: _settle(app, tx, lease, scan, targets, reserved, stay, at)
    )


def _worth_a_look(targets: tuple[Target, ...], ports: PortList, seen: Inhabited) -> frozenset[str]:
    size = sum(target.size for target in targets if isinstance(target, RangeTarget))
    return seen.alive if size <= FEW and ports.udp else seen.open


def _of_range(targets: tuple[Target, ...], host: str) -> bool:
    """Whether the host is only here as an address of a range: one that is named gets its answer by itself."""
    named = any(not isinstance(target, RangeTarget) and target.host == host for target in targets)
    return not named and any(isinstance(target, RangeTarget) for target in targets)


async def _keep(app: App, lease: Lease, reserved: Sequence[Reserved]) -> None:
    def prolong(tx: Tx) -> None:
        tx.shards.keep_reserved(reserved, app.clock.now() + LEASE)

    while True:
        await app.clock.sleep(KEEP)
        await app.store.write(lease.shard.workspace, prolong)


def _settle(
    app: App,
    tx: Tx,
    lease: Lease,
    scan: Scan,
    targets: tuple[Target, ...],
    reserved: Sequence[Reserved],
    stay: frozenset[str],
    at: int,
) -> bool:
    """End the shards of the empty hosts and give the others back; False when the leased one's is empty. A host that the
    inventory knows is not: what is gone from there has to be noted. Raise LeaseLost."""
    tx.shards.hold(lease, at + LEASE)

    def is_empty(host: str) -> bool:
        return host not in stay and _of_range(targets, host) and not tx.inventory.of_host(host, 1)

    empty = [each for each in reserved if is_empty(each.shard.host)]
    for each in empty:
        if tx.shards.finish_reserved(each):
            for unit in entry_units(targets, each.shard.host, scan.spec):
                tx.units.complete(each.shard, unit.id, requests=0, urls=0, failure="")
    ended = {each.shard.id for each in empty}
    tx.shards.free_reserved([each for each in reserved if each.shard.id not in ended], SIFTED)
    done = is_empty(lease.shard.host)
    if done:
        for unit in entry_units(targets, lease.shard.host, scan.spec):
            tx.units.complete(lease.shard, unit.id, requests=0, urls=0, failure="")
    now = tx.scans.get(scan.id)
    if now is not None and now.status is ScanStatus.RUNNING:
        tell_progress(app, tx, now, at)
    return not done
