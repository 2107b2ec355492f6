"""The source map of a script is served with it, and with the map the program's original source code.

## Impact
Anyone reads the client's code as it was written, with its comments, names, addresses of internal services and
parts that are not linked yet. It makes every other attack easier; secrets in it are lost.

## Remediation
Build without maps for production (`devtool: false`, `build.sourcemap: false`), or give the maps to the error
tracker only and keep them off the server. Change every secret that the code holds.

## How it is proven
The address that the script names (its comment or the SourceMap header), or the one beside a bundle that names
none, answers with a source map (version 3: sources and mappings) whose sources are the site's own, twice; a name
that cannot exist does not. Maps of published libraries, whose source is public, are no finding.
"""

from collections.abc import AsyncIterator

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
    Url,
    check,
)
from cyberai.checkkit.libraries import libraries_in, library_named
from cyberai.checkkit.observation import again
from cyberai.checkkit.source_map import SourceMap, inline_data, read_map
from cyberai.checkkit.text import Pattern, excerpt

_LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"
_INFO = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:N"
_NAMED = Pattern(r"(?m)^[ \t]*/[/*][#@][ \t]*sourceMappingURL=([^\s'\"*]+)")
_BUNDLE = Pattern(
    r"webpackJsonp|webpackChunk|__webpack_require__|__vite__|parcelRequire|System\.register\(|\.__esModule|__turbopack"
)
_LICENCE = Pattern(r"^\s*/\*[!*][\s\S]{0,800}(?:licen[sc]e|copyright|\(c\))", ignore_case=True)
_TAIL = 2_100_000
_SHOWN = 4


@check(
    id="passive.source-maps",
    title="Source map exposed",
    severity=Severity.LOW,
    cvss=_LOW,
    cwe=("CWE-540",),
    owasp=("A05:2021",),
    scope=Scope.CONTENT,
    grain=Grain.PATH,
    max_requests=3,
    references=("https://tc39.es/ecma426/", "https://cwe.mitre.org/data/definitions/540.html"),
    tags=("exposure", "javascript", "source"),
)
async def source_maps(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One request for a script that names a map or is a bundle; none for any other page."""
    exchange = page.exchange
    if not _is_script(exchange) or _is_published(exchange):
        return
    reference = _reference(exchange)
    if reference.startswith("data:"):
        found = read_map(inline_data(reference))
        if found is not None and _reference(await again(page, probe)) == reference:
            yield _hit(exchange, None, found, "data: address within the script")
        return
    target = _target(exchange.request.url, reference)
    if target is None or not (reference or _BUNDLE.search(exchange.response.body)):
        return
    shown = await probe.get(target)
    if _map_in(shown) is None:
        return
    missing = await probe.missing(target)
    second = await probe.get(target)
    found = _map_in(second)
    if found is not None and _map_in(missing) is None:
        yield _hit(second, missing, found, str(target))


def _is_script(exchange: Exchange) -> bool:
    response = exchange.response
    if response.status != 200 or exchange.request.method != "GET" or response.body.lstrip().startswith(b"<"):
        return False
    return "javascript" in response.content_type or exchange.request.url.path.endswith((".js", ".mjs"))


def _is_published(exchange: Exchange) -> bool:
    """True for a library of its own: its name or its first words say so, and it is no bundle of a site."""
    body = exchange.response.body
    if _BUNDLE.search(body):
        return False
    named = library_named(exchange.request.url.path.rpartition("/")[2]) is not None
    return named or bool(libraries_in(body)) or _LICENCE.search(body[:2_000]) is not None


def _reference(exchange: Exchange) -> str:
    response = exchange.response
    header = response.header("sourcemap") or response.header("x-sourcemap")
    if header:
        return header.strip()
    *_, last = [None, *_NAMED.finditer(response.body[-_TAIL:])]
    return excerpt(last.groups[0], 2_000_000) if last is not None else ""


def _target(script: Url, reference: str) -> Url | None:
    try:
        target = script.join(reference or script.path.rpartition("/")[2] + ".map")
    except ValueError:
        return None
    # What lies on another site is not this site's to answer for.
    return target if target.origin == script.origin else None


def _map_in(exchange: Exchange) -> SourceMap | None:
    response = exchange.response
    return read_map(response.body, truncated=response.truncated) if response.status == 200 else None


def _hit(exchange: Exchange, control: Exchange | None, found: SourceMap, where: str) -> Hit:
    names = ", ".join(found.own[:_SHOWN]) + (
        f" and {len(found.own) - _SHOWN} more" if len(found.own) > _SHOWN else ""
    )
    what = "the text of" if found.text else "the names of"
    match = next((name for name in found.own if name in exchange.response.text), "")
    note = f"The map ({where[:200]}) holds {what} {names}"
    request: HttpRequest = exchange.request
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=control is not None),
        evidence=(HttpEvidence(exchange, control, match[:300], note[:500]),),
        url=request.url,
        title=f"Source map exposed ({'with source code' if found.text else 'names only'})",
        detail=f"Sources: {names}"[:500],
        severity=None if found.text else Severity.INFO,
        cvss=None if found.text else _INFO,
    )
