"""A value from the request decides where the browser is sent, and hosts of strangers are accepted, so that a
link to this site leads to any other.

## Impact
Links that begin with a trusted name end on a page that imitates it and asks for the password. In log-in flows
the redirect can carry a code or token to the stranger's host.

## Remediation
Send the browser only to paths of your own: keep a list of places by name, or accept a value only when, parsed
by a URL parser, it has neither scheme nor host, begins with one `/`, and holds no backslash. Comparing the
beginning or a part of the text is not enough.

## How it is proven
The answer sends the browser, by Location or Refresh header, meta refresh or a script's assignment to
`location`, to a random host name that we put in, as a browser resolves such a reference; again with a fresh
name. A path of the site itself in the same place does not. The redirect is never followed.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    InsertionPoint,
    Oracle,
    Probe,
    Proof,
    Scope,
    Severity,
    check,
)
from cyberai.checkkit.navigation import Navigation, destination_host, navigations
from cyberai.checkkit.text import Pattern

# `@` is our random host, `{own}` the site's host, `{scheme}` its scheme, `{origin}` both with its port, `{v}` the original
# value, which an allow-list may want anywhere in the text. All hosts end in a reserved name (RFC 2606).
_PLAIN = ("https://@/",)
_DISGUISES = (
    "//@/",
    "/\\@/",
    "\\\\@/",
    "https:@/",
    "///@/",
    "{scheme}://{own}.@/",
    "{origin}@@/",
    "https://@/{own}",
    "https://@?{own}",
    "https://@/?{v}",
    "https://@/#{v}",
    "https://@{path}",
    "{v}.@/",
    "{v}@@/",
    "/\t/@/",
)
_HINTS = Pattern(
    r"(url|uri|link|href|redir|return|next|goto|go_?to|forward|dest|target|continue|callback|back|out|view|site|page|path|ref|"
    r"location|to$|^u$|^r$|^q$|^go$|^rd$|checkout|success|cancel|landing|service)",
    ignore_case=True,
)


@check(
    id="web.open-redirect",
    title="Open redirect",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:L/A:N",
    cwe=("CWE-601",),
    owasp=("A01:2021",),
    scope=Scope.INSERTION,
    grain=Grain.PARAMETER,
    max_requests=22,
    references=(
        "https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html",
    ),
    tags=("redirect", "phishing"),
)
async def open_redirect(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    """One plain foreign URL for every place; the disguises only where the value steers a navigation."""
    baseline = await probe.baseline(point)
    shown, steers = await _attempt(point, probe, _PLAIN[0])
    pattern = _PLAIN[0] if shown else ""
    if not shown and (steers or _worth_more(point, baseline)):
        for disguise in _DISGUISES:
            shown, _ = await _attempt(point, probe, disguise)
            if shown:
                pattern = disguise
                break
    if not pattern:
        return
    again, _ = await _attempt(point, probe, pattern)
    control = await probe.inject(point, f"/{probe.token()}")
    if again and not any(_foreign(n, control) for n in navigations(control.response)):
        exchange, navigation = again
        yield _hit(point, exchange, control, navigation, pattern)


async def _attempt(
    point: InsertionPoint, probe: Probe, pattern: str
) -> tuple[tuple[Exchange, Navigation] | None, bool]:
    token = probe.token()
    host = f"{token}.example"
    payload = pattern.replace("@@", "\0").replace("@", host).replace("\0", f"@{host}")
    own = point.request.url
    for name, text in (
        ("own", own.host),
        ("scheme", own.scheme),
        ("origin", own.origin),
        ("path", _path(point)),
    ):
        payload = payload.replace(f"{{{name}}}", text)
    payload = payload.replace("{v}", point.value)
    exchange = await probe.inject(point, payload)
    steers = False
    for navigation in navigations(exchange.response):
        if token in navigation.target.lower():
            steers = True
            if destination_host(navigation.target, exchange).endswith(host):
                return (exchange, navigation), True
    return None, steers


def _path(point: InsertionPoint) -> str:
    """The original value as the path behind a host."""
    return point.value if point.value.startswith("/") else f"/{point.value}"


def _worth_more(point: InsertionPoint, baseline: Exchange) -> bool:
    """A place that sends the browser on by itself, or is named and filled as one that does."""
    if _is_place(point.value) and any(point.value in n.target for n in navigations(baseline.response)):
        return True
    moves = any(True for _ in navigations(baseline.response))
    named = _HINTS.search(point.name.encode("utf-8", "replace")) is not None
    return (named and (moves or _is_place(point.value) or not point.value)) or (
        moves and _is_place(point.value)
    )


def _is_place(value: str) -> bool:
    return value.startswith(("/", "http://", "https://")) or value.endswith((".html", ".php", ".jsp", ".asp"))


def _foreign(navigation: Navigation, exchange: Exchange) -> bool:
    return destination_host(navigation.target, exchange).endswith(".example")


def _hit(
    point: InsertionPoint, exchange: Exchange, control: Exchange, navigation: Navigation, pattern: str
) -> Hit:
    host = destination_host(navigation.target, exchange)
    note = f"A browser goes on to {host} by the {navigation.how}."
    # A script may write slashes and dots escaped; our word stands there in any case.
    forms = (navigation.target[:500], host, host.split(".")[-2])
    by_header = navigation.how.endswith("header")
    match = next((form for form in forms if by_header or form.encode() in exchange.response.body), host)
    return Hit(
        proof=Proof(Oracle.STRUCTURE, repeats=2, control_silent=True),
        evidence=(HttpEvidence(exchange, control, match, note),),
        url=exchange.request.url,
        point=point,
        detail=f"{navigation.how}, value of the form {pattern.replace('@', 'HOST')}.",
    )
