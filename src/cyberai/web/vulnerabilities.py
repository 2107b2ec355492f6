"""Pages about vulnerabilities: the list, and one with its evidence and what people decide about it."""

from cyberai.api.reply import Reply
from cyberai.app.vulnerabilities import get_vulnerability, update_vulnerability
from cyberai.domain.errors import Conflict, InvalidRequest
from cyberai.web.choices import SEVERITIES, TIERS, VULNERABILITY_STATUSES
from cyberai.web.filters import ORDERS, is_filtered, vulnerability_filter, vulnerability_order
from cyberai.web.finding_life import finding_life
from cyberai.web.finding_view import finding_view, patch_of
from cyberai.web.paging import links, some_vulnerabilities
from cyberai.web.render import page, see_other
from cyberai.web.visit import Visit


async def show_list(visit: Visit) -> Reply:
    """GET /vulnerabilities."""
    where = vulnerability_filter(visit.query)
    found = await some_vulnerabilities(
        visit, where, cursor=visit.query.cursor(), sort=vulnerability_order(visit.query)
    )
    return page(
        visit,
        "vulnerabilities",
        findings=found.data,
        filters=visit.query.values,
        filtered=is_filtered(where),
        pages=links("/vulnerabilities", visit.query.values, found.next_cursor),
        severities=SEVERITIES,
        statuses=VULNERABILITY_STATUSES,
        tiers=TIERS,
        orders=ORDERS,
    )


async def show(visit: Visit) -> Reply:
    """GET /vulnerabilities/{id}."""
    row = await get_vulnerability(visit.app, visit.workspace, visit.id)
    saved = "saved" in visit.query.values
    life = await finding_life(visit, row)
    return page(visit, "vulnerability", saved=saved, **finding_view(visit, row, {}), **life)


async def update(visit: Visit) -> Reply:
    """POST /vulnerabilities/{id}: set status and comment, or show what is wrong at the fields."""
    row = await get_vulnerability(visit.app, visit.workspace, visit.id)
    try:
        await update_vulnerability(
            visit.app, visit.workspace, visit.id, patch_of(visit.form, row), by=visit.actor
        )
    except (InvalidRequest, Conflict) as error:
        view = finding_view(visit, row, {"status": row.status} | visit.form) | await finding_life(visit, row)
        return page(visit, "vulnerability", error=error, saved=False, **view)
    return see_other(f"/vulnerabilities/{row.id}?saved=yes")
