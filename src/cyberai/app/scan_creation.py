"""Creating a scan from what a client asked for."""

from cyberai.app.context import App
from cyberai.app.idempotency import Keep, not_kept
from cyberai.app.requests import ScanRequest
from cyberai.app.resources import ScanResource
from cyberai.app.scan_request import judge_scan_request
from cyberai.app.scan_storing import store_scan
from cyberai.domain.ids import WorkspaceId


async def create_scan(
    app: App,
    workspace: WorkspaceId,
    request: ScanRequest,
    *,
    owner: str = "",
    keep: Keep[ScanResource] = not_kept,
) -> ScanResource:
    """Judge the request and store the scan, its first event, its shards and their first units in one
    transaction, in which `keep` is called as well. With `owner` the scan runs at once in that process and takes no
    worker's slot."""
    spec, targets = judge_scan_request(app, workspace, request)
    return await store_scan(app, workspace, spec, targets, owner=owner, keep=keep)
