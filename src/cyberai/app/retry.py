"""Scanning again what an ended scan was asked for."""

from cyberai.app.context import App
from cyberai.app.idempotency import Keep, not_kept
from cyberai.app.resources import ScanResource
from cyberai.app.scan_request import literal_refusal, refused_target
from cyberai.app.scan_storing import store_scan
from cyberai.app.scans import require_scan
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.scan_moves import Move, require_move
from cyberai.domain.target import parse_target


async def retry_scan(
    app: App, workspace: WorkspaceId, scan_id: str, keep: Keep[ScanResource] = not_kept
) -> ScanResource:
    """A new scan of what an ended one was asked for, all of it: the target may have changed since, so nothing of the
    old result is taken over. The policy is asked again. Raise NotFound, Conflict, Forbidden."""
    known = await app.store.read(workspace, lambda tx: require_scan(tx, scan_id))
    require_move(known.status, Move.RETRY)
    targets = tuple(parse_target(text) for text in known.spec.targets)
    for index, target in enumerate(targets):
        refusal = literal_refusal(app, target)
        if refusal is not None:
            raise refused_target(known.spec.targets[index], "id", refusal)
    return await store_scan(app, workspace, known.spec, targets, retry_of=known.id, keep=keep)
