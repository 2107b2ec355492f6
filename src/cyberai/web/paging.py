"""Pages of lists, and the links from one to the next. Lists seek on cursors: there is no last page to jump to."""

from urllib.parse import urlencode

from msgspec import Struct

from cyberai.app.listing import NEWEST_FIRST, ListPage, Sort
from cyberai.app.reports import list_reports
from cyberai.app.resources import ReportResource, ScanResource, VulnerabilityResource
from cyberai.app.scans import list_scans
from cyberai.app.vulnerabilities import list_vulnerabilities
from cyberai.ports.repositories import ReportFilter, ScanFilter, VulnerabilityFilter
from cyberai.web.visit import Visit

ROWS = 25
"""Rows of a page of a list."""

_ANY_SCAN = ScanFilter()


class PageLinks(Struct, frozen=True):
    """Addresses, or empty where there is no such page."""

    first: str
    following: str


def links(path: str, values: dict[str, str], next_cursor: str | None) -> PageLinks:
    """The first page (when this is not it) and the one after this, with the same filters."""
    filters = {name: value for name, value in values.items() if name != "cursor"}
    first = f"{path}?{urlencode(filters)}" if filters else path
    following = f"{path}?{urlencode({**filters, 'cursor': next_cursor})}" if next_cursor else ""
    return PageLinks(first if "cursor" in values else "", following)


async def some_scans(
    visit: Visit, where: ScanFilter = _ANY_SCAN, *, limit: int = ROWS, cursor: str | None = None
) -> ListPage[ScanResource]:
    """Scans, newest first."""
    return await list_scans(visit.app, visit.workspace, where, limit=limit, cursor=cursor)


async def some_vulnerabilities(
    visit: Visit,
    where: VulnerabilityFilter,
    *,
    limit: int = ROWS,
    cursor: str | None = None,
    sort: Sort = NEWEST_FIRST,
) -> ListPage[VulnerabilityResource]:
    """Vulnerabilities, without evidence. A search may end a page early and still have a next one."""
    return await list_vulnerabilities(
        visit.app, visit.workspace, where, limit=limit, cursor=cursor, sort=sort
    )


async def some_reports(visit: Visit, *, cursor: str | None = None) -> ListPage[ReportResource]:
    """Reports, newest first."""
    return await list_reports(visit.app, visit.workspace, ReportFilter(), limit=ROWS, cursor=cursor)
