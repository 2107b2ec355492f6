"""The requests a simulated site answers, found as a visitor would: links and forms, breadth first."""

import json
from urllib.parse import parse_qsl, quote, urlencode

from selectolax.lexbor import LexborHTMLParser, LexborNode

from cyberai.checkkit.navigation import navigations
from cyberai.domain.http import Exchange, HttpRequest, Url
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from support.direct_probe import Respond


def crawl(respond: Respond, entry: str, limit: int = 400) -> list[Exchange]:
    """Every exchange of the site within its origin, at most `limit`."""
    queue = [HttpRequest("GET", Url.parse(entry))]
    seen: dict[str, Exchange] = {}
    while queue and len(seen) < limit:
        request = queue.pop(0)
        if _shape(request) in seen:
            continue
        exchange = Exchange(request, respond(request))
        seen[_shape(request)] = exchange
        queue += [r for r in _next(exchange) if r.url.origin == request.url.origin]
    return list(seen.values())


def _shape(request: HttpRequest) -> str:
    names = [part.partition("=")[0] for part in request.url.query.split("&")]
    fields = [part.partition(b"=")[0].decode("latin-1") for part in request.body.split(b"&")]
    return " ".join((request.method, request.url.path, *names, *fields))


def _next(exchange: Exchange) -> list[HttpRequest]:
    page = exchange.request.url
    found = []
    for navigation in navigations(exchange.response):
        found += _link(page, navigation.target)
    if exchange.response.content_type != "text/html":
        return found
    tree = LexborHTMLParser(exchange.response.body.decode("utf-8", "replace"))
    for node in tree.css("a[href], img[src], iframe[src]"):
        found += _link(page, node.attributes.get("href") or node.attributes.get("src") or "")
    for form in tree.css("form"):
        found += _form(page, form)
    return found


def _link(page: Url, reference: str) -> list[HttpRequest]:
    try:
        return [HttpRequest("GET", page.join(quote(reference, safe="%/:?#[]@!$&'()*+,;=~")))]
    except ValueError:
        return []


def _form(page: Url, form: LexborNode) -> list[HttpRequest]:
    fields = []
    for node in form.css("input[name], textarea[name], select[name]"):
        name, value = node.attributes["name"] or "", node.attributes.get("value") or ""
        option = node.css_first("option")
        if node.tag == "select" and option is not None:
            value = option.attributes.get("value") or option.text()
        if node.tag == "textarea":
            value = node.text()
        fields.append((name, value or _filling(node.attributes.get("type") or "text", name)))
    target = page.join(form.attributes.get("action") or page.target)
    if (form.attributes.get("method") or "get").lower() == "get":
        return [HttpRequest("GET", target.with_target(f"{target.path}?{urlencode(fields)}"))]
    kind = form.attributes.get("data-json") or form.attributes.get("enctype") or ""
    if "json" in kind:
        return [
            HttpRequest(
                "POST", target, (("Content-Type", "application/json"),), json.dumps(dict(fields)).encode()
            )
        ]
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    return [HttpRequest("POST", target, headers, urlencode(fields).encode())]


def _filling(kind: str, name: str) -> str:
    if kind == "password":
        return "Passw0rd!x"
    if kind == "email" or "mail" in name:
        return "visitor@example.com"
    return "1" if kind == "number" else "test"


def points(exchange: Exchange, cookies: tuple[tuple[str, str], ...] = ()) -> list[InsertionPoint]:
    """The insertion points of one request."""
    request = exchange.request
    if cookies:
        request = request.with_header("Cookie", "; ".join(f"{n}={v}" for n, v in cookies))
    found = [
        InsertionPoint(request, InsertionKind.QUERY, name, value)
        for name, value in parse_qsl(request.url.query, keep_blank_values=True)
    ]
    if request.url.query and "=" not in request.url.query:
        found = [InsertionPoint(request, InsertionKind.RAW_QUERY, "", request.url.query)]
    kind = request.header("content-type") or ""
    if "urlencoded" in kind:
        fields = parse_qsl(request.body.decode(), keep_blank_values=True)
        found += [InsertionPoint(request, InsertionKind.FORM, name, value) for name, value in fields]
    if "json" in kind:
        data = json.loads(request.body)
        found += [
            InsertionPoint(request, InsertionKind.JSON, name, str(value)) for name, value in data.items()
        ]
    segments = request.url.path[1:].split("/")
    found += [
        InsertionPoint(request, InsertionKind.PATH, str(index), segment)
        for index, segment in enumerate(segments)
        if segment and (index or len(segments) > 1)
    ]
    found.append(InsertionPoint(request, InsertionKind.PARAMETER_NAME, ""))
    found += [InsertionPoint(request, InsertionKind.COOKIE, name, value) for name, value in cookies]
    found += [
        InsertionPoint(request, InsertionKind.HEADER, name, "")
        for name in ("User-Agent", "Referer", "X-Forwarded-For")
    ]
    return found
