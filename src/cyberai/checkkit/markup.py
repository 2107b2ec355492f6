"""What a browser would make of a page: does it render, as HTML or as XML, and of which elements is it made?

HTML is parsed by lexbor (the HTML standard's own tree construction), never by patterns.
"""

from collections import Counter
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from cyberai.checkkit.text import Pattern
from cyberai.domain.http import HttpResponse

Node = LexborNode
"""An element: `tag`, `attributes` (names in lower case), `text(deep=True)`, `css(selector)`."""

_XML = frozenset(
    {"application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml"}
    | {"application/rss+xml", "application/atom+xml"}
)
_RENDERED = _XML | {"text/html"}
_SNIFFED = (
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<script",
    b"<iframe",
    b"<h1",
    b"<div",
    b"<font",
    b"<table",
)
_SNIFFED_MORE = (b"<a", b"<style", b"<title", b"<b", b"<body", b"<br", b"<p", b"<!--")
_NOSCRIPT = Pattern(r"(</?)noscript", ignore_case=True)
_NODES = 60_000

MAX_DEPTH = 512
"""Elements open at once before a page is cut, as browsers cut it: building a deeper tree takes the parser time
quadratic in the depth (measured: 20,000 open elements, 100 kB, take 3 s; 200,000 take minutes)."""

MAX_UNCLOSED = 5_000
"""The same for elements that usually end by themselves."""

_VOID = frozenset(b"area base br col embed hr img input link meta source track wbr".split())
_ENDED_BY_THE_NEXT = frozenset(
    b"p li dt dd tr td th option optgroup thead tbody tfoot colgroup rt rp".split()
)


def renders(response: HttpResponse) -> bool:
    """True when a browser shows this answer as a document that can run scripts: not a redirect, not a
    download, and of an HTML, XHTML or SVG type, or of no type and sniffable (WHATWG MIME Sniffing)."""
    if response.status in (204, 205, 304) or (300 <= response.status < 400 and response.header("location")):
        return False
    if (response.header("content-disposition") or "").lower().lstrip().startswith("attachment"):
        return False
    if response.content_type:
        return response.content_type in _RENDERED
    if "nosniff" in (response.header("x-content-type-options") or "").lower():
        return False
    start = response.body[:512].lstrip().lower()
    return start.startswith(_SNIFFED + _SNIFFED_MORE)


def is_xml(response: HttpResponse) -> bool:
    """True when browsers read this answer as XML."""
    return response.content_type in _XML


def elements(body: bytes) -> Iterator[LexborNode]:
    """The elements of a page in document order, at most 60,000 nodes, as a browser with scripting builds them."""
    root = LexborHTMLParser(_shallow(_with_scripting(body)).decode("utf-8", "replace")).root
    if root is None:
        return
    for count, node in enumerate(root.traverse(include_text=False)):
        if count > _NODES:
            return
        if node.is_element_node:
            yield node


def _shallow(body: bytes) -> bytes:
    """The page up to where its elements are nested deeper than a browser builds them. One pass that counts,
    and counts too much rather than too little: an end tag closes only what is open."""
    if body.count(b"<") <= MAX_DEPTH:
        return body
    opened: Counter[bytes] = Counter()
    deep = unclosed = position = 0
    for piece in body.split(b"<")[1:]:
        position = body.index(b"<", position) + 1
        closing = piece[:1] == b"/"
        name = _tag_name(piece[closing : closing + 32])
        if not name or name in _VOID:
            continue
        weak = name in _ENDED_BY_THE_NEXT or piece.rstrip().endswith(b"/>")
        if closing:
            if opened[name] == 0:
                continue
            step = -1
        else:
            step = 1
        opened[name] += step
        unclosed += step
        deep += 0 if weak else step
        if deep > MAX_DEPTH or unclosed > MAX_UNCLOSED:
            return body[: position - 1]
    return body


def _tag_name(start: bytes) -> bytes:
    if not start[:1].isalpha():
        return b""
    words = start.replace(b">", b" ").replace(b"/", b" ").split(None, 1)
    return words[0].lower()


def _with_scripting(body: bytes) -> bytes:
    """The parser builds trees as without scripting, where `noscript` has elements. With scripting it is raw
    text up to its end tag, which is exactly what `xmp` always is."""
    parts: list[bytes] = []
    last = 0
    for match in _NOSCRIPT.finditer(body):
        parts += (body[last : match.start], match.groups[0], b"xmp")
        last = match.end
    return b"".join((*parts, body[last:])) if parts else body
