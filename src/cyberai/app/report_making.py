"""Making an ordered report: a worker's task, one file per report, stored once."""

import asyncio
import hashlib

import msgspec
from msgspec import structs

from cyberai.app.context import App
from cyberai.app.events import report_event
from cyberai.app.report_model import build_model
from cyberai.domain.errors import CyberAIError
from cyberai.domain.event import EventType
from cyberai.domain.ids import SYSTEM
from cyberai.domain.report import Report, ReportStatus
from cyberai.ports.store import Tx

LEASE = 120_000_000
"""Microseconds a worker may take for a report before another tries."""


async def work_on_report(app: App, worker: str) -> bool:
    """Make the next ordered report; False when there is none."""
    at = app.clock.now()
    report = await app.store.write(SYSTEM, lambda tx: tx.reports.claim(worker, at, at + LEASE))
    if report is None:
        return False
    try:
        await _make(app, report)
    except CyberAIError as error:
        await _give_up(app, report, f"{error.message}: {error.reason}"[:500])
    except (MemoryError, RecursionError, msgspec.ValidationError, ValueError) as error:
        await _give_up(app, report, f"{type(error).__name__}: {error}"[:500])
    return True


async def _make(app: App, report: Report) -> None:
    model = await app.store.read(report.workspace, lambda tx: build_model(app, tx, report))
    rendered = await asyncio.to_thread(app.renderers(report.format), model)
    at = app.clock.now()
    done = report.replace(
        status=ReportStatus.COMPLETED,
        completed_at=at,
        updated_at=at,
        size=len(rendered.content),
        logo=report.logo and structs.replace(report.logo, content=b""),  # it is in the file
        digest=hashlib.sha256(rendered.content).hexdigest(),
    )

    def store(tx: Tx) -> None:
        current = tx.reports.get(report.id)
        if current is None or current.status is ReportStatus.COMPLETED:
            return
        tx.blobs.put(report.id, rendered.content, rendered.media_type, rendered.filename)
        tx.reports.update(done)
        tx.events.append(report_event(app, EventType.REPORT_COMPLETED, done, at))

    await app.store.write(report.workspace, store)


async def _give_up(app: App, report: Report, error: str) -> None:
    at = app.clock.now()
    failed = report.replace(status=ReportStatus.FAILED, completed_at=at, updated_at=at, error=error)

    def store(tx: Tx) -> None:
        tx.reports.update(failed)
        tx.events.append(report_event(app, EventType.REPORT_FAILED, failed, at))

    await app.store.write(report.workspace, store)
