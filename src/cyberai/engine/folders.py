"""The folders in which a page's files lie: a web server that lists a folder shows what no page links."""

from collections.abc import Iterable, Iterator

from cyberai.domain.http import Url
from cyberai.engine.markup import Tag
from cyberai.engine.soft404 import directory, extension

MAX_FOLDERS = 16
"""Folders taken of one page."""

_DEEPEST = 4
_ATTRIBUTES = ("src", "href", "data", "action")


def folders(page: Url, elements: Iterable[Tag]) -> tuple[Url, ...]:
    """The folders of the files (names with an extension) that this page of the same origin refers to, and the
    folders these lie in, each once. Routes of applications have no extensions and are left alone."""
    found: dict[Url, None] = {}
    for url in (page, *_files(page, elements)):
        if url.origin != page.origin or not extension(url):
            continue
        parts = directory(url).split("/")[1:-1]
        for depth in range(1, min(len(parts), _DEEPEST) + 1):
            found.setdefault(url.with_target("/" + "/".join(parts[:depth]) + "/"))
        if len(found) >= MAX_FOLDERS:
            break
    return tuple(found)[:MAX_FOLDERS]


def _files(page: Url, elements: Iterable[Tag]) -> Iterator[Url]:
    for tag in elements:
        for name in _ATTRIBUTES:
            reference = tag.attributes.get(name, "") if not tag.closing else ""
            # Data in place of an address may be long.
            if not reference or reference[:5].lower() == "data:":
                continue
            try:
                yield page.join(reference)
            except ValueError:
                continue
