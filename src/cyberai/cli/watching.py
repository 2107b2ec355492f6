"""Following a scan's events from the store, through restarts of whoever runs it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from cyberai.app.resources import ScanResource
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.following import Update
from cyberai.domain.scan import ScanStatus, Verdict, VerdictResult

if TYPE_CHECKING:
    from cyberai.app.context import App
    from cyberai.domain.ids import WorkspaceId

TURN = 0.5
"""Seconds to wait for an event before looking again."""
LOST_SECONDS = 5.0
"""How often it is looked whether the process of the scan is gone."""


async def watch_store(
    app: "App", workspace: "WorkspaceId", scan_id: str, on_update: Callable[[Update], None]
) -> ScanResource:
    """Until the scan ends; the scan then. Raise NotFound."""
    from cyberai.app.admission import tidy
    from cyberai.app.events import events_after
    from cyberai.app.resume_scan import found_so_far
    from cyberai.app.scans import get_scan

    scan = await get_scan(app, workspace, scan_id)
    seq, _ = await found_so_far(app, workspace, scan_id)
    on_update(Update("scan.progress", app.clock.now(), msgspec.to_builtins(scan), scan_id))
    looked_at = app.clock.monotonic()
    while not ScanStatus(scan.status).terminal:
        if app.clock.monotonic() - looked_at > LOST_SECONDS:
            # Where no server runs, nobody else ends the scan of a process that was killed.
            await tidy(app)
            looked_at = app.clock.monotonic()
        for event in await events_after(app, workspace, seq, 500):
            seq = event.seq
            if event.scan_id == scan_id:
                on_update(Update(event.type.value, event.at, msgspec.json.decode(event.data), scan_id))
        await app.store.changed(TURN)
        scan = await get_scan(app, workspace, scan_id)
    return scan


def verdict_of(scan: ScanResource) -> ExitCode:
    """OK for a complete, conclusive scan."""
    conclusive = isinstance(scan.verdict, Verdict) and scan.verdict.result is not VerdictResult.INCONCLUSIVE
    done = scan.status == ScanStatus.COMPLETED.value and conclusive
    return ExitCode.OK if done else ExitCode.INCOMPLETE
