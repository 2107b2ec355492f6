"""The server allows pages of strangers to read its answers with the visitor's session: it copies the Origin
header of the request, or accepts `null` or a look-alike of its own name, and allows credentials with it.

## Impact
A page of an attacker, opened by someone who is logged in here, reads what this site answers that person:
profile, tokens, messages.

## Remediation
Compare the Origin header with a fixed list of complete origins, and answer `Access-Control-Allow-Origin` only
for those, together with `Vary: Origin`. Do not test a beginning, an end or a part of it, and never allow
`null`. Send `Access-Control-Allow-Credentials` only where a foreign page needs the session.

## How it is proven
The page is asked for with a random foreign origin, with `null`, and with names that only contain the site's
own. The answer must name exactly that origin and allow credentials, twice; the same page asked for without an
Origin header must not. Where the site's entry or the first folder of the path grants the same, one program decides for
all below it: its pages are places of one finding. A wildcard, or an origin without credentials, opens nothing that a stranger could not
fetch by himself, and is no hit.
"""

from collections.abc import AsyncIterator
from contextlib import suppress

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    HttpRequest,
    Oracle,
    PageAsset,
    PolicyRefused,
    Probe,
    Proof,
    Scope,
    Severity,
    Struct,
    TransportError,
    Url,
    check,
)


class _Trick(Struct, frozen=True):
    """`@` is a random word, `{scheme}`, `{host}` and `{port}` those of the site."""

    name: str
    origin: str


_ANY = _Trick("any origin", "https://@.example")
_TRICKS = (
    _Trick("the null origin", "null"),
    _Trick("a name that begins with the site's", "{scheme}://{host}.@.example"),
    _Trick("a name that ends with the site's", "{scheme}://@{host}{port}"),
)


@check(
    id="web.cors-origin",
    title="Foreign origins may read answers with credentials",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:N/A:N",
    cwe=("CWE-942",),
    owasp=("A05:2021",),
    scope=Scope.PAGE,
    grain=Grain.PATH,
    max_requests=8,
    references=(
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
        "https://developer.mozilla.org/docs/Web/HTTP/CORS",
    ),
    tags=("cors", "browser"),
)
async def cors_origin(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One foreign origin for every page; the other tricks only where the page speaks CORS at all."""
    if page.exchange.request.method not in ("GET", "HEAD") or page.exchange.response.status >= 400:
        return
    answer = await _ask(page, probe, _ANY)
    if _opened(answer):
        tricks: tuple[_Trick, ...] = (_ANY,)
    elif _speaks_cors(answer) or _speaks_cors(page.exchange):
        tricks = _TRICKS
    else:
        return
    for trick in tricks:
        first = answer if trick is _ANY else await _ask(page, probe, trick)
        if not _opened(first):
            continue
        second = await _ask(page, probe, trick)
        if _opened(second) and not _grants(page.exchange, _sent(second)):
            mount = await _mount(page, probe, trick)
            yield _hit(page, trick, second, mount)
            return


async def _ask(page: PageAsset, probe: Probe, trick: _Trick) -> Exchange:
    return await probe.send(
        page.exchange.request.with_header("Origin", _origin(trick, page.exchange.request.url, probe))
    )


async def _mount(page: PageAsset, probe: Probe, trick: _Trick) -> Url:
    """What decides whom the page is for: the highest of the site's entry and the first folder of the path that grants the
    same, whatever else it answers; else the page itself, or the interface it is an object of."""
    url = page.exchange.request.url
    for path in ("/", f"/{url.path.split('/')[1]}/"):
        above = url.with_target(path)
        if above.path == url.path:
            break
        with suppress(PolicyRefused, TransportError):
            asked = HttpRequest("GET", above).with_header("Origin", _origin(trick, url, probe))
            if _opened(await probe.send(asked)):
                return above
    return _interface(url)


def _origin(trick: _Trick, url: Url, probe: Probe) -> str:
    origin = (
        trick.origin.replace("@", probe.token()).replace("{scheme}", url.scheme).replace("{host}", url.host)
    )
    return origin.replace(
        "{port}", url.authority[len(url.host) :] if url.authority.startswith(url.host) else ""
    )


def _sent(exchange: Exchange) -> str:
    return exchange.request.header("origin") or ""


def _opened(exchange: Exchange) -> bool:
    return _grants(exchange, _sent(exchange))


def _grants(exchange: Exchange, origin: str) -> bool:
    allowed = exchange.response.header_values("access-control-allow-origin")
    credentials = (exchange.response.header("access-control-allow-credentials") or "").strip()
    # Browsers compare byte for byte and refuse more than one value.
    return len(allowed) == 1 and allowed[0].strip() == origin and credentials == "true"


def _speaks_cors(exchange: Exchange) -> bool:
    response = exchange.response
    varies = any("origin" in value.lower() for value in response.header_values("vary"))
    return varies or any(name.lower().startswith("access-control-") for name, _ in response.headers)


def _hit(page: PageAsset, trick: _Trick, shown: Exchange, mount: Url) -> Hit:
    match = next(f"{n}: {v}" for n, v in shown.response.headers if n.lower() == "access-control-allow-origin")
    note = f"The answer lets {_sent(shown)} read it with the visitor's credentials."
    return Hit(
        proof=Proof(Oracle.STRUCTURE, repeats=2, control_silent=True),
        evidence=(HttpEvidence(shown, page.exchange, match, note),),
        url=page.exchange.request.url,
        mount=mount,
        detail=f"Accepted: {trick.name}.",
    )


def _interface(url: Url) -> Url:
    """What decides whom an answer is for: not each object or list of a program's interface, but the interface. Deep
    paths stand for their first two names."""
    names = url.path.split("/")[1:]
    return url.with_target(f"/{names[0]}/{names[1]}/") if len(names) > 2 else url
