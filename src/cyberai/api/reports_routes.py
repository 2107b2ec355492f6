"""`/v1/reports`: the operations."""

from cyberai.api import report_file, reports
from cyberai.api.examples import REPORT_REQUEST
from cyberai.api.query import FIELDS, LIST_LATER, PAGING, PREFER, SORT
from cyberai.api.routes import Answer, BodyKind, Route
from cyberai.app.listing import ListPage
from cyberai.app.report_request import MESSAGE
from cyberai.app.requests import ReportRequest
from cyberai.app.resources import ReportResource
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import ErrorCode

_TAG = "Reports"

FILE_TYPES = (
    "application/json",
    "application/pdf",
    "application/sarif+json",
    "application/xml",
    "text/csv",
    "text/html",
    "text/markdown",
)
"""The media types of reports."""

ROUTES = (
    Route(
        method="GET",
        path="/v1/reports",
        handler=reports.list_all,
        operation="listReports",
        summary="List all reports",
        description="Newest first. Several values of a filter are separated by commas: any of them matches.",
        tag=_TAG,
        scope=ApiScope.REPORTS_READ,
        query=(
            *PAGING,
            SORT,
            *reports.FILTERS,
            *LIST_LATER,
        ),
        answer=Answer(
            kind=ListPage[ReportResource], description="A page of reports", headers=("ETag", "Link")
        ),
        errors=(ErrorCode.INVALID_CURSOR,),
    ),
    Route(
        method="POST",
        path="/v1/reports",
        handler=reports.create,
        operation="createReport",
        summary="Generate a new report",
        tag=_TAG,
        scope=ApiScope.REPORTS_WRITE,
        body=BodyKind(kind=ReportRequest, message=MESSAGE, example=REPORT_REQUEST),
        answer=Answer(status=201, kind=ReportResource, description="Resource created", headers=("Location",)),
        errors=(ErrorCode.INVALID_JSON, ErrorCode.NOT_FOUND, ErrorCode.STORAGE_FULL),
    ),
    Route(
        method="GET",
        path="/v1/reports/{id}",
        handler=reports.get,
        operation="getReport",
        summary="Get report details",
        tag=_TAG,
        scope=ApiScope.REPORTS_READ,
        query=(FIELDS,),
        headers=(PREFER,),
        answer=Answer(kind=ReportResource, description="The report", headers=("ETag", "Preference-Applied")),
    ),
    Route(
        method="GET",
        path="/v1/reports/{id}/download",
        handler=report_file.download,
        operation="downloadReport",
        summary="Download report",
        description="The file as it was rendered once. `Range` and `If-None-Match` are honoured.",
        tag=_TAG,
        scope=ApiScope.REPORTS_READ,
        headers=(
            ("Range", "One range of bytes, such as `bytes=0-1023`: 206 with that part."),
            ("If-Range", "The `ETag` that the range belongs to: the whole file when it is another now."),
        ),
        answer=Answer(
            media_type="*/*",
            description="The file",
            files=FILE_TYPES,
            headers=("Content-Disposition", "ETag", "Accept-Ranges", "Content-Security-Policy"),
        ),
        errors=(ErrorCode.REPORT_NOT_READY,),
    ),
)
