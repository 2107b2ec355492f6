"""Risks that were accepted for a time: the end is announced a week before, and reopens them."""

import logging
from functools import partial

from cyberai.app.context import App
from cyberai.app.events import vulnerability_event
from cyberai.domain.errors import StoreError, Unavailable
from cyberai.domain.history import BY_ITSELF
from cyberai.domain.ids import SYSTEM, WorkspaceId
from cyberai.domain.vulnerability_moves import event_of, reviewed
from cyberai.ports.store import Tx

EVERY = 60.0
"""Seconds between two looks: an end is late by no more."""
STEP = 200
"""Vulnerabilities changed per transaction."""
_LOG = logging.getLogger("cyberai.acceptances")


async def review_acceptances(app: App) -> int:
    """Announce and end what is due, in every workspace; how many vulnerabilities changed."""
    changed = 0
    at = app.clock.now()
    for workspace in await app.store.read(SYSTEM, lambda tx: tx.workspaces()):
        changed += await _review(app, workspace, at)
    return changed


async def keep_reviewing(app: App) -> None:
    """Until cancelled: review from time to time. Several servers of one store may do so at once; a store that refuses
    is asked again the next time."""
    while True:
        await review_if_possible(app)
        await app.clock.sleep(EVERY)


async def review_if_possible(app: App) -> None:
    """Review once; a store that refuses is told of in the log, and keeps nobody from reading it."""
    try:
        await review_acceptances(app)
    except (StoreError, Unavailable) as error:
        _LOG.warning("acceptances could not be reviewed, which is tried again: %s", error)


async def _review(app: App, workspace: WorkspaceId, at: int) -> int:
    changed = 0
    while await app.store.read(workspace, partial(_any_due, at=at)):
        changed += await app.store.write(workspace, lambda tx: _step(app, tx, at))
    return changed


def _any_due(tx: Tx, *, at: int) -> bool:
    return bool(tx.life.due(at, 1))


def _step(app: App, tx: Tx, at: int) -> int:
    changed = 0
    for row in tx.life.due(at, STEP):
        after = reviewed(row, at)
        # Also what is not due after all: the store notes then when it will be.
        tx.vulnerabilities.update(after, BY_ITSELF)
        if after is not row:
            tx.events.append(vulnerability_event(app, event_of(row, after), after, at))
            changed += 1
    return changed
