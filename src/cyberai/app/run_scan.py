"""A scan in this process, without server or account: the same loop over the same store."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from cyberai.app.cancel import cancel_scan
from cyberai.app.context import App
from cyberai.app.events import events_after, head
from cyberai.app.requests import ScanRequest
from cyberai.app.resources import ScanResource
from cyberai.app.run_shard import Ending, claim, run_shard
from cyberai.app.scan_creation import create_scan
from cyberai.app.scans import get_scan
from cyberai.domain.errors import Conflict
from cyberai.domain.event import Event
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.scan import ScanStatus

EVENT_INTERVAL = 0.1
BUSY_WAIT = 0.5


async def scan_in_process(
    app: App,
    workspace: WorkspaceId,
    request: ScanRequest,
    *,
    owner: str,
    on_event: Callable[[Event], None],
) -> ScanResource:
    """Create a scan owned by this process and run it to its end; events are handed over as they happen.

    Cancelling this coroutine cancels the scan, keeps what was found and re-raises CancelledError.
    """
    seq = await head(app, workspace)
    created = await create_scan(app, workspace, request, owner=owner)
    return await follow(app, workspace, created.id, seq=seq, owner=owner, on_event=on_event)


async def follow(
    app: App,
    workspace: WorkspaceId,
    scan_id: str,
    *,
    seq: int,
    owner: str,
    on_event: Callable[[Event], None],
) -> ScanResource:
    """Run a stored scan that this process owns; events after `seq` are handed over. Cancelling as above."""
    watcher = asyncio.create_task(_watch(app, workspace, seq, scan_id, on_event))
    running = asyncio.create_task(_run(app, workspace, scan_id, owner))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        # Not cut off in the middle of a claim: a lease that nobody works on would hold the scan open.
        with suppress(Conflict):  # it ended by itself just now
            await cancel_scan(app, workspace, scan_id)
        await asyncio.shield(running)
        raise
    finally:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)
    return await get_scan(app, workspace, scan_id)


async def _run(app: App, workspace: WorkspaceId, scan_id: str, owner: str) -> None:
    while True:
        lease = await claim(app, owner, owner)
        if lease is not None:
            ending = await run_shard(app, lease)
            if ending is not Ending.BUSY:
                continue
        scan = await get_scan(app, workspace, scan_id)
        if ScanStatus(scan.status).terminal:
            return
        await app.clock.sleep(BUSY_WAIT)


async def _watch(
    app: App, workspace: WorkspaceId, seq: int, scan_id: str, on_event: Callable[[Event], None]
) -> None:
    while True:
        for event in await events_after(app, workspace, seq, 500):
            seq = event.seq
            if event.scan_id == scan_id:
                on_event(event)
        await app.store.changed(EVENT_INTERVAL)
