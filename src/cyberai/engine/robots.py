"""robots.txt and sitemaps: what they name, and what they forbid."""

import zlib
from collections.abc import Iterator

from cyberai.engine.markup import unescape

MAX_LINES = 2_000
MAX_TEXT = 200_000
MAX_LOCATIONS = 5_000
MAX_UNPACKED = 2 * 1024 * 1024
_GZIP = b"\x1f\x8b"


def robots_paths(text: str) -> Iterator[tuple[str, bool]]:
    """(address, whether it is a sitemap) of every line that names one; of a pattern the part before its first
    wildcard, where that is a directory of its own."""
    for field, value in _lines(text):
        if field == "sitemap":
            yield value, True
        elif field in ("allow", "disallow"):
            path, wild, _ = value.rstrip("$").partition("*")
            if wild:
                path = path[: path.rfind("/") + 1]
            if path.startswith("/") and path != "/":
                yield path, False


def disallowed(robots: str, path: str) -> bool:
    """Whether a robots.txt forbids this path to every crawler (RFC 9309: the longest rule decides)."""
    best, answer, applies = -1, False, False
    for field, value in _lines(robots):
        if field == "user-agent":
            applies = value == "*"
        elif not applies or field not in ("allow", "disallow") or len(value) <= max(best, 0):
            continue
        elif path.startswith(value.rstrip("*$")):
            best, answer = len(value), field == "disallow"
    return answer


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text[:MAX_TEXT].splitlines()[:MAX_LINES]:
        field, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield field.strip().lower(), value.strip()


def is_sitemap(text: str) -> bool:
    """True for a sitemap or an index of sitemaps, whatever it is called."""
    head = text[:2_000].lower()
    return "<urlset" in head or "<sitemapindex" in head or ":urlset" in head or ":sitemapindex" in head


def sitemap_locations(text: str) -> Iterator[str]:
    """The addresses of a sitemap or of an index of sitemaps, in order."""
    position = 0
    for _ in range(MAX_LOCATIONS):
        # `<loc>` or, with a namespace, `<x:loc>`; a closing tag has a slash before its name.
        position = text.find("loc>", position) + 4
        if position < 4:
            return
        before = text[max(position - 20, 0) : position - 4].rpartition("<")[2]
        if (before and not before.endswith(":")) or "/" in before:
            continue
        piece = text[position : position + 3_000].lstrip()
        if piece.startswith("<![CDATA["):
            yield piece[9:].partition("]]>")[0].strip()
        else:
            yield unescape(piece.partition("<")[0].strip())


def unpacked(body: bytes) -> bytes:
    """The content of a gzip file, at most MAX_UNPACKED bytes; anything else, and what is broken, as it is."""
    if not body.startswith(_GZIP):
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MAX_UNPACKED)
    except zlib.error:
        return body
