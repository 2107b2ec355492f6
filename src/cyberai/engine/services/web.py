"""What answers HTTP: the server by its headers and error pages, and the services whose protocol HTTP only carries."""

from msgspec import structs

from cyberai.checkkit.text import Pattern
from cyberai.domain.http import HttpResponse
from cyberai.engine.services import web_tables as tables
from cyberai.engine.services.identity import (
    LIKELY,
    MAX_PRODUCT,
    MAX_VERSION,
    PROTOCOL,
    Identity,
    clean,
)
from cyberai.engine.services.rules import Rule, compiled, first_match, identity_of, system_in

WEB = "http"
_BODY = 65_536
_IN_JSON = frozenset({"elasticsearch", "couchdb", "etcd", "docker", "kubernetes"})
"""A page about such a service is none."""
_IN_HEAD = r"\r\n"

_UPNP = Pattern(r"\bUPnP/\d\.\d,?[ \t]+([^,]+)")
"""`system UPnP/1.0 product/version` (UPnP Device Architecture 2.0, section 1.3.3): the product stands last."""
_GENERIC = Pattern(r"^([A-Za-z][\w .+\-]{0,60}?)(?:/v?(\d[\w.\-]{0,30}))?(?:$|[ (;,])")


def from_response(response: HttpResponse) -> Identity:
    """What the answer to a first request shows; protocol `http` where it is an ordinary web server."""
    server = _header(response, "server")
    service = _application(response, tables.APPLICATIONS)
    if service is not None:
        return structs.replace(service, os=service.os or system_in(server))
    found = first_match(tables.SERVERS, server, WEB) if server else None
    if found is None:
        found = first_match(tables.ERROR_PAGES, response.body[:_BODY], WEB)
    if found is None:
        found = first_match(tables.POWERED, _header(response, "x-powered-by"), WEB)
    if found is None and server:
        found = _self_named(server)
    found = found or Identity(protocol=WEB, confidence=PROTOCOL)
    return structs.replace(found, os=found.os or system_in(server))


def second_looks(response: HttpResponse) -> tuple[str, ...]:
    """The paths whose answers would tell what this one leaves open: two at most."""
    whole, body = _whole(response)
    shown = (
        path for sign, path in tables.FOLLOWS if compiled(sign).search(body if sign[:1] == "^" else whole)
    )
    return tuple(dict.fromkeys(shown))[:2]


def from_second(response: HttpResponse) -> Identity | None:
    """What the answer at `second_look` shows."""
    return _application(response, tables.SECOND + tables.APPLICATIONS)


def _application(response: HttpResponse, rows: tuple[tuple[str, Rule], ...]) -> Identity | None:
    whole, body = _whole(response)
    told = body.lstrip()[:1] == b"{"
    for protocol, rule in rows:
        if protocol in _IN_JSON and not told and not rule.pattern.startswith(_IN_HEAD):
            continue
        match = compiled(rule.pattern).search(body if rule.pattern.startswith("^") else whole)
        if match is not None:
            return identity_of(rule, match, protocol)
    return None


def _whole(response: HttpResponse) -> tuple[bytes, bytes]:
    head = b"".join(f"\r\n{name}: {value}".encode("latin-1", "replace") for name, value in response.headers)
    body = response.body[:_BODY]
    return head[:8_192] + b"\r\n\r\n" + body, body


def _header(response: HttpResponse, name: str) -> bytes:
    return (response.header(name) or "").encode("latin-1", "replace")[:512]


def _self_named(server: bytes) -> Identity | None:
    """A server that nobody here knows, by the name it gives itself."""
    upnp = _UPNP.search(server)
    match = _GENERIC.search(server if upnp is None else upnp.groups[0])
    if match is None:
        return None
    product = clean(match.groups[0], MAX_PRODUCT)
    version = clean(match.groups[1], MAX_VERSION)
    return Identity(protocol=WEB, product=product, version=version, confidence=LIKELY - 15)
