"""`/v1/vulnerabilities`: handlers."""

from cyberai.api.call import Call
from cyberai.api.conditional import require_match
from cyberai.api.pages import one_reply, page_reply
from cyberai.api.query import CREATED_AFTER, CREATED_BEFORE, Query, filter_param
from cyberai.api.reply import Reply, state_tag, tagged_reply
from cyberai.app.resources import VulnerabilityResource
from cyberai.app.vulnerabilities import get_vulnerability, list_vulnerabilities, update_vulnerability
from cyberai.domain.finding import Tier
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Detection, VulnerabilityStatus
from cyberai.ports.repositories import VulnerabilityFilter

FILTERS = (
    filter_param("severity", "Severity, people's override first.", Severity),
    filter_param("status", "Status that people set.", VulnerabilityStatus),
    filter_param("detection", "What the scanner saw last.", Detection),
    filter_param("scan_id", "A scan that saw it, at any time."),
    filter_param("target", "Target, exactly as it was sent."),
    filter_param("type", "Type of the vulnerability, such as sql_injection."),
    filter_param("cwe", "Weakness, such as CWE-79."),
    filter_param("check_id", "The check that found it."),
    filter_param("tier", "How well it is proven.", Tier),
    CREATED_AFTER,
    CREATED_BEFORE,
)


async def get(call: Call) -> Reply:
    """GET /v1/vulnerabilities/{id}."""
    return one_reply(call, await get_vulnerability(call.app, call.workspace, call.id))


async def update(call: Call) -> Reply:
    """PATCH /v1/vulnerabilities/{id}."""
    condition = call.headers.get(b"if-match")
    if condition is None:
        return tagged_reply(
            await update_vulnerability(call.app, call.workspace, call.id, call.body, by=call.actor)
        )

    def allow(current: VulnerabilityResource) -> None:
        require_match(condition, state_tag(current))

    return tagged_reply(
        await update_vulnerability(call.app, call.workspace, call.id, call.body, allow, by=call.actor)
    )


async def list_all(call: Call) -> Reply:
    """GET /v1/vulnerabilities."""
    return await list_seen_by(call, call.query.texts("scan_id"))


def wanted(query: Query, scans: tuple[str, ...]) -> VulnerabilityFilter:
    """The filters asked for; raise InvalidRequest."""
    return VulnerabilityFilter(
        severity=query.choices("severity", Severity),
        status=query.choices("status", VulnerabilityStatus),
        detection=query.choices("detection", Detection),
        scan_id=scans,
        target=query.texts("target"),
        type=query.texts("type"),
        cwe=query.texts("cwe"),
        check_id=query.texts("check_id"),
        tier=query.choices("tier", Tier),
        created_after=query.time("created_after"),
        created_before=query.time("created_before"),
        q=query.search(),
    )


async def list_seen_by(call: Call, scans: tuple[str, ...]) -> Reply:
    """The list, of what any of these scans saw; of all when there are none."""
    query = call.query
    where = wanted(query, scans)
    page = await list_vulnerabilities(
        call.app,
        call.workspace,
        where,
        limit=query.limit(),
        cursor=query.cursor(),
        sort=query.sort(),
        total=query.total(),
    )
    return page_reply(call, page)
