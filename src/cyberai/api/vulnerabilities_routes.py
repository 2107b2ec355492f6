"""`/v1/vulnerabilities`: the operations."""

from cyberai.api import vulnerabilities
from cyberai.api.examples import VULNERABILITY_PATCH
from cyberai.api.query import FIELDS, PAGING, SEARCH, sort_param
from cyberai.api.routes import Answer, BodyKind, Route
from cyberai.app.listing import ListPage
from cyberai.app.requests import VulnerabilityPatch
from cyberai.app.resources import VulnerabilityResource
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import ErrorCode
from cyberai.ports.repositories import Order

MESSAGE = "Invalid vulnerability update"
_TAG = "Vulnerabilities"

LIST = Route(
    method="GET",
    path="/v1/vulnerabilities",
    handler=vulnerabilities.list_all,
    operation="listVulnerabilities",
    summary="List all vulnerabilities",
    description=(
        "Newest first unless `sort` says otherwise, without evidence. Several values of a filter are separated by "
        "commas. `severity` is people's override first; `risk_score` comes from severity, proof, status and the "
        "criticality of the target."
    ),
    tag=_TAG,
    scope=ApiScope.VULNERABILITIES_READ,
    query=(
        *PAGING,
        sort_param(*Order),
        SEARCH,
        *vulnerabilities.FILTERS,
    ),
    answer=Answer(
        kind=ListPage[VulnerabilityResource],
        description="A page of vulnerabilities",
        headers=("ETag", "Link"),
    ),
    errors=(ErrorCode.INVALID_CURSOR,),
)

ROUTES = (
    LIST,
    Route(
        method="GET",
        path="/v1/vulnerabilities/{id}",
        handler=vulnerabilities.get,
        operation="getVulnerability",
        summary="Get vulnerability details",
        description="With its evidence.",
        tag=_TAG,
        scope=ApiScope.VULNERABILITIES_READ,
        query=(FIELDS,),
        answer=Answer(kind=VulnerabilityResource, description="The vulnerability", headers=("ETag",)),
    ),
    Route(
        method="PATCH",
        path="/v1/vulnerabilities/{id}",
        handler=vulnerabilities.update,
        operation="updateVulnerability",
        summary="Update vulnerability status",
        description=(
            "A merge patch: absent keys stay, null clears. `accepted_risk` needs `reason` and `accept_until`. A move "
            "that is not allowed answers 409 with `details.allowed`. With `If-Match` nothing is changed that has changed "
            "meanwhile."
        ),
        tag=_TAG,
        scope=ApiScope.VULNERABILITIES_WRITE,
        body=BodyKind(
            kind=VulnerabilityPatch,
            message=MESSAGE,
            media_types=("application/json", "application/merge-patch+json"),
            example=VULNERABILITY_PATCH,
        ),
        answer=Answer(kind=VulnerabilityResource, description="The whole vulnerability", headers=("ETag",)),
        errors=(ErrorCode.INVALID_JSON, ErrorCode.INVALID_TRANSITION, ErrorCode.STORAGE_FULL),
    ),
)
