"""A unit's result becomes state: outcomes, findings, events and newly found units in ONE transaction."""

from msgspec import Struct, structs

from cyberai.app.absence import Known, clear, known_of
from cyberai.app.context import App
from cyberai.app.events import vulnerability_event
from cyberai.app.inventory import Inventorying
from cyberai.app.scan_log import note
from cyberai.app.sightings import sighting_of, with_threat
from cyberai.app.telling import PROGRESS_INTERVAL, tell_progress
from cyberai.domain.change import merged
from cyberai.domain.check import CheckMeta, Errored, Found
from cyberai.domain.event import EventType
from cyberai.domain.scan import Scan
from cyberai.domain.scan_log import LogKind
from cyberai.domain.threat import Exposure
from cyberai.domain.unit import Lease, Stage, UnitResult
from cyberai.domain.verdict import in_words
from cyberai.ports.store import Tx


class Ingest(Struct, frozen=True):
    """What stays the same for all results of one shard."""

    app: App
    lease: Lease
    metas: dict[str, CheckMeta]
    lease_length: int
    known: Known
    exposure: Exposure | None = None

    def at(self, exposure: Exposure | None) -> "Ingest":
        """The same, once it is known from where the shard's host can be reached."""
        return structs.replace(self, exposure=exposure)

    async def store(self, result: UnitResult) -> None:
        """Store the result; raise LeaseLost when another worker took over."""
        at = self.app.clock.now()
        await self.app.store.write(self.lease.shard.workspace, lambda tx: self._apply(tx, result, at))

    def _apply(self, tx: Tx, result: UnitResult, at: int) -> None:
        tx.shards.hold(self.lease, at + self.lease_length)
        shard = self.lease.shard
        if not tx.units.complete(
            shard, result.unit.id, requests=result.requests, urls=result.urls, failure=result.failure
        ):
            return
        tx.units.add(shard, result.found)
        tx.ledger.add(shard.scan_id, result.outcomes)
        tx.services.put(shard.scan_id, result.services)
        scan = tx.scans.get(shard.scan_id)
        if scan is None or scan.status.terminal:
            return
        self._record(tx, scan, result, at)
        Inventorying(self.app, tx, scan, at).follow(result)
        clear(tx, scan, self.known, result)
        _log_errors(tx, scan, result, at)
        for text in result.notes:
            note(tx, scan.id, LogKind.LOGIN, text, at, merge=True)
        if result.changes:
            scan = scan.replace(changes=merged(scan.changes, result.changes))
            tx.scans.update(scan)
        # What takes ten seconds is told when it ends: the estimate counts from there what the next one has taken.
        measured = result.unit.stage is Stage.MEASURE
        tell_progress(self.app, tx, scan, at, 0 if measured else PROGRESS_INTERVAL)

    def _record(self, tx: Tx, scan: Scan, result: UnitResult, at: int) -> None:
        for outcome in result.outcomes:
            if not isinstance(outcome.outcome, Found):
                continue
            for hit in outcome.outcome.hits:
                meta = self.metas[outcome.check_id]
                seen = with_threat(tx, sighting_of(self.app, meta, hit, scan, at, self.exposure))
                row, first, regressed = tx.vulnerabilities.record(seen)
                if regressed:
                    event = vulnerability_event(self.app, EventType.VULNERABILITY_REGRESSED, row, at)
                    tx.events.append(event)
                if first:
                    tx.events.append(vulnerability_event(self.app, EventType.VULNERABILITY_FOUND, row, at))


async def ingest_of(
    app: App, lease: Lease, metas: dict[str, CheckMeta], lease_length: int, scan: Scan
) -> Ingest:
    """For the results of this shard of the scan."""
    known = await app.store.read(lease.shard.workspace, lambda tx: known_of(tx, scan))
    return Ingest(app, lease, metas, lease_length, known)


def _log_errors(tx: Tx, scan: Scan, result: UnitResult, at: int) -> None:
    """One entry per stage and reason, and per check and reason, counted: a broken target cannot flood the log."""
    key = result.unit.asset.key
    if result.failure:
        text = f"{result.unit.stage.name.lower()}: {in_words(result.failure)}"
        note(tx, scan.id, LogKind.ERROR, text, at, f"{key} {result.detail}", merge=True)
    for outcome in result.outcomes:
        if isinstance(outcome.outcome, Errored):
            text = f"{outcome.check_id}: {in_words(outcome.outcome.reason)}"
            detail = f"{outcome.asset} {outcome.outcome.detail}"
            note(tx, scan.id, LogKind.ERROR, text, at, detail, merge=True)
