"""`/v1/scans`: the operations."""

from cyberai.api import scan_life, scans
from cyberai.api.examples import SCAN, SCAN_REQUEST
from cyberai.api.query import FIELDS, LIST_LATER, PAGING, PREFER, SORT, Param
from cyberai.api.routes import Answer, BodyKind, Route
from cyberai.app.listing import ListPage
from cyberai.app.requests import ScanRequest
from cyberai.app.resources import ScanResource
from cyberai.app.scan_plan import ScanPlan
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import ErrorCode

MESSAGE = "Invalid scan configuration"
"""The message of the customer's page for everything wrong with a scan's body."""

_TAG = "Scans"

ROUTES = (
    Route(
        method="GET",
        path="/v1/scans",
        handler=scans.list_all,
        operation="listScans",
        summary="List all scans",
        description="Newest first. Several values of a filter are separated by commas: any of them matches.",
        tag=_TAG,
        scope=ApiScope.SCANS_READ,
        query=(
            *PAGING,
            SORT,
            *scans.FILTERS,
            *LIST_LATER,
        ),
        answer=Answer(kind=ListPage[ScanResource], description="A page of scans", headers=("ETag", "Link")),
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
    Route(
        method="POST",
        path="/v1/scans",
        handler=scans.create,
        operation="createScan",
        summary="Create a new scan",
        description=(
            "Literal addresses are judged at once; a name is accepted and judged where the connection opens. "
            "The answer never waits for DNS."
        ),
        tag=_TAG,
        scope=ApiScope.SCANS_WRITE,
        query=(
            Param(
                name="dry_run",
                description="`true`: answer with what the scan would do; nothing is stored, nothing is sent.",
                kind="boolean",
            ),
        ),
        also=(Answer(kind=ScanPlan, description="The plan, with `dry_run=true`"),),
        body=BodyKind(kind=ScanRequest, message=MESSAGE, example=SCAN_REQUEST),
        answer=Answer(
            status=201,
            kind=ScanResource,
            description="Resource created",
            example=SCAN,
            headers=("Location",),
        ),
        errors=(ErrorCode.INVALID_JSON, ErrorCode.TARGET_NOT_ALLOWED, ErrorCode.STORAGE_FULL),
    ),
    Route(
        method="GET",
        path="/v1/scans/{id}",
        handler=scans.get,
        operation="getScan",
        summary="Get scan details",
        tag=_TAG,
        scope=ApiScope.SCANS_READ,
        query=(FIELDS,),
        headers=(PREFER,),
        answer=Answer(
            kind=ScanResource,
            description="The scan",
            example=SCAN,
            headers=("ETag", "Preference-Applied"),
        ),
    ),
    Route(
        method="DELETE",
        path="/v1/scans/{id}",
        handler=scan_life.cancel,
        operation="cancelScan",
        summary="Cancel a scan",
        description=(
            "Answers the scan, `cancelling` and soon `cancelled`; what was found so far stays. Cancelling again "
            "answers the same."
        ),
        tag=_TAG,
        scope=ApiScope.SCANS_WRITE,
        answer=Answer(kind=ScanResource, description="The scan", example=SCAN),
        errors=(ErrorCode.SCAN_ALREADY_FINISHED, ErrorCode.STORAGE_FULL),
    ),
)
