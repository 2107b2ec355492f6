"""What else there is to see of a scan: the operations."""

from cyberai.api import scan_views
from cyberai.api.query import CURSOR, FIELDS, LIMIT, Param, filter_param
from cyberai.api.routes import Answer, Route
from cyberai.api.vulnerabilities_routes import LIST as LIST_OF_ALL
from cyberai.app.coverage_view import CoverageResource
from cyberai.app.listing import ListPage
from cyberai.app.scan_diff import DiffResource
from cyberai.app.scan_log import LogResource
from cyberai.domain.api_key import ApiScope
from cyberai.domain.diff import Difference
from cyberai.domain.errors import ErrorCode

_TAG = "Scans"

ROUTES = (
    Route(
        method="GET",
        path="/v1/scans/{id}/coverage",
        handler=scan_views.coverage,
        operation="getScanCoverage",
        summary="What was tested, skipped and failed, and why",
        description="One row per host and check, by host and check. `tested` of `applicable` pairs ran to their end.",
        tag=_TAG,
        scope=ApiScope.SCANS_READ,
        query=(LIMIT, CURSOR, FIELDS),
        answer=Answer(
            kind=ListPage[CoverageResource], description="A page of the ledger", headers=("ETag", "Link")
        ),
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
    Route(
        method="GET",
        path="/v1/scans/{id}/log",
        handler=scan_views.log,
        operation="getScanLog",
        summary="What happened to the scan",
        description=(
            "Oldest first: states, phases, changes of pace, errors, take-overs. What happens again and again is one "
            "entry with its number of `times`. The newest 1,000 entries are kept."
        ),
        tag=_TAG,
        scope=ApiScope.SCANS_READ,
        query=(LIMIT, CURSOR, FIELDS),
        answer=Answer(kind=ListPage[LogResource], description="A page of the log", headers=("ETag", "Link")),
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
    Route(
        method="GET",
        path="/v1/scans/{id}/diff",
        handler=scan_views.diff,
        operation="getScanDiff",
        summary="What differs from another scan",
        description=(
            "Of every vulnerability that either scan saw, what became of it: `new`, `regressed` (it had been gone), "
            "`severity_changed`, `moved`, `fixed` (its check ran there again and found nothing), `not_observed` (the "
            "place was not come by), `not_tested` (the scan did not look there) or `still_there`. What only one of "
            "the scans tested stands in `not_compared`."
        ),
        tag=_TAG,
        scope=ApiScope.VULNERABILITIES_READ,
        query=(
            Param(
                name="against",
                description=(
                    "The scan to compare with, or `previous` (default): the last completed one of the same targets."
                ),
            ),
            filter_param("change", "Only these changes; `counts` are of all.", Difference),
            LIMIT,
            CURSOR,
        ),
        answer=Answer(kind=DiffResource, description="A page of what differs", headers=("ETag",)),
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
    Route(
        method="GET",
        path="/v1/scans/{id}/vulnerabilities",
        handler=scan_views.found,
        operation="listScanVulnerabilities",
        summary="List the vulnerabilities a scan saw",
        description="GET /v1/vulnerabilities with the scan as a filter.",
        tag=_TAG,
        scope=ApiScope.VULNERABILITIES_READ,
        query=tuple(param for param in LIST_OF_ALL.query if param.name != "scan_id"),
        answer=LIST_OF_ALL.answer,
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
)
