"""Pages about scans: the list, pausing one and ending it early."""

from cyberai.api.reply import Reply
from cyberai.app.cancel import cancel_scan
from cyberai.app.pause import pause_scan, resume_scan
from cyberai.web.choices import ENDED, SCAN_STATUSES, SCAN_TYPES
from cyberai.web.filters import is_filtered, scan_filter
from cyberai.web.paging import links, some_scans
from cyberai.web.render import page, see_other
from cyberai.web.visit import Visit


async def show_list(visit: Visit) -> Reply:
    """GET /scans."""
    where = scan_filter(visit.query)
    found = await some_scans(visit, where, cursor=visit.query.cursor())
    return page(
        visit,
        "scans",
        scans=found.data,
        filters=visit.query.values,
        filtered=is_filtered(where),
        pages=links("/scans", visit.query.values, found.next_cursor),
        statuses=SCAN_STATUSES,
        types=SCAN_TYPES,
        live=any(scan.status not in ENDED for scan in found.data),
    )


async def pause(visit: Visit) -> Reply:
    """POST /scans/{id}/pause."""
    scan = await pause_scan(visit.app, visit.workspace, visit.id)
    return see_other(f"/scans/{scan.id}")


async def resume(visit: Visit) -> Reply:
    """POST /scans/{id}/resume."""
    scan = await resume_scan(visit.app, visit.workspace, visit.id)
    return see_other(f"/scans/{scan.id}")


async def cancel(visit: Visit) -> Reply:
    """POST /scans/{id}/cancel."""
    scan = await cancel_scan(visit.app, visit.workspace, visit.id)
    return see_other(f"/scans/{scan.id}")
