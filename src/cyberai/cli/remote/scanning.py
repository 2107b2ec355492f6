"""A scan by a server: created, followed live or by looking, cancelled with whoever waits for it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Any, cast

import msgspec

from cyberai.app.requests import ScanRequest
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.following import Update
from cyberai.cli.platform import OnUpdate
from cyberai_sdk import AsyncClient
from cyberai_sdk.errors import Conflict, CyberAIError, Forbidden, Unauthorized
from cyberai_sdk.models import Event, Scan, ScanStatus

COUNT_SECONDS = 10.0
"""How often findings are counted where no event tells of them."""
CANCEL_SECONDS = 60.0
"""How long a cancelled scan may take to end."""
_ENDS = (ScanStatus.COMPLETED, ScanStatus.FAILED, ScanStatus.CANCELLED)


class RemoteScan:
    """Runs or follows one scan; `on_update` is told what happens to it."""

    def __init__(self, client: AsyncClient, on_update: OnUpdate) -> None:
        self._client = client
        self._on_update = on_update
        self._counted_at = float("-inf")

    async def create(self, request: ScanRequest) -> str:
        """Create a scan and follow it to its end; its id. Cancelling this cancels the scan, waits for its end and
        re-raises."""
        after = await self._newest_event()
        members: dict[str, Any] = msgspec.to_builtins(request)
        creating = asyncio.ensure_future(self._client.scans.create(**members))
        try:
            scan = await asyncio.shield(creating)
        except asyncio.CancelledError:
            # The request is on its way: only its answer tells which scan to cancel.
            scan = await creating
            self._tell(scan)
            await self._cancel(scan.id)
            raise
        self._tell(scan)
        return await self._to_its_end(scan.id, after)

    async def resume(self, scan_id: str) -> str:
        """Go on with a paused scan, or with watching one that runs, as above; raise Failure where it has ended."""
        after = await self._newest_event()
        scan = await self._client.scans.get(scan_id)
        if scan.status in _ENDS:
            raise Failure(
                f"The scan has {scan.status.value}",
                why="a server goes on with what was stopped by itself; nothing is left to do",
                next_step="cyberai report shows its result, cyberai scan starts a new one",
                code=ExitCode.USAGE,
            )
        if scan.status in (ScanStatus.PAUSED, ScanStatus.PAUSING):
            scan = await self._client.scans.resume(scan_id)
        self._tell(scan)
        return await self._to_its_end(scan_id, after)

    async def follow(self, scan_id: str) -> None:
        """Until the scan has ended, live or by looking; cancelling this leaves the scan alone."""
        await self._follow(scan_id, await self._newest_event())

    async def _follow(self, scan_id: str, after: int | None) -> None:
        """By its events after that number, or by looking every two seconds where the event stream is not to be had."""
        scan = await self._client.scans.get(scan_id)
        self._tell(scan)
        if scan.status in _ENDS:
            return
        if after is not None:
            try:
                await self._over_stream(scan_id, after)
                return
            except Unauthorized:
                raise
            except CyberAIError:
                pass  # a proxy that lets no stream through, a key that may not read events: look instead
        await self._client.scans.wait(scan_id, on_progress=self._looked, check=False, live=False)

    async def found(self, scan_id: str) -> int:
        """Findings so far; none for a key that may not read them: it hears of no further ones either."""
        page = self._client.vulnerabilities.list(scan_id=scan_id, limit=1, include="total")
        try:
            total = (await page.first_page()).total
        except Forbidden:
            return 0
        return total if isinstance(total, int) else 0

    async def _to_its_end(self, scan_id: str, after: int | None) -> str:
        try:
            await self._follow(scan_id, after)
        except asyncio.CancelledError:
            await self._cancel(scan_id)
            raise
        return scan_id

    async def _cancel(self, scan_id: str) -> None:
        """Ask the server to cancel, and wait until it has; raise Failure where it cannot be asked."""
        try:
            with suppress(Conflict):  # it ended by itself just now
                await self._client.scans.cancel(scan_id)
            await self._client.scans.wait(scan_id, CANCEL_SECONDS, check=False, live=False)
        except CyberAIError as error:
            raise Failure(
                f"The server did not confirm that it cancels scan {scan_id}",
                why=str(error),
                next_step=f"It may go on: cyberai watch {scan_id} with the same --server or --profile shows it",
            ) from error

    async def _newest_event(self) -> int | None:
        """The number of the newest event; None where this key or this server has no events."""
        try:
            return (await self._client.events.list(limit=1).first_page()).head_seq
        except Unauthorized:
            raise
        except CyberAIError:
            return None

    async def _over_stream(self, scan_id: str, after: int) -> None:
        stream = cast(AsyncGenerator[Event], self._client.events.stream(after, scan_id=scan_id))
        async with aclosing(stream) as events:
            async for event in events:
                if event.type == "resync":
                    scan = await self._client.scans.get(scan_id)
                    self._tell(scan)
                    if scan.status in _ENDS:
                        return
                elif self._take(event, scan_id):
                    return

    def _take(self, event: Event, scan_id: str) -> bool:
        """True when it tells of the scan's end."""
        is_state = event.type.startswith("scan.") and "progress" in event.data
        if is_state or event.type == "vulnerability.found":
            self._on_update(Update(event.type, _micros(event.timestamp), dict(event.data), scan_id))
        return is_state and event.data.get("status") in _ENDS

    async def _looked(self, scan: Scan) -> None:
        now = asyncio.get_running_loop().time()
        found = None
        if now - self._counted_at >= COUNT_SECONDS or scan.status in _ENDS:
            self._counted_at = now
            found = await self.found(scan.id)
        self._tell(scan, found)

    def _tell(self, scan: Scan, found: int | None = None) -> None:
        ended = scan.status in _ENDS
        type = f"scan.{scan.status.value}" if ended else "scan.progress"
        self._on_update(Update(type, _micros(scan.updated_at), msgspec.to_builtins(scan), scan.id, found))


def _micros(at: datetime) -> int:
    """UTC microseconds."""
    return int(at.timestamp() * 1_000_000)
