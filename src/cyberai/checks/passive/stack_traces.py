"""An answer shows the visitor how the program failed: a stack trace, or a framework's debug page.

## Impact
Paths, versions, names of functions and often statements and values become known. A debug page of a framework adds
settings and source code, and with some a console that runs code.

## Remediation
Show visitors a plain error page and write the trace to a log: debug switches off in production (`DEBUG = False`,
`APP_DEBUG=false`, `display_errors = Off`, `customErrors mode="On"`, `NODE_ENV=production`,
`server.error.include-stacktrace=never`).

## How it is proven
The answer has the form in which the language or framework itself writes it, with at least two frames where one
line could be prose, and the same request shows it again. On pages that are no errors, traces within quoting
elements count as quotations, and are silent.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Grain,
    Hit,
    HttpEvidence,
    Oracle,
    PageAsset,
    Probe,
    Proof,
    Scope,
    Severity,
    check,
)
from cyberai.checkkit.observation import again, times_seen
from cyberai.checkkit.traces import traces

_TEXTUAL = ("text/", "application/json", "application/xhtml", "application/xml", "application/problem")


@check(
    id="passive.stack-traces",
    title="Stack trace or debug page shown",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
    cwe=("CWE-209",),
    owasp=("A05:2021",),
    scope=Scope.CONTENT,
    grain=Grain.PATH,
    max_requests=1,
    references=(
        "https://cwe.mitre.org/data/definitions/209.html",
        "https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html",
    ),
    tags=("errors", "exposure", "debug"),
)
async def stack_traces(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One hit per language or framework that speaks on the page."""
    response = page.exchange.response
    if response.content_type and not response.content_type.startswith(_TEXTUAL):
        return
    found = traces(response)
    if not found:
        return
    second = await again(page, probe)
    repeated = {trace.source for trace in traces(second.response)}
    for trace in found:
        kind = "debug page" if trace.debug_page else "stack trace"
        yield Hit(
            proof=Proof(
                Oracle.OBSERVATION, repeats=times_seen(page, second) if trace.source in repeated else 1
            ),
            evidence=(
                HttpEvidence(
                    page.exchange,
                    None,
                    trace.text if trace.text in response.text else "",
                    f"A {trace.source} {kind} is shown to the visitor.",
                ),
            ),
            url=page.exchange.request.url,
            cause=trace.source,
            title=f"{trace.source} {kind} shown",
            detail=f"{trace.source} {kind}, HTTP {response.status}.",
            cwe=("CWE-209", "CWE-489") if trace.debug_page else (),
        )
