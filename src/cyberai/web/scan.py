"""The page of one scan."""

from cyberai.api.reply import Reply
from cyberai.app.scans import get_scan
from cyberai.web.choices import REPORT_FORMATS, REPORT_TYPES
from cyberai.web.render import page
from cyberai.web.scan_services import scan_services
from cyberai.web.scan_view import scan_view
from cyberai.web.visit import Visit


async def show(visit: Visit) -> Reply:
    """GET /scans/{id}."""
    scan = await get_scan(visit.app, visit.workspace, visit.id)
    view = await scan_view(visit, scan)
    services, more = await scan_services(visit, scan.id)
    return page(
        visit,
        "scan",
        formats=REPORT_FORMATS,
        report_types=REPORT_TYPES,
        services=services,
        more_services=more,
        **view,
    )
