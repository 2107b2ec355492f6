"""Pages meant for developers and operators are reachable for everyone: `phpinfo()`, debug consoles, management
interfaces, profilers, and error pages that show a trace.

## Impact
Settings with their passwords, requests of other visitors with their cookies, or memory can be read; some of these
pages run code.

## Remediation
Switch debugging off in production and do not deploy such pages. Where operators need them, bind them to an
address of their own (`management.server.port`, `Require local`) or put them behind a log-in.

## How it is proven
The page under the tool's own name has the words of its build, all of them, twice; a random name beside it, which
cannot exist, has not. What the site answers for a name that cannot exist, and for a broken address, is read for
the traces of languages and the debug pages of frameworks. A status code proves nothing.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    Oracle,
    OriginAsset,
    Probe,
    Proof,
    Scope,
    Severity,
    Url,
    check,
)
from cyberai.checkkit.debug_pages import CRITICAL, DEBUG_PAGES, HIGH, LOW, MEDIUM, DebugPage
from cyberai.checkkit.text import excerpt
from cyberai.checkkit.traces import Trace, traces
from cyberai.domain.scope import base_path

_SEVERITY = {
    CRITICAL: Severity.CRITICAL,
    HIGH: Severity.HIGH,
    MEDIUM: Severity.MEDIUM,
    LOW: Severity.LOW,
}
_MAX_HITS = 10
_BROKEN = "%c0%zz%"
"""A path segment whose escapes are none: what decodes it strictly fails."""


@check(
    id="web.debug-pages",
    title="Debug or management page reachable",
    severity=Severity.MEDIUM,
    cvss=MEDIUM,
    cwe=("CWE-489",),
    owasp=("A05:2021",),
    scope=Scope.ORIGIN,
    grain=Grain.ORIGIN,
    max_requests=60,
    references=(
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/05-Enumerate_Infrastructure_and_Application_Admin_Interfaces",
    ),
    tags=("exposure", "debug", "configuration"),
)
async def debug_pages(origin: OriginAsset, probe: Probe) -> AsyncIterator[Hit]:
    """27 names in the entry's folder and two provoked errors; one hit per tool."""
    entry = origin.url.with_target(base_path(origin.url))
    missing = await probe.missing(entry)
    found = 0
    for trace, shown in await _provoked(entry, missing, probe):
        yield _trace_hit(trace, shown)
    for page in DEBUG_PAGES:
        for path in page.paths if found < _MAX_HITS else ():
            hit = await _look(page, entry.with_target(entry.target + path), probe)
            if hit is not None:
                found += 1
                yield hit
                break


async def _look(page: DebugPage, url: Url, probe: Probe) -> Hit | None:
    first = await probe.get(url)
    if not _shows(page, first):
        return None
    missing = await probe.missing(url)
    second = await probe.get(url)
    match = page.shown(second.response.body)
    if match is None or not _shows(page, second) or _shows(page, missing):
        return None
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2, control_silent=True),
        evidence=(HttpEvidence(second, missing, excerpt(match.text).strip()[:300], page.gives),),
        url=url,
        cause=page.name,
        title=f"{page.name} reachable",
        detail=page.gives,
        severity=_SEVERITY[page.cvss],
        cvss=page.cvss,
    )


def _shows(page: DebugPage, exchange: Exchange) -> bool:
    return exchange.response.status == 200 and page.shown(exchange.response.body) is not None


async def _provoked(entry: Url, missing: Exchange, probe: Probe) -> list[tuple[Trace, Exchange]]:
    """Traces in the answers to a path that cannot exist and to one that cannot be decoded."""
    shown: dict[str, tuple[Trace, Exchange]] = {}
    broken = await probe.get(entry.with_target(f"{entry.target}{probe.token()}{_BROKEN}"))
    for exchange in (missing, broken):
        told = traces(exchange.response) if exchange.response.status >= 400 else ()
        if not told:
            continue
        again = await probe.get(exchange.request.url)
        lasting = {trace.source for trace in traces(again.response)}
        for trace in told:
            if trace.source in lasting:
                shown.setdefault(trace.source, (trace, exchange))
    return list(shown.values())


def _trace_hit(trace: Trace, exchange: Exchange) -> Hit:
    kind = "debug page" if trace.debug_page else "stack trace"
    note = f"A path that does not exist is answered with a {trace.source} {kind}."
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            HttpEvidence(exchange, None, trace.text if trace.text in exchange.response.text else "", note),
        ),
        url=exchange.request.url,
        cause=f"errors: {trace.source}",
        title=f"Errors show a {trace.source} {kind}",
        detail=note,
        cwe=("CWE-209", "CWE-489"),
    )
