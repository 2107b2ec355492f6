"""A crawler of the plainest kind: links and forms from `/`, cookies kept, one visit per target."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from cyberai.lab.http import LabResponse
from cyberai.lab.site import Site

from .client import get


@dataclass
class Found:
    """What the crawl saw: GET targets, form fields by (method, action), cookies, every page's status."""

    targets: dict[str, int] = field(default_factory=dict)
    fields: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, set[str]] = field(default_factory=dict)


def crawl(site: Site) -> Found:
    found = Found()
    waiting = ["/"]
    while waiting:
        target = waiting.pop()
        if target in found.targets:
            continue
        answer = get(site, target)
        found.targets[target] = answer.status
        cookie = answer.header("Set-Cookie")
        if cookie:
            found.cookies.setdefault(target.partition("?")[0], set()).add(cookie.partition("=")[0])
        waiting += links(answer)
        if "html" in (answer.header("Content-Type") or ""):
            read_forms(answer, found)
    return found


def links(answer: LabResponse) -> list[str]:
    location = answer.header("Location")
    targets = [location] if location else []
    if "html" in (answer.header("Content-Type") or ""):
        nodes = LexborHTMLParser(answer.text).css("a[href], link[href], script[src], img[src]")
        targets += [node.attributes.get("href") or node.attributes.get("src") or "" for node in nodes]
    return [
        target.partition("#")[0]
        for target in targets
        if target.startswith("/") and not urlsplit(target).netloc
    ]


def read_forms(answer: LabResponse, found: Found) -> None:
    for node in LexborHTMLParser(answer.text).css("form"):
        action, method = node.attributes.get("action") or "", (node.attributes.get("method") or "get").upper()
        names = {item.attributes.get("name") or "" for item in node.css("input, textarea, select")}
        found.fields.setdefault((method, action), set()).update(names)
        found.encodings[action] = node.attributes.get("enctype") or ""
