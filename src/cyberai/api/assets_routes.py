"""`/v1/assets`: the operations."""

from cyberai.api import assets
from cyberai.api.query import PAGING, SORT
from cyberai.api.routes import Answer, Route
from cyberai.app.certificate_calendar import ExpiringCertificate
from cyberai.app.inventory_view import AssetChangeResource, AssetResource
from cyberai.app.listing import ListPage
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import ErrorCode

_TAG = "Assets"
_PAGE = Answer(kind=ListPage[AssetResource], description="A page of assets", headers=("ETag", "Link"))

ROUTES = (
    Route(
        method="GET",
        path="/v1/assets",
        handler=assets.list_all,
        operation="listAssets",
        summary="List hosts, ports, services and certificates",
        description=(
            "What scans have seen, each once, with when it was seen first and last; in order of first sight, the newest "
            "first. A port's `parent_id` is its host, a service's its port; `certificate_ids` of a service are the "
            "certificates it presents."
        ),
        tag=_TAG,
        scope=ApiScope.SCANS_READ,
        query=(*PAGING, SORT, *assets.FILTERS),
        answer=_PAGE,
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
    Route(
        method="GET",
        path="/v1/assets/changes",
        handler=assets.changes,
        operation="listAssetChanges",
        summary="List what changed of the assets",
        description=(
            "What appeared, changed, went or returned, in order of time, the newest first (`sort=created_at`: the oldest "
            "first). A port or service is `gone` when a scan looked at its port and found it closed."
        ),
        tag=_TAG,
        scope=ApiScope.SCANS_READ,
        query=(*PAGING, SORT, *assets.CHANGE_FILTERS),
        answer=Answer(
            kind=ListPage[AssetChangeResource], description="A page of changes", headers=("ETag", "Link")
        ),
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
    Route(
        method="GET",
        path="/v1/assets/expiring",
        handler=assets.expiring,
        operation="listExpiringCertificates",
        summary="List certificates by when they end",
        description=(
            "The certificates that services present, the first to end first, those that have ended already among them; "
            "each with up to 20 of the services that present it (`GET /v1/assets?certificate_id=` lists all)."
        ),
        tag=_TAG,
        scope=ApiScope.SCANS_READ,
        query=(*PAGING, *assets.EXPIRING_FILTERS),
        answer=Answer(
            kind=ListPage[ExpiringCertificate],
            description="A page of certificates",
            headers=("ETag", "Link"),
        ),
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
    Route(
        method="GET",
        path="/v1/assets/{id}",
        handler=assets.get,
        operation="getAsset",
        summary="Get an asset",
        tag=_TAG,
        scope=ApiScope.SCANS_READ,
        answer=Answer(kind=AssetResource, description="The asset", headers=("ETag",)),
    ),
    Route(
        method="GET",
        path="/v1/scans/{id}/assets",
        handler=assets.of_scan,
        operation="listScanAssets",
        summary="List the assets a scan saw",
        description="GET /v1/assets with the scan as a filter.",
        tag=_TAG,
        scope=ApiScope.SCANS_READ,
        query=(*PAGING, SORT, *assets.OF_A_SCAN),
        answer=_PAGE,
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
)
