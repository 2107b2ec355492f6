"""A fetched answer, read once: its text, elements, structure, links and forms."""

from collections.abc import Sequence

from msgspec import Struct

from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.engine.folders import folders
from cyberai.engine.forms import Form, parse_forms
from cyberai.engine.links import Link, extract
from cyberai.engine.markup import Tag, decode, tags
from cyberai.engine.script_calls import calls
from cyberai.engine.scripts import cookie_names, header_names
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


class Page(Struct, frozen=True):
    """What the crawler knows of an answer. `headers` and `cookies` are names its scripts set on requests,
    `calls` requests with a JSON body that they make; `folders` are those of the files it refers to."""

    exchange: Exchange
    structure: str
    links: tuple[Link, ...] = ()
    forms: tuple[Form, ...] = ()
    is_html: bool = False
    headers: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    calls: tuple[HttpRequest, ...] = ()
    folders: tuple[Url, ...] = ()


def read_page(exchange: Exchange) -> Page:
    """Read an answer; one that is no text has a structure only."""
    response = exchange.response
    html = is_html(response)
    if not html and is_asset(response) and "javascript" not in response.content_type:
        return Page(exchange, skeleton((), response))
    text = decode(response)
    elements: Sequence[Tag] = tuple(tags(text)) if html else ()
    links = extract(exchange.request.url, response, text, elements)
    forms = parse_forms(elements) if html else ()
    code = "\n".join(tag.text for tag in elements if tag.name == "script") if html else text
    script = html or "javascript" in response.content_type
    headers, cookies = (header_names(code), cookie_names(code)) if html else ((), ())
    made = calls(code, exchange.request.url) if script else ()
    near = folders(exchange.request.url, elements) if html else ()
    return Page(exchange, skeleton(elements, response), links, forms, html, headers, cookies, made, near)


def is_html(response: HttpResponse) -> bool:
    """True for HTML by its type, or by its first character where no type is given."""
    if response.content_type == "":
        return response.body.lstrip()[:1] == b"<"
    return response.content_type in _HTML


def is_file(response: HttpResponse) -> bool:
    """True for what a web server sends from a disk as it is: no program looks at such a request."""
    return response.header("accept-ranges") == "bytes" and response.header("last-modified") is not None


def is_named_file(url: Url, response: HttpResponse) -> bool:
    """True for a style, script, font or picture with a file's name and a file's date."""
    plain = extension(url).lower() in _NAMED and is_asset(response)
    return plain and response.header("last-modified") is not None


def is_script(url: Url, response: HttpResponse) -> bool:
    """True for a script file, by its type or, where a server has none for it, by its name."""
    if "javascript" in response.content_type or "ecmascript" in response.content_type:
        return True
    plain = response.content_type in ("", "text/plain", "application/octet-stream")
    return plain and extension(url).lower() in (".js", ".mjs")


def is_asset(response: HttpResponse) -> bool:
    """True for pictures, styles, scripts and other files that no program composes."""
    return response.content_type.startswith(_ASSETS)
