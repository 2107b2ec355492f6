"""Retests as clients see them: ordered and looked at. Doing them: app.retest_work."""

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.idempotency import Keep, not_kept
from cyberai.app.replay import recorded
from cyberai.app.retest_view import RetestResource, retest_resource
from cyberai.app.scan_request import judge_targets
from cyberai.app.vulnerabilities import require_vulnerability
from cyberai.domain.errors import NotFound
from cyberai.domain.history import Actor
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.retest import Retest, RetestStatus
from cyberai.ports.store import Tx


class Ordered(Struct, frozen=True):
    """A retest, and whether it was ordered now or runs already."""

    resource: RetestResource
    new: bool


async def order_retest(
    app: App,
    workspace: WorkspaceId,
    vulnerability_id: str,
    keep: Keep[RetestResource] = not_kept,
    *,
    by: Actor,
) -> Ordered:
    """Order a retest; where one runs already, that one. Raise NotFound, Forbidden where its target may not be scanned, or
    Conflict where nothing is left that could be repeated."""
    at = app.clock.now()

    def store(tx: Tx) -> Ordered:
        known = recorded(app, tx, vulnerability_id)
        judge_targets(app, known.scan.spec)
        running = tx.retests.get(known.row.id)
        if running is not None and running.status is RetestStatus.RUNNING:
            ordered = Ordered(retest_resource(running), new=False)
        else:
            retest = Retest(
                vulnerability_id=known.row.id,
                workspace=workspace,
                status=RetestStatus.RUNNING,
                created_at=at,
                by=by,
            )
            tx.retests.put(retest)
            ordered = Ordered(retest_resource(retest), new=True)
        keep(tx, ordered.resource)
        return ordered

    ordered = await app.store.write(workspace, store)
    app.wake()
    return ordered


async def get_retest(app: App, workspace: WorkspaceId, vulnerability_id: str) -> RetestResource:
    """The latest retest; raise NotFound when there was none."""

    def load(tx: Tx) -> Retest:
        row = require_vulnerability(tx, vulnerability_id)
        retest = tx.retests.get(row.id)
        if retest is None:
            raise NotFound(
                "This vulnerability was not retested",
                field="id",
                reason="Order a retest with POST /v1/vulnerabilities/{id}/retest",
            )
        return retest

    return retest_resource(await app.store.read(workspace, load))
