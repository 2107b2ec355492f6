"""The page that starts a scan."""

from cyberai.api.reply import Reply
from cyberai.app.scan_creation import create_scan
from cyberai.app.scans import get_scan
from cyberai.app.target_words import told_to_people
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import CyberAIError, Forbidden, InvalidRequest
from cyberai.web.choices import AUTH_TYPES, CRITICALITIES, MODES, SCAN_TYPES, SEVERITIES
from cyberai.web.forms import problems_of
from cyberai.web.render import page, see_other
from cyberai.web.scan_fields import FIELDS, PLAIN, default_values, scan_request, shown_again, values_of
from cyberai.web.visit import Form, Visit


async def show(visit: Visit) -> Reply:
    """GET /scans/new; `from` names a scan whose settings are taken over, `target` a target."""
    values = default_values()
    copied = visit.query.values.get("from")
    if copied is not None:
        visit.require(ApiScope.SCANS_READ)
        values = values_of(await get_scan(visit.app, visit.workspace, copied))
    if "target" in visit.query.values:
        values["target"] = visit.query.values["target"]
    return _form(visit, values)


async def create(visit: Visit) -> Reply:
    """POST /scans/new: start it and go to its page, or show what is wrong at the fields."""
    try:
        request = scan_request(visit.form)
        with told_to_people(request):
            scan = await create_scan(visit.app, visit.workspace, request)
    except (InvalidRequest, Forbidden) as error:
        return _form(visit, shown_again(visit.form), error)
    return see_other(f"/scans/{scan.id}" if visit.may(ApiScope.SCANS_READ) else "/scans/new?started=yes")


def _form(visit: Visit, values: Form, error: CyberAIError | None = None) -> Reply:
    problems = problems_of(error)
    return page(
        visit,
        "scan_new",
        error=error,
        values=values,
        unplaced=[reason for field, reason in problems.items() if field not in FIELDS],
        advanced=any(field not in PLAIN for field in problems),
        started="started" in visit.query.values,
        types=SCAN_TYPES,
        modes=MODES,
        severities=SEVERITIES,
        criticalities=CRITICALITIES,
        logins=AUTH_TYPES,
    )
