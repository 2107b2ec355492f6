"""The host of a repeated proof: held as a shard holds it, or shared with the scan that does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from msgspec import structs

from cyberai.app.context import App
from cyberai.app.shard_entry import session_limits
from cyberai.domain.ids import ShardId
from cyberai.domain.scan import Scan
from cyberai.domain.scope import ScanScope
from cyberai.domain.unit import Lease, Shard
from cyberai.ports.network import NetworkSession, TransportError

HOLD = 45_000_000
"""Microseconds for which the host is held: longer than a repeated proof may take."""

BESIDE = 2
"""Requests per second, one at a time, with which a proof is repeated beside a scan of the same host: somebody waits for
it, however long that scan runs."""


@asynccontextmanager
async def session_at(
    app: App, scan: Scan, scope: ScanScope, host: str, holder: str
) -> AsyncIterator[NetworkSession]:
    """A session for requests to this host within the limits of the scan. Scans of the host wait while it lasts, as they
    wait for one another; while one is at work there already, the session adds next to nothing to its pace."""
    limits = session_limits(app, scan)
    session = app.network.open(scope, limits)
    lease = Lease(Shard(ShardId(f"{holder}:{host}"), scan.workspace, scan.id, host), holder, 0)
    try:
        if not await _taken(app, session, lease):
            await session.aclose()
            rate = min(limits.requests_per_second or BESIDE, BESIDE)
            session = app.network.open(scope, structs.replace(limits, concurrent=1, requests_per_second=rate))
        yield session
    finally:
        await session.aclose()
        await app.store.write(scan.workspace, lambda tx: tx.shards.release_addresses(lease.shard.id))


async def _taken(app: App, session: NetworkSession, lease: Lease) -> bool:
    """Whether nobody else works at the address; an unknown address is nobody's."""
    with suppress(TransportError):
        address = (await session.resolve(lease.shard.host))[0]
        at = app.clock.now()
        return await app.store.write(
            lease.shard.workspace, lambda tx: tx.shards.lease_address(lease, address, at, at + HOLD)
        )
    return True
