"""Scans as clients see them: look and list. Creating: app.scan_creation; ending one early: app.cancel."""

from cyberai.app.context import App
from cyberai.app.listing import (
    NEWEST_FIRST,
    Asked,
    Found,
    ListPage,
    Sort,
    behind,
    listed,
)
from cyberai.app.resources import ScanResource, shown_scan
from cyberai.domain.errors import NotFound
from cyberai.domain.ids import ScanId, WorkspaceId
from cyberai.domain.scan import Scan
from cyberai.ports.repositories import Count, Page, ScanFilter
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
    app: App,
    workspace: WorkspaceId,
    where: ScanFilter,
    *,
    limit: int,
    cursor: str | None,
    sort: Sort = NEWEST_FIRST,
    total: bool = False,
) -> ListPage[ScanResource]:
    """A page, in order of creation."""
    asked = Asked(limit=limit, cursor=cursor, sort=sort, total=total)

    def read(tx: Tx, page: Page) -> Found[ScanResource]:
        rows = tx.scans.page(where, page)
        return Found(data=shown_scan.each([row.scan for row in rows]), behind=behind(rows, limit))

    def count(tx: Tx, most: int) -> Count:
        return tx.scans.count(where, most)

    return await listed(app, "scans", workspace, where, asked, read, count)
