"""`/v1/reports`: handlers."""

from cyberai.api.byte_range import RangeNotSatisfiable, parse_range
from cyberai.api.call import Call
from cyberai.api.query import filter_param
from cyberai.api.reply import Headers, Reply, created, json_reply
from cyberai.app.reports import create_report, download_report, get_report, list_reports
from cyberai.domain.report import ReportFormat, ReportStatus, ReportType
from cyberai.ports.repositories import ReportFilter

FILTERS = (
    filter_param("status", "Status of the report.", ReportStatus),
    filter_param("type", "For whom it is written.", ReportType),
    filter_param("format", "File format.", ReportFormat),
    filter_param("scan_id", "A scan it covers."),
)

_SANDBOX = b"sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""An HTML report opened from here can run, fetch and submit nothing."""


async def create(call: Call) -> Reply:
    """POST /v1/reports."""
    report = await create_report(call.app, call.workspace, call.body)
    return created(report, f"/v1/reports/{report.id}")


async def get(call: Call) -> Reply:
    """GET /v1/reports/{id}."""
    return json_reply(await get_report(call.app, call.workspace, call.id))


async def list_all(call: Call) -> Reply:
    """GET /v1/reports."""
    query = call.query
    where = ReportFilter(
        status=query.choices("status", ReportStatus),
        type=query.choices("type", ReportType),
        format=query.choices("format", ReportFormat),
        scan_id=query.texts("scan_id"),
    )
    page = await list_reports(call.app, call.workspace, where, limit=query.limit(), cursor=query.cursor())
    return json_reply(page)


async def download(call: Call) -> Reply:
    """GET /v1/reports/{id}/download."""
    file = await download_report(call.app, call.workspace, call.id)
    etag = f'"{file.digest}"'.encode()
    headers: Headers = [(b"etag", etag), (b"cache-control", b"private, no-cache")]
    if _matches(call.headers.get(b"if-none-match"), etag):
        return Reply(304, b"", b"", headers, cacheable=True)
    headers += [
        (b"content-disposition", _attachment(file.filename)),
        (b"content-security-policy", _SANDBOX),
        (b"accept-ranges", b"bytes"),
    ]
    media_type = file.media_type.encode()
    wanted = call.headers.get(b"range")
    condition = call.headers.get(b"if-range")
    if condition is not None and condition.strip() != etag:
        wanted = None
    try:
        part = parse_range(wanted, len(file.content))
    except RangeNotSatisfiable:
        # 416 is no code of the closed list; RFC 9110 lets a server answer the whole file instead.
        part = None
    if part is None:
        return Reply(200, file.content, media_type, headers, cacheable=True)
    headers.append((b"content-range", b"bytes %d-%d/%d" % (part.start, part.end, len(file.content))))
    return Reply(206, file.content[part.start : part.end + 1], media_type, headers, cacheable=True)


def _matches(value: bytes | None, etag: bytes) -> bool:
    """`If-None-Match`, compared weakly."""
    if value is None:
        return False
    tags = [tag.strip().removeprefix(b"W/") for tag in value.split(b",")]
    return etag in tags or b"*" in tags


def _attachment(filename: str) -> bytes:
    """Our own file names are plain; whatever is not is replaced, so that no header can be broken."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in filename)
    return f'attachment; filename="{plain}"'.encode()
