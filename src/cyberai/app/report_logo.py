"""A logo for reports: read from a data URI, and let through only as a plain picture of bounded size."""

import base64
import re
import struct
import zlib
from xml.parsers import expat

from cyberai.domain.report import Logo

MAX_BYTES = 150_000
MAX_SIDE = 2_000
"""Pixels, in each direction."""

_KINDS = {"image/png": "png", "image/jpeg": "jpeg", "image/svg+xml": "svg"}
_DATA = re.compile(r"data:(image/(?:png|jpeg|svg\+xml));base64,")
_PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST = MAX_SIDE * (MAX_SIDE * 8 + 1)
"""Bytes of the picture data of the largest PNG."""
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""JPEG markers of the frames that every viewer reads."""
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})

_ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "defs",
        "linearGradient",
        "radialGradient",
        "stop",
        "title",
        "desc",
        "clipPath",
        "mask",
        "style",
        "metadata",
    ]
)
_MAX_ELEMENTS = 2_000
_MAX_DEPTH = 30
_OUTSIDE = re.compile(r"url\s*\(\s*[\"']?\s*(?!#)|@import|expression|javascript:|data:|[\\]", re.IGNORECASE)


def read_logo(text: str) -> Logo:
    """The picture of a data URI; raise ValueError with what is wrong about it."""
    head = _DATA.match(text)
    if head is None:
        raise ValueError("Must be a data URI: data:image/png;base64,... (or image/jpeg, image/svg+xml)")
    if len(text) - head.end() > MAX_BYTES * 4 // 3 + 4:
        raise ValueError(f"Must have at most {MAX_BYTES:,} bytes")
    try:
        content = base64.b64decode(text[head.end() :].encode("ascii"), validate=True)
    except ValueError as error:
        raise ValueError("Is no base64 after the comma") from error
    kind = _KINDS[head[1]]
    if not {"png": _is_png, "jpeg": _is_jpeg, "svg": _is_svg}[kind](content):
        raise ValueError(
            f"Is no {kind} picture of at most {MAX_SIDE:,} pixels a side"
            + ("; an SVG may hold shapes, text and gradients only" if kind == "svg" else "")
        )
    return Logo(media_type=head[1], format=kind, content=content)


def _is_png(content: bytes) -> bool:
    if not content.startswith(_PNG):
        return False
    at, data, first = len(_PNG), bytearray(), True
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        check = content[at + 8 + length : at + 12 + length]
        if len(check) < 4 or struct.pack(">I", zlib.crc32(kind + body)) != check:
            return False
        if first and (kind != b"IHDR" or length != 13 or not _fits(*struct.unpack_from(">II", body))):
            return False
        first = False
        data += body if kind == b"IDAT" else b""
        at += 12 + length
        if kind == b"IEND":
            return _inflates(bytes(data))
    return False


def _inflates(data: bytes) -> bool:
    reader = zlib.decompressobj()
    try:
        reader.decompress(data, _LARGEST)
    except zlib.error:
        return False
    return reader.eof


def _is_jpeg(content: bytes) -> bool:
    if not content.startswith(b"\xff\xd8") or not content.rstrip(b"\0").endswith(b"\xff\xd9"):
        return False
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF or marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            if length < 8 or at + 9 > len(content):
                return False
            height, width = struct.unpack_from(">HH", content, at + 5)
            return _fits(width, height)
        if length < 2 or marker == 0xDA:
            return False
        at += 2 + length
    return False


def _fits(width: int, height: int) -> bool:
    return 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE


def _is_svg(content: bytes) -> bool:
    """Only known elements, no entities, nothing that leads outside of the file, nothing that runs."""
    reader = _SvgReader()
    try:
        reader.read(content)
    except (expat.ExpatError, ValueError):
        return False
    return reader.elements > 0


class _SvgReader:
    """Walks the file once; whatever is not a plain picture raises ValueError."""

    def __init__(self) -> None:
        self.elements = 0
        self._depth = 0

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse
        parser.ProcessingInstructionHandler = self._refuse
        parser.Parse(content, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        self.elements += 1
        self._depth += 1
        outer = self.elements == 1
        if self.elements > _MAX_ELEMENTS or self._depth > _MAX_DEPTH or outer != (local == "svg"):
            raise ValueError("not a plain picture")
        if local not in _ELEMENTS or space != "http://www.w3.org/2000/svg":
            raise ValueError("an element that is no shape")
        for attribute, value in attributes.items():
            local = attribute.rpartition(" ")[2].lower()
            inside = value.startswith("#")
            if local.startswith("on") or (local in ("href", "src") and not inside) or _OUTSIDE.search(value):
                raise ValueError("an attribute that leads outside or runs")

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _text(self, text: str) -> None:
        if _OUTSIDE.search(text):
            raise ValueError("a style that leads outside")

    def _refuse(self, *_arguments: object) -> None:
        raise ValueError("a document type or an instruction")
