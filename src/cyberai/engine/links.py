"""Links of a fetched answer: from HTML, headers, scripts, JSON, robots.txt and sitemaps."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from cyberai.domain.http import HttpResponse, Url
from cyberai.engine import scripts
from cyberai.engine.html_links import (
    BASE,
    Reference,
    comment_references,
    html_references,
    refresh_references,
    style_references,
)
from cyberai.engine.json_links import json_references
from cyberai.engine.markup import Tag, decode
from cyberai.engine.robots import is_sitemap, robots_paths, sitemap_locations, unpacked

MAX_LINKS = 5_000
"""Links taken of one page."""


class Link(Struct, frozen=True):
    """One address found. `label` is the link's text; `guessed` says that no page links to it outright: a string
    in a script, a line in robots.txt. A guessed address that is not there is no loss."""

    url: Url
    label: str = ""
    guessed: bool = False


def extract(
    url: Url, response: HttpResponse, text: str, page: Iterable[Tag], document: Url | None = None
) -> tuple[Link, ...]:
    """The links of one answer, without fragments, each once, in order, at most MAX_LINKS. `document` is the page
    a script was loaded by: the addresses in it are relative to that."""
    base, found = url, dict[Url, Link]()
    for reference, label, guessed in _references(url, response, text, page):
        if label == BASE:
            base = _joined(base, reference) or base
            continue
        target = _joined(base if document is None else _loaded_by(document, url, reference), reference)
        if target is not None and (target not in found or (found[target].guessed and not guessed)):
            found[target] = Link(target, label[:100], guessed)
        if len(found) >= MAX_LINKS:
            break
    return tuple(found.values())


def _loaded_by(document: Url, script: Url, reference: str) -> Url:
    """What a path in a script is relative to: the script for further modules, the document for the rest."""
    path = reference.partition("?")[0]
    return script if path.endswith((".js", ".mjs", ".map")) else document


def is_script(url: Url, response: HttpResponse) -> bool:
    """True for a script file, by its type or, where a server has none for it, by its name."""
    if "javascript" in response.content_type or "ecmascript" in response.content_type:
        return True
    plain = response.content_type in ("", "text/plain", "application/octet-stream")
    return plain and url.path.lower().endswith((".js", ".mjs"))


def text_of(url: Url, response: HttpResponse) -> str:
    """The body as text, a packed sitemap unpacked."""
    if url.path.endswith(".xml.gz"):
        return unpacked(response.body).decode("utf-8", "replace")
    return decode(response)


def is_json(url: Url, response: HttpResponse) -> bool:
    """True for JSON by its type or its name, or by its first character where a program sends it as mere text."""
    kind = response.content_type
    if kind in ("", "text/plain", "text/html") and response.body[:200].lstrip()[:1] in (b"{", b"["):
        return True
    return kind == "application/json" or kind.endswith("+json") or url.path.endswith((".json", ".map"))


def _joined(base: Url, reference: str) -> Url | None:
    text = reference.strip()
    scheme, colon, _ = text.partition(":")
    if colon and scheme.isalpha() and scheme.lower() not in ("http", "https"):
        return None
    # Browsers drop tabs and line breaks and encode blanks; both are common in hand-written pages.
    text = text.replace("\t", "").replace("\r", "").replace("\n", "").replace(" ", "%20")
    try:
        return base.join(text)
    except ValueError:
        return None


def _references(url: Url, response: HttpResponse, text: str, page: Iterable[Tag]) -> Iterator[Reference]:
    yield from _header_references(response)
    if url.path.endswith("/robots.txt"):
        yield from ((path, "", not sitemap) for path, sitemap in robots_paths(text))
    elif is_sitemap(text):
        yield from ((address, "", False) for address in sitemap_locations(text))
    elif is_script(url, response):
        yield from ((path, "", True) for path in scripts.paths(text))
    elif is_json(url, response):
        yield from json_references(url, text)
    elif response.content_type == "text/css":
        yield from style_references(text)
    else:
        yield from html_references(page)
        yield from comment_references(text)


def _header_references(response: HttpResponse) -> Iterator[Reference]:
    refresh = response.header("refresh")
    if refresh:
        yield from refresh_references(refresh)
    for field in response.header_values("link")[:20]:
        for piece in field.split(",")[:20]:
            address, found, _ = piece.strip().partition(">")
            if found and address[:1] == "<" and "icon" not in piece:
                yield address[1:], "", False
    for name in ("content-location", "location"):
        # The Location of an answer that is no redirect: what a request has created.
        if response.status == 201 or name == "content-location":
            yield from ((value, "", True) for value in response.header_values(name)[:1])
