"""The session: runs units, some at a time, and yields each result as soon as it is complete."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from itertools import count

from msgspec import structs

from cyberai.checkkit import Check, PolicyRefused
from cyberai.domain.auth import Auth
from cyberai.domain.check import CheckOutcome
from cyberai.domain.report import CoverageRow
from cyberai.domain.scan import ScanSpec
from cyberai.domain.scope import ScanScope
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine import coverage
from cyberai.engine.context import Context, Flaws, Imported, Known
from cyberai.engine.login.failure import LoginFailed
from cyberai.engine.plan import shard_hosts
from cyberai.engine.stages import perform
from cyberai.ports.network import NetworkSession, TransportError, TransportReason
from cyberai.ports.runtime import Clock, Rng

AUTH_FAILED = "auth_failed"
"""The failure of the unit at which the scan could not log in."""


class EngineSession:
    """The work of one shard by one worker. It writes nothing: the caller stores each result before it asks for
    units again."""

    def __init__(
        self,
        *,
        spec: ScanSpec,
        scope: ScanScope,
        network: NetworkSession,
        clock: Clock,
        rng: Rng,
        checks: tuple[Check, ...],
        auth: Auth | None = None,
        known: Known | None = None,
        imported: Imported | None = None,
        flaws: Flaws | None = None,
    ) -> None:
        self._checks = checks
        self._host = next(iter(shard_hosts(scope.targets[:1])), "")
        self._at_a_time = max(1, spec.options.concurrent)
        self.context = Context(
            spec=spec,
            scope=scope,
            network=network,
            clock=clock,
            rng=rng,
            checks=checks,
            auth=auth,
            known=known,
            imported=imported,
            flaws=flaws,
        )

    async def run(self, units: Iterable[Unit]) -> AsyncGenerator[UnitResult, None]:
        """Run the units (all of one stage), `options.concurrent` of them at a time, or one by one where they measure.
        A unit is taken from `units` when there is room for it, so that the caller can end them early.

        Results come in the order in which they complete. Closing the iterator, or a cancellation at any await,
        ends the units in flight and leaves no task behind; iterate inside `contextlib.aclosing`. Raise LoginFailed
        when the scan cannot log in: nothing more can be done then.
        """
        self.context.crawl.close_exhausted()
        waiting = iter(units)
        running: set[asyncio.Task[UnitResult]] = set()
        places: dict[asyncio.Task[UnitResult], int] = {}
        numbers = count()
        try:
            while True:
                for unit in waiting:
                    task = asyncio.create_task(self._finished(unit))
                    places[task] = next(numbers)
                    running.add(task)
                    if len(running) >= self._room(unit):
                        break
                if not running:
                    return
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                # A set has no order of its own; what was begun first is stored first.
                for task in sorted(done, key=places.__getitem__):
                    del places[task]
                    result = task.result()
                    yield result
                    if result.failure == AUTH_FAILED:
                        raise LoginFailed(result.detail)
        finally:
            await _end(running)

    def _room(self, unit: Unit) -> int:
        """Units at a time. What measures has the host for itself: a second one would only wait, unseen by who
        estimates how long each takes."""
        return 1 if unit.stage is Stage.MEASURE else self._at_a_time

    def never_ran(self, rows: Iterable[CoverageRow], host: str = "") -> tuple[CheckOutcome, ...]:
        """For the end of a shard: Skipped(not_applicable) for every check that has no row on this host (default:
        the host of the units this session ran, else the scan's first), and what only the whole crawl shows."""
        alike = self.context.crawl.indistinct()
        noted = [coverage.all_alike(origin, pages) for origin, pages in alike.items()]
        noted += [coverage.walled(*place, why) for place, why in self.context.firewalls.found()]
        return (*coverage.never_ran(self._checks, rows, host or self._host), *noted)

    async def _finished(self, unit: Unit) -> UnitResult:
        return self.context.logins.finished(await self._perform(unit))

    async def _perform(self, unit: Unit) -> UnitResult:
        result = await self._performed(unit)
        changes = self.context.fetcher.noted.writes.drain()
        return structs.replace(result, changes=changes) if changes else result

    async def _performed(self, unit: Unit) -> UnitResult:
        """One unit, whatever it meets: what a hostile page makes our own code do must not end the scan. This is
        the boundary at which a unit can fail without its shard."""
        self._host = coverage.asset_host(unit.asset)
        try:
            return await perform(self.context, unit)
        except LoginFailed as error:
            failed = self.context.logins.failed
            sent = failed.sent if failed is not None else 0
            return UnitResult(unit, failure=AUTH_FAILED, detail=str(error), requests=sent)
        except TransportError as error:
            return UnitResult(unit, failure=error.reason.value, detail=error.detail)
        except PolicyRefused as refused:
            return UnitResult(unit, failure=TransportReason.OUT_OF_SCOPE.value, detail=str(refused)[:300])
        except Exception as error:  # noqa: BLE001 - the boundary of a unit
            return UnitResult(unit, failure="internal", detail=f"{type(error).__name__}: {error}"[:300])


async def _end(tasks: set[asyncio.Task[UnitResult]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
