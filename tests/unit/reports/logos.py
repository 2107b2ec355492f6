"""Small pictures of each kind, as a request brings them."""

import base64
import struct
import zlib

from msgspec import structs

from cyberai.app.report_logo import read_logo
from cyberai.domain.report import ReportModel

JPEG = (
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////"
    "////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8A"
    "N//Z"
)


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 2, height: int = 2, data: bytes | None = None) -> bytes:
    """A blue PNG, or one with other picture data."""
    lines = b"".join(b"\0" + b"\x0f\x4f\xb0" * width for _ in range(height)) if data is None else data
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(lines)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><path d="M0 0h60v20H0z" fill="#0f4fb0"/></svg>'
URIS = {
    "svg": "data:image/svg+xml;base64," + base64.b64encode(SVG).decode(),
    "png": "data:image/png;base64," + base64.b64encode(png(60, 20)).decode(),
    "jpeg": "data:image/jpeg;base64," + JPEG,
}


def with_logo(model: ReportModel, kind: str) -> ReportModel:
    """The model with a logo of this kind."""
    return structs.replace(model, report=model.report.replace(logo=read_logo(URIS[kind])))
