"""Links of a fetched answer: from HTML, headers, scripts, robots.txt and sitemaps."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from cyberai.domain.http import HttpResponse, Url
from cyberai.engine import scripts
from cyberai.engine.markup import Tag, unescape

MAX_LINKS = 500
"""Links taken of one page."""

_SOURCES = {
    "a": "href",
    "area": "href",
    "frame": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
}
_PASSIVE = {"img": "src", "source": "src", "audio": "src", "video": "src", "track": "src", "input": "src"}
_SCRIPT_TYPES = frozenset(
    {"application/javascript", "text/javascript", "application/x-javascript", "application/json"}
)


class Link(Struct, frozen=True):
    """One address found. `label` is the link's text; `guessed` says that no page links to it outright: a string
    in a script, a line in robots.txt. A guessed address that is not there is no loss."""

    url: Url
    label: str = ""
    guessed: bool = False


def extract(url: Url, response: HttpResponse, text: str, page: Iterable[Tag]) -> tuple[Link, ...]:
    """The links of one answer, without fragments, each once, in order, at most MAX_LINKS."""
    base, found = url, dict[Url, Link]()
    for reference, label, guessed in _references(url, response, text, page):
        if label == "<base>":
            base = _joined(url, reference) or url
            continue
        target = _joined(base, reference)
        if target is not None and (target not in found or (found[target].guessed and not guessed)):
            found[target] = Link(target, label[:100], guessed)
        if len(found) >= MAX_LINKS:
            break
    return tuple(found.values())


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


Reference = tuple[str, str, bool]


def _references(url: Url, response: HttpResponse, text: str, page: Iterable[Tag]) -> Iterator[Reference]:
    refresh = response.header("refresh")
    if refresh:
        yield from _refresh(refresh)
    if url.path.endswith("/robots.txt"):
        yield from _robots(text)
    elif "sitemap" in url.path and "<loc>" in text:
        yield from _sitemap(text)
    elif response.content_type in _SCRIPT_TYPES or url.path.endswith((".js", ".json")):
        yield from ((path, "", True) for path in scripts.paths(text))
    else:
        yield from _markup(page)


def _markup(page: Iterable[Tag]) -> Iterator[Reference]:
    for tag in page:
        if tag.closing:
            continue
        attributes = tag.attributes
        if tag.name in _SOURCES and _SOURCES[tag.name] in attributes:
            yield attributes[_SOURCES[tag.name]], tag.text, False
        elif tag.name == "base" and tag.get("href"):
            yield tag.get("href"), "<base>", False
        elif tag.name in _PASSIVE:
            # A picture made by a program takes parameters; a plain picture file tells nothing.
            if "?" in attributes.get(_PASSIVE[tag.name], ""):
                yield attributes[_PASSIVE[tag.name]], "", False
        else:
            yield from _other(tag)
        if "onclick" in attributes:
            yield from ((path, tag.text, True) for path in scripts.paths(attributes["onclick"]))


def _other(tag: Tag) -> Iterator[Reference]:
    if tag.name == "script":
        if tag.get("src"):
            yield tag.get("src"), "", False
        yield from ((path, "", True) for path in scripts.paths(tag.text))
    elif tag.name == "link" and tag.get("href") and "icon" not in tag.get("rel").lower():
        yield tag.get("href"), "", False
    elif tag.name == "meta" and tag.get("http-equiv").lower() == "refresh":
        yield from _refresh(tag.get("content"))


def _refresh(content: str) -> Iterator[Reference]:
    at = content.lower().find("url=")
    if at >= 0:
        yield content[at + 4 :].strip(" '\""), "", False


def _robots(text: str) -> Iterator[Reference]:
    for line in text[:100_000].splitlines()[:1_000]:
        field, colon, value = line.partition("#")[0].partition(":")
        path = value.strip()
        if not colon or not path:
            continue
        if field.strip().lower() == "sitemap":
            yield path, "", False
        elif field.strip().lower() in ("allow", "disallow") and "*" not in path and path != "/":
            yield path.rstrip("$"), "", True


def _sitemap(text: str) -> Iterator[Reference]:
    for piece in text.split("<loc>", MAX_LINKS + 1)[1:]:
        yield unescape(piece[:3_000].partition("<")[0].strip()), "", False


def disallowed(robots: str, path: str) -> bool:
    """Whether a robots.txt forbids this path to every crawler (RFC 9309: the longest rule decides)."""
    best, answer, applies = -1, False, False
    for line in robots[:100_000].splitlines()[:1_000]:
        field, _, value = line.partition("#")[0].partition(":")
        field, value = field.strip().lower(), value.strip()
        if field == "user-agent":
            applies = value == "*"
        elif not applies or field not in ("allow", "disallow") or len(value) <= max(best, 0):
            continue
        elif path.startswith(value.rstrip("*$")):
            best, answer = len(value), field == "disallow"
    return answer
