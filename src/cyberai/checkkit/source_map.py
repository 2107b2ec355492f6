"""Reading source maps (ECMA-426): whose sources are in it, and is their text?"""

from base64 import b64decode
from binascii import Error as NotBase64
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import Struct

from cyberai.checkkit.text import Pattern, excerpt

_START = Pattern(r"^(?:\)\]\}'?[^\n]{0,20}\n)?\s*\{\s*\"")
_VERSION = Pattern(r"\"version\"\s*:\s*3\b")
_SOURCES = Pattern(r"\"sources\"\s*:\s*\[\s*\"([^\"]{1,300})\"")
_FOREIGN = ("node_modules/", "webpack/", "(webpack)", "external ", "/bower_components/", "\x00")


class SourceMap(Struct, frozen=True):
    """What a source map gives away: the site's own sources, and whether their text is in it."""

    own: tuple[str, ...]
    text: bool


class _Json(Struct, frozen=True):
    version: int
    mappings: str = ""
    sources: tuple[str | None, ...] = ()
    sources_content: tuple[str | None, ...] | None = msgspec.field(name="sourcesContent", default=None)
    sections: tuple["_Section", ...] = ()

    def parts(self) -> tuple["_Json", ...]:
        """This map, and the maps of its sections where it is an index of several."""
        return (self, *(section.map for section in self.sections if section.map is not None))


class _Section(Struct, frozen=True):
    map: _Json | None = None


def inline_data(reference: str) -> bytes:
    """The bytes of a `data:` address; empty when it is malformed."""
    head, _, data = reference.partition(",")
    try:
        return b64decode(data, validate=True) if head.endswith(";base64") else unquote_to_bytes(data)
    except (NotBase64, ValueError):
        return b""


def read_map(body: bytes, *, truncated: bool = False) -> SourceMap | None:
    """The map in this body, where it has sources of the site itself; None when it is no map or holds nothing but
    published libraries. `truncated` says that only its beginning was fetched."""
    if _START.search(body) is None or _VERSION.search(body) is None:
        return None
    if truncated:
        # A map longer than what is fetched: its beginning says enough.
        first = _SOURCES.search(body)
        name = excerpt(first.groups[0]) if first is not None else ""
        return SourceMap((name,), b'"sourcesContent"' in body) if name and _is_own(name) else None
    if body.startswith(b")]}"):
        body = body.partition(b"\n")[2]
    try:
        decoded = msgspec.json.decode(body, type=_Json)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    maps = [part for part in decoded.parts() if part.mappings]
    names = tuple(name for part in maps for name in part.sources if name and _is_own(name))
    owned = (
        name and text and _is_own(name)
        for part in maps
        for name, text in zip(part.sources, part.sources_content or (), strict=False)
    )
    return SourceMap(names, any(owned)) if names else None


def _is_own(source: str) -> bool:
    return not any(mark in source for mark in _FOREIGN)
