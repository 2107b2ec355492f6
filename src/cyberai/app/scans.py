"""Scans as clients see them: look and list. Creating: app.scan_creation; ending one early: app.cancel."""

from cyberai.app.context import App
from cyberai.app.listing import ListPage, encode_cursor, page_of
from cyberai.app.resources import ScanResource, shown_scan
from cyberai.domain.errors import NotFound
from cyberai.domain.ids import ScanId, WorkspaceId
from cyberai.domain.scan import Scan
from cyberai.ports.repositories import ScanFilter
from cyberai.ports.store import Tx


def require_scan(tx: Tx, scan_id: str, field: str = "id") -> Scan:
    """The scan; raise NotFound for unknown, malformed and foreign ids alike. `field` names where the id stood."""
    scan = tx.scans.get(ScanId(scan_id))
    if scan is None:
        raise NotFound("No such scan", field=field, reason="Use an id that GET /v1/scans lists")
    return scan


async def get_scan(app: App, workspace: WorkspaceId, scan_id: str) -> ScanResource:
    """One scan; raise NotFound."""
    return shown_scan(await app.store.read(workspace, lambda tx: require_scan(tx, scan_id)))


async def list_scans(
    app: App, workspace: WorkspaceId, where: ScanFilter, *, limit: int, cursor: str | None
) -> ListPage[ScanResource]:
    """A page of scans, newest first."""
    page = page_of(app, "scans", workspace, where, limit, cursor)
    rows = await app.store.read(workspace, lambda tx: tx.scans.page(where, page))
    more = len(rows) > limit
    rows = rows[:limit]
    after = encode_cursor(app, "scans", workspace, where, rows[-1].rank) if more else None
    return ListPage(data=shown_scan.each(row.scan for row in rows), has_more=more, next_cursor=after)
