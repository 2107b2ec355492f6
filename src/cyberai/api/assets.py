"""`/v1/assets` and `/v1/scans/{id}/assets`: handlers."""

from msgspec import structs

from cyberai.api.call import Call
from cyberai.api.pages import one_reply, page_reply
from cyberai.api.query import CREATED_AFTER, CREATED_BEFORE, Param, Query, filter_param
from cyberai.api.reply import Reply
from cyberai.app.certificate_calendar import FIRST_ENDING, Expiring, list_expiring
from cyberai.app.inventory_view import get_asset, list_assets, list_changes
from cyberai.app.listing import Asked
from cyberai.domain.inventory import AssetKind, AssetState, ChangeKind
from cyberai.ports.inventory import AssetFilter, ChangeFilter

OF_A_SCAN = (
    filter_param("kind", "What the asset is.", AssetKind),
    filter_param("state", "`present`, or `gone`: looked for and not seen any more.", AssetState),
    filter_param("host", "Name or address of the host, as scanned."),
    filter_param("port", "Port number."),
    filter_param("protocol", "Protocol of the service, such as `ssh` or `redis`."),
    filter_param("product", "Product of the service, such as `OpenSSH`."),
    filter_param("certificate_id", "The services that present this certificate."),
    filter_param(
        "key_sha256", "The certificates with this public key (SHA-256 of its SubjectPublicKeyInfo)."
    ),
)
FILTERS = (*OF_A_SCAN, filter_param("scan_id", "A scan that saw the asset."), CREATED_AFTER, CREATED_BEFORE)
CHANGE_FILTERS = (
    Param(name="since", description="Only what was noticed after this time.", kind="time"),
    filter_param("change", "What happened.", ChangeKind),
    filter_param("kind", "What the asset is.", AssetKind),
    filter_param("asset_id", "An asset."),
    filter_param("scan_id", "The scan that noticed it."),
)


EXPIRING_FILTERS = (
    Param(name="after", description="Only what ends from this time on.", kind="time"),
    Param(name="before", description="Only what ends before this time.", kind="time"),
)


async def list_all(call: Call) -> Reply:
    """GET /v1/assets."""
    page = await list_assets(call.app, call.workspace, wanted(call.query), _asked(call.query))
    return page_reply(call, page)


async def of_scan(call: Call) -> Reply:
    """GET /v1/scans/{id}/assets."""
    where = structs.replace(_of_a_scan(call.query), scan_id=(call.id,))
    page = await list_assets(call.app, call.workspace, where, _asked(call.query), call.id)
    return page_reply(call, page)


async def get(call: Call) -> Reply:
    """GET /v1/assets/{id}."""
    return one_reply(call, await get_asset(call.app, call.workspace, call.id))


async def changes(call: Call) -> Reply:
    """GET /v1/assets/changes."""
    page = await list_changes(call.app, call.workspace, wanted_changes(call.query), _asked(call.query))
    return page_reply(call, page)


async def expiring(call: Call) -> Reply:
    """GET /v1/assets/expiring."""
    asked = structs.replace(_asked(call.query), sort=FIRST_ENDING)
    page = await list_expiring(call.app, call.workspace, wanted_expiring(call.query), asked)
    return page_reply(call, page)


def wanted_expiring(query: Query) -> Expiring:
    """The span that the parameters ask for; raise InvalidRequest."""
    return Expiring(after=query.time("after"), before=query.time("before"))


def wanted(query: Query) -> AssetFilter:
    """The filter that the parameters ask for; raise InvalidRequest."""
    return structs.replace(
        _of_a_scan(query),
        scan_id=query.texts("scan_id"),
        created_after=query.time("created_after"),
        created_before=query.time("created_before"),
    )


def wanted_changes(query: Query) -> ChangeFilter:
    """The filter that the parameters ask for; raise InvalidRequest."""
    return ChangeFilter(
        change=query.choices("change", ChangeKind),
        kind=query.choices("kind", AssetKind),
        asset_id=query.texts("asset_id"),
        scan_id=query.texts("scan_id"),
        since=query.time("since"),
    )


def _of_a_scan(query: Query) -> AssetFilter:
    return AssetFilter(
        kind=query.choices("kind", AssetKind),
        state=query.choices("state", AssetState),
        host=query.texts("host"),
        port=query.texts("port"),
        protocol=query.texts("protocol"),
        product=query.texts("product"),
        certificate_id=query.texts("certificate_id"),
        key_sha256=query.texts("key_sha256"),
    )


def _asked(query: Query) -> Asked:
    return Asked(limit=query.limit(), cursor=query.cursor(), sort=query.sort(), total=query.total())
