"""A fetched answer, read once: its text, elements, structure, links and forms."""

from collections.abc import Sequence

from msgspec import Struct

from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.engine.folders import folders
from cyberai.engine.forms import Form, parse_forms
from cyberai.engine.json_links import original_code
from cyberai.engine.links import MAX_LINKS as MAX_LINKS
from cyberai.engine.links import Link, extract, is_json, is_script, text_of
from cyberai.engine.markup import Tag, tags
from cyberai.engine.script_calls import calls
from cyberai.engine.scripts import cookie_values, header_fields
from cyberai.engine.shape import skeleton
from cyberai.engine.soft404 import extension

_HTML = frozenset({"text/html", "application/xhtml+xml", ""})
_ASSETS = (
    "image/",
    "font/",
    "audio/",
    "video/",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/x-javascript",
    "application/font",
    "application/pdf",
    "application/zip",
    "application/gzip",
    "application/octet-stream",
)
_NAMED = frozenset(
    {".css", ".js", ".mjs", ".map", ".png", ".jpg", ".svg", ".ico", ".gif", ".woff", ".woff2", ".ttf"}
)
_PAGES = frozenset({".html", ".htm"})
_VERSIONS = frozenset({"v", "ver", "version", "rev", "build", "hash", "cb", "cachebuster", "t", "ts", "_"})


class Page(Struct, frozen=True):
    """What the crawler knows of an answer. `headers` and `cookies` are what its scripts set on requests,
    name and value, `calls` requests with a JSON body that they make; `folders` are those of the files it refers to."""

    exchange: Exchange
    structure: str
    links: tuple[Link, ...] = ()
    forms: tuple[Form, ...] = ()
    is_html: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    calls: tuple[HttpRequest, ...] = ()
    folders: tuple[Url, ...] = ()
    is_script: bool = False


def read_page(exchange: Exchange, document: Url | None = None) -> Page:
    """Read an answer; one that is no text has a structure only. `document` is the page that linked to it: a script's
    addresses are relative to the page that loads it."""
    response, url = exchange.response, exchange.request.url
    html = is_html(response)
    code_only = not html and is_script(url, response)
    if not html and not code_only and _is_opaque(url, response):
        return Page(exchange, skeleton((), response))
    text = text_of(url, response)
    elements: Sequence[Tag] = tuple(tags(text)) if html else ()
    base = document if code_only and document is not None and document.origin == url.origin else None
    links = extract(url, response, text, elements, base)
    forms = parse_forms(elements) if html else ()
    code = "\n".join(tag.text for tag in elements if tag.name == "script") if html else text
    if not html and is_json(url, response):
        code = original_code(text)
    headers, cookies = (header_fields(code), cookie_values(code)) if html else ((), ())
    made = calls(code, base or url) if html or code_only or code is not text else ()
    near = folders(url, elements) if html else ()
    return Page(
        exchange, skeleton(elements, response), links, forms, html, headers, cookies, made, near, code_only
    )


def _is_opaque(url: Url, response: HttpResponse) -> bool:
    """True for files without addresses; a packed sitemap and a style sheet have some."""
    packed = url.path.endswith(".xml.gz")
    return is_asset(response) and response.content_type != "text/css" and not packed


def is_html(response: HttpResponse) -> bool:
    """True for HTML by its type, or by its first character where no type is given."""
    if response.content_type == "":
        return response.body.lstrip()[:1] == b"<"
    return response.content_type in _HTML


def is_file(response: HttpResponse) -> bool:
    """True for what a web server sends from a disk as it is: no program looks at such a request."""
    return response.header("accept-ranges") == "bytes" and response.header("last-modified") is not None


def is_named_file(url: Url, response: HttpResponse) -> bool:
    """True for a style, script, font or picture with a file's name, and a file's date or nothing behind the name but
    its version (`style.css?v=3`), which no program reads; and for a page with a file's name and date and nothing behind
    it (packed on the way, a page loses the Accept-Ranges by which is_file knows it)."""
    ending = extension(url).lower()
    if ending in _PAGES and not url.query and response.header("set-cookie") is None:
        return response.header("last-modified") is not None
    if ending not in _NAMED or not is_asset(response):
        return False
    names = {pair.partition("=")[0].lower() for pair in url.query.split("&")}
    return response.header("last-modified") is not None or (bool(url.query) and names <= _VERSIONS)


def is_asset(response: HttpResponse) -> bool:
    """True for pictures, styles, scripts and other files that no program composes."""
    return response.content_type.startswith(_ASSETS)
