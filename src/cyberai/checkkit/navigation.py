"""Where a browser goes after an answer, without any visitor's click: redirects, refreshes and scripts.

References are resolved as the URL standard does (WHATWG URL, special schemes): leading controls and spaces go,
tabs and line breaks go everywhere, a backslash is a slash, any number of slashes opens the authority, and
what stands before the last `@` of the authority is no host.
"""

from collections.abc import Iterator

from msgspec import Struct

from cyberai.checkkit.markup import elements, renders
from cyberai.checkkit.script import scan
from cyberai.checkkit.text import Pattern
from cyberai.domain.http import Exchange, HttpResponse

_CONTROLS = "".join(map(chr, range(0x21)))
_ASSIGNED = Pattern(
    r"(?:^|[^\w$.])(?:(?:window|document|self|top|parent|this)\s*\.\s*)*location(?:\s*\.\s*href)?\s*=\s*$"
)
_CALLED = Pattern(r"location\s*\.\s*(?:assign|replace)\s*\(\s*$")
_OPENED = Pattern(r"(?:^|[^\w$])window\s*\.\s*navigate\s*\(\s*$")


class Navigation(Struct, frozen=True):
    """One place that sends the browser on: `how` in words, `target` as written there."""

    how: str
    target: str


def navigations(response: HttpResponse) -> Iterator[Navigation]:
    """Every automatic navigation of an answer, in the order a browser meets them."""
    location = response.header("location")
    if location is not None and 300 <= response.status < 400:
        yield Navigation("Location header", location)
        return
    refresh = response.header("refresh")
    if refresh is not None:
        yield Navigation("Refresh header", refresh_target(refresh))
    if not renders(response):
        return
    for node in elements(response.body):
        attributes = node.attributes
        if node.tag == "meta" and (attributes.get("http-equiv") or "").strip().lower() == "refresh":
            yield Navigation("meta refresh", refresh_target(attributes.get("content") or ""))
        elif node.tag == "script" and "src" not in attributes:
            yield from script_navigations(node.text(deep=True))
        elif node.tag == "body" and attributes.get("onload"):
            yield from script_navigations(attributes["onload"] or "")


def script_navigations(source: str) -> Iterator[Navigation]:
    """Literals that a script assigns to `location` or hands to its `assign` and `replace`."""
    if "location" not in source and "navigate" not in source:
        return
    for literal in scan(source).literals:
        before = literal.before.encode("utf-8", "replace")
        if _ASSIGNED.search(before) or _CALLED.search(before) or _OPENED.search(before):
            yield Navigation("script", unescaped(literal.text))


def refresh_target(content: str) -> str:
    """The URL of a refresh value such as `0; url='...'` (HTML, shared declarative refresh steps)."""
    _, separator, rest = (
        content.replace(",", ";", 1).partition(";") if ";" not in content else content.partition(";")
    )
    rest = rest.strip()
    if rest[:3].lower() == "url":
        name, equals, value = rest.partition("=")
        if equals and name.strip().lower() == "url":
            rest = value.strip()
    if rest[:1] in ("'", '"'):
        rest = rest[1:].partition(rest[0])[0]
    return rest if separator else ""


def destination_host(target: str, page: Exchange) -> str:
    """The host a browser goes to for this reference on that page: lower case, empty when it stays on the
    page's own host or is no http(s) URL."""
    text = "".join(c for c in target.strip(_CONTROLS) if c not in "\t\n\r").replace("\\", "/")
    own = page.request.url
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() in ("http", "https"):
        if scheme.lower() == own.scheme and not rest.startswith("//"):
            # Same scheme without two slashes is a path on this host.
            return ""
        rest = rest.lstrip("/")
    elif text.startswith("//"):
        rest = text.lstrip("/")
    else:
        return ""
    authority = rest
    for end in "/?#":
        authority = authority.partition(end)[0]
    host = authority.rpartition("@")[2]
    host = host.partition(":")[0] if not host.startswith("[") else host
    host = host.lower().rstrip(".")
    return "" if host == own.host else host


def unescaped(literal: str) -> str:
    """A script string's value: backslash escapes of characters, `\\xHH` and `\\uHHHH` resolved."""
    parts: list[str] = []
    at = 0
    while at < len(literal):
        char = literal[at]
        if char != "\\" or at + 1 >= len(literal):
            parts.append(char)
            at += 1
            continue
        kind = literal[at + 1]
        width = {"x": 2, "u": 4}.get(kind, 0)
        digits = literal[at + 2 : at + 2 + width]
        if width and len(digits) == width and all(c in "0123456789abcdefABCDEF" for c in digits):
            parts.append(chr(int(digits, 16)))
            at += 2 + width
        else:
            parts.append({"n": "\n", "t": "\t", "r": "\r"}.get(kind, kind))
            at += 2
    return "".join(parts)
