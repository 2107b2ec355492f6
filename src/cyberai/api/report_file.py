"""`/v1/reports/{id}/download`: the file, or a part of it, byte for byte."""

from cyberai.api.accept import require_acceptable
from cyberai.api.byte_range import RangeNotSatisfiable, parse_range
from cyberai.api.call import Call
from cyberai.api.reply import Headers, Reply
from cyberai.app.reports import download_report

_SANDBOX = b"sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""An HTML report opened from here can run, fetch and submit nothing."""


async def download(call: Call) -> Reply:
    """GET /v1/reports/{id}/download."""
    file = await download_report(call.app, call.workspace, call.id)
    require_acceptable(call.headers.get(b"accept"), file.media_type.partition(";")[0])
    etag = f'"{file.digest}"'.encode()
    headers: Headers = [
        (b"content-disposition", _attachment(file.filename)),
        (b"content-security-policy", _SANDBOX),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Authorization, Accept"),
        (b"accept-ranges", b"bytes"),
    ]
    wanted = call.headers.get(b"range")
    condition = call.headers.get(b"if-range")
    if condition is not None and condition.strip() != etag:
        wanted = None
    try:
        part = parse_range(wanted, len(file.content))
    except RangeNotSatisfiable:
        # 416 is no code of the closed list; RFC 9110 lets a server answer the whole file instead.
        part = None
    reply = Reply(200, file.content, file.media_type.encode(), headers, cacheable=True, etag=etag, whole=True)
    if part is not None:
        headers.append((b"content-range", b"bytes %d-%d/%d" % (part.start, part.end, len(file.content))))
        reply.status, reply.body = 206, file.content[part.start : part.end + 1]
    return reply


def _attachment(filename: str) -> bytes:
    """Our own file names are plain; whatever is not is replaced, so that no header can be broken."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in filename)
    return f'attachment; filename="{plain}"'.encode()
