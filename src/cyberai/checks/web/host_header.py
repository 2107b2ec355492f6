"""Addresses in the answer are made from the Host header, or a forwarding header, of whoever asked.

## Impact
Mails with a link to set a new password, and pages that a cache keeps for everyone, can be made to point to the
attacker's host, where the secret in the link or the visitor's log-in ends.

## Remediation
Make absolute addresses from the configured name of the site, or use relative ones. Answer only names that are
known (`ALLOWED_HOSTS`, `server_name` with a default server that refuses, trusted host patterns), and take
forwarding headers from your own proxy only.

## How it is proven
Where a page names its own host in a redirect or link, it is asked for again with a random host name in the Host
header, and with another in each forwarding header. The random name must be the host of a redirect, of an element
that loads or leads somewhere, or of a written-out address with a query, as a URL parser sees it, twice with fresh
names; the page without such a header has its own host there. A name that is merely repeated as text is none, and
neither is a web server's own redirect to a folder. A redirect by the Host header alone, which servers make too and
a visitor's browser cannot be brought to send wrong, is a remark (info).
"""

from collections.abc import AsyncIterator, Iterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    HttpRequest,
    Oracle,
    PageAsset,
    Probe,
    Proof,
    Scope,
    Severity,
    Struct,
    check,
)
from cyberai.checkkit.markup import elements, renders
from cyberai.checkkit.navigation import Navigation, destination_host, navigations
from cyberai.checkkit.text import Pattern, escape, excerpt

_LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"
_INFO = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:N/A:N"
_REDIRECT = "Location header"
_FORWARDING = (
    "X-Forwarded-Host",
    "X-Host",
    "X-Forwarded-Server",
    "X-HTTP-Host-Override",
    "X-Original-Host",
    "Forwarded",
)
_ATTRIBUTES = ("href", "src", "action", "formaction", "data", "content")
_SECRET = Pattern(
    r"(?i)[/?&=._-](?:reset|password|passwd|recover|activat|confirm|verif|invit|token|key|code|magic|unsubscribe)"
)


class _Place(Struct, frozen=True):
    """Where a host name of ours stands: in words, and the address as it is written."""

    where: str
    address: str


@check(
    id="web.host-header",
    title="Addresses are made from the Host header",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:L/A:N",
    cwe=("CWE-644",),
    owasp=("A05:2021",),
    scope=Scope.PAGE,
    grain=Grain.ORIGIN,
    max_requests=4,
    references=(
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/07-Input_Validation_Testing/17-Testing_for_Host_Header_Injection",
        "https://cwe.mitre.org/data/definitions/644.html",
    ),
    tags=("headers", "cache", "redirect"),
)
async def host_header(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Nothing for pages that do not name their own host; two requests for those that do."""
    exchange = page.exchange
    if exchange.request.method not in ("GET", "HEAD") or not _names_itself(exchange):
        return
    for names in (("Host",), _FORWARDING):
        header, _, _ = await _attempt(exchange.request, names, probe)
        if not header:
            continue
        again, shown, place = await _attempt(exchange.request, (header,), probe)
        if again and place is not None:
            yield _hit(exchange, shown, header, place)


def _names_itself(exchange: Exchange) -> bool:
    url, response = exchange.request.url, exchange.response
    own = f"//{url.authority}".encode()
    heads = [response.header(name) or "" for name in ("location", "refresh", "link", "content-location")]
    # JSON may write slashes escaped.
    body = response.body[:1_000_000]
    return any(own.decode() in head for head in heads) or own in body or own.replace(b"/", b"\\/") in body


async def _attempt(
    request: HttpRequest, names: tuple[str, ...], probe: Probe
) -> tuple[str, Exchange, _Place | None]:
    """The first of these headers whose random host became one of the answer's addresses; empty when none did."""
    hosts = {name: f"{probe.token(10)}.example" for name in names}
    for name, host in hosts.items():
        request = request.with_header(name, f"host={host}" if name == "Forwarded" else host)
    exchange = await probe.send(request)
    for name, host in hosts.items():
        place = next(_places(exchange, host), None)
        if place is not None:
            return name, exchange, place
    return "", exchange, None


def _places(exchange: Exchange, host: str) -> Iterator[_Place]:
    response = exchange.response
    if response.status >= 500 or response.status in (400, 421):
        return
    for navigation in navigations(response):
        if destination_host(navigation.target, exchange) == host and not _adds_a_slash(exchange, navigation):
            yield _Place(navigation.how, navigation.target)
    if host.encode() not in response.body:
        return
    markup = renders(response)
    for node in elements(response.body) if markup else ():
        for name in _ATTRIBUTES:
            value = node.attributes.get(name)
            if value and host in value and destination_host(value, exchange) == host:
                yield _Place(f"{name} of <{node.tag}>", value)
    yield from _written(response.body, host, queried=markup)


def _adds_a_slash(exchange: Exchange, navigation: Navigation) -> bool:
    """True for the redirect by which web servers lead to a folder: they all take the name that was asked for."""
    path = navigation.target.partition("://")[2].partition("/")[2].partition("?")[0]
    return navigation.how == _REDIRECT and f"/{path}" == f"{exchange.request.url.path}/"


def _written(body: bytes, host: str, *, queried: bool) -> Iterator[_Place]:
    """Addresses in text, as a mail or a JSON answer has them; on a page only those with a query, since a page may
    tell the address it was asked for."""
    rest = r"(?:\\?/[^\s\"'<>?]*)?\?[^\s\"'<>]+" if queried else r"(?:\\?/[^\s\"'<>]*)?"
    match = Pattern(r"https?:\\?/\\?/" + escape(host) + rest).search(body)
    if match is not None:
        yield _Place("an address in the text", excerpt(match.text, 400))


def _hit(control: Exchange, shown: Exchange, header: str, place: _Place) -> Hit:
    secret = _SECRET.search(place.address.encode("utf-8", "replace")) is not None
    # The visitor's own browser sends the right Host: without a secret in the address, a cache has to help.
    minor = header == "Host" and not secret
    severity, cvss = (Severity.INFO, _INFO) if place.where == _REDIRECT else (Severity.LOW, _LOW)
    host = (shown.request.header(header) or "").removeprefix("host=")
    lines = "\n".join(f"{n}: {v}" for n, v in shown.response.headers)
    match = place.address if place.address in lines or place.address in shown.response.text else host
    return Hit(
        proof=Proof(Oracle.STRUCTURE, repeats=2, control_silent=True),
        evidence=(
            HttpEvidence(shown, control, match[:500], f"{host} from {header} is the host of: {place.where}."),
        ),
        url=control.request.url,
        cause=header,
        title=f"Addresses are made from the {header} header",
        detail=f"{header} decides {place.where}" + (", which carries a secret." if secret else "."),
        severity=severity if minor else None,
        cvss=cvss if minor else None,
    )
