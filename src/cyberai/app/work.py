"""One step of a worker: a shard, else a report, else putting right what a death left behind and removing what has
expired."""

from contextlib import suppress

from cyberai.app.admission import tidy
from cyberai.app.context import App
from cyberai.app.idempotency import forget_expired
from cyberai.app.report_making import work_on_report
from cyberai.app.run_shard import claim, run_shard
from cyberai.domain.errors import Unavailable
from cyberai.domain.ids import SYSTEM

BEAT = 12_000_000
"""Microseconds a worker's sign of life holds."""

BEAT_INTERVAL = 3.0


async def step(app: App, worker: str) -> bool:
    """Do the next piece of work; False when there was none."""
    if await work_on_report(app, worker):
        return True
    lease = await claim(app, worker)
    if lease is not None:
        await run_shard(app, lease)
        return True
    return await tidy(app) + await forget_expired(app) > 0


async def beat(app: App, worker: str) -> None:
    """Say that this worker lives and has one slot."""
    until = app.clock.now() + BEAT
    await app.store.write(SYSTEM, lambda tx: tx.workers.beat(worker, 1, until))


async def keep_beating(app: App, worker: str) -> None:
    """Say so every few seconds until cancelled, and look for what a death left behind: with every worker busy
    there is no idle one to do it."""
    while True:
        await app.clock.sleep(BEAT_INTERVAL)
        with suppress(Unavailable):  # told again in a moment
            await beat(app, worker)
            await tidy(app)


async def gone(app: App, worker: str) -> None:
    """Say that this worker ended."""
    await app.store.write(SYSTEM, lambda tx: tx.workers.gone(worker))


async def live_workers(app: App) -> int:
    """Slots of all live workers."""
    at = app.clock.now()
    return await app.store.read(SYSTEM, lambda tx: tx.workers.live_slots(at))
