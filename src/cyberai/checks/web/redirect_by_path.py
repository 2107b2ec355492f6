"""The server answers some paths with a redirect to the same path, changed a little: a slash added or taken away, dots
resolved. Where the path begins with two slashes, what it sends is no path any more but the address of another host.

## Impact
A link that begins with the name of this site ends on a page of a stranger that imitates it and asks for the
password. No parameter is needed, so filters of parameters do not help.

## Remediation
Renew the web server, framework or package that adds or removes the slash. In code of your own, replace every run of
slashes and backslashes at the beginning of a path by one slash before you put it into `Location`, or send the full
address with your own host.

## How it is proven
The path `//HOST/...` with a random host name leads a browser to that host, by Location or Refresh header, meta
refresh or script, as a browser resolves such a reference; again with a fresh name. The same path with one slash does
not. The redirect is never followed. Where only forms with dots lead away, which browsers of today resolve before they
send a request, the finding is `strong` at most and its severity low.
"""

from collections.abc import AsyncIterator, Iterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    HttpRequest,
    Oracle,
    OriginAsset,
    Probe,
    Proof,
    Scope,
    Severity,
    check,
)
from cyberai.checkkit.markup import elements
from cyberai.checkkit.navigation import Navigation, destination_host, navigations
from cyberai.domain.scope import base_path

_HELD_BACK = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"
# `@` is the host. Dots behind it lead back to a folder that exists, for servers that only redirect there.
_SENT_BY_BROWSERS = ("/@", "/@/", "/@/..;{folder}")
# Browsers of today resolve these dots, coded ones too, before they send a request (WHATWG URL).
_BY_OTHERS = ("/@/%2e%2e",)
_FORMS = (*_SENT_BY_BROWSERS, *_BY_OTHERS)


@check(
    id="web.redirect-by-path",
    title="Open redirect by the path",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:L/A:N",
    cwe=("CWE-601",),
    owasp=("A01:2021",),
    scope=Scope.ORIGIN,
    grain=Grain.ORIGIN,
    max_requests=12,
    references=(
        "https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html",
    ),
    tags=("redirect", "phishing"),
)
async def redirect_by_path(origin: OriginAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Each form once; the first that leads away is asked again, and once with a single slash."""
    page = await probe.get(origin.url)
    for form, sent in _forms(page):
        if await _attempt(origin, probe, form) is None:
            continue
        again = await _attempt(origin, probe, form)
        control = await _send(origin, probe, f"{probe.token()}.example", form[1:])
        if again is not None and not any(
            destination_host(n.target, control).endswith(".example") for n in navigations(control.response)
        ):
            yield _hit(origin, form, again, control, sent=sent)
        return


def _forms(page: Exchange) -> Iterator[tuple[str, bool]]:
    """The forms that can be filled in, and whether browsers send them as they are."""
    folder = _folder(page).rstrip("/")
    for form in _FORMS:
        if folder or "{folder}" not in form:
            yield form.replace("{folder}", folder), form in _SENT_BY_BROWSERS


def _folder(page: Exchange) -> str:
    """The path of the first folder that the entry refers to, below the entry's own; empty where there is none."""
    base = base_path(page.request.url)
    for node in elements(page.response.body) if "html" in page.response.content_type else ():
        for name in ("href", "src"):
            try:
                url = page.request.url.join(node.attributes.get(name) or "")
            except ValueError:
                continue
            first, slash, _ = url.path.removeprefix(base).partition("/")
            if url.origin == page.request.url.origin and url.path.startswith(base) and first and slash:
                return f"{base}{first}/"
    return ""


async def _send(origin: OriginAsset, probe: Probe, host: str, form: str) -> Exchange:
    target = base_path(origin.url) + form.replace("@", host)
    return await probe.send(HttpRequest("GET", origin.url.with_target(target)))


async def _attempt(origin: OriginAsset, probe: Probe, form: str) -> tuple[Exchange, Navigation] | None:
    host = f"{probe.token(10)}.example"
    exchange = await _send(origin, probe, host, form)
    for navigation in navigations(exchange.response):
        if destination_host(navigation.target, exchange) == host:
            return exchange, navigation
    return None


def _hit(
    origin: OriginAsset, form: str, shown: tuple[Exchange, Navigation], control: Exchange, *, sent: bool
) -> Hit:
    exchange, navigation = shown
    host = destination_host(navigation.target, exchange)
    by_header = navigation.how.endswith("header")
    target = navigation.target[:500]
    match = target if by_header or target in exchange.response.text else host
    note = f"A browser goes on to {host} by the {navigation.how}."
    if not sent:
        note += " Browsers of today resolve the dots before they send this path; other programs do not."
    return Hit(
        proof=Proof(Oracle.STRUCTURE, repeats=2, control_silent=True, held_back=not sent),
        evidence=(HttpEvidence(exchange, control, match, note),),
        url=origin.url,
        cause="path",
        detail=f"{navigation.how}, path of the form {base_path(origin.url)}{form.replace('@', 'HOST')}.",
        severity=None if sent else Severity.LOW,
        cvss=None if sent else _HELD_BACK,
    )
