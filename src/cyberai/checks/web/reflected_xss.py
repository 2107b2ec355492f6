"""A value from the request is written into a page in such a way that a browser reads part of it as script.
Whoever gets a victim to follow a prepared link runs a script in the victim's session with this site.

## Impact
The script acts as the visitor: it reads the page and its data, sends requests with the visitor's session,
changes what is shown, and captures what is typed.

## Remediation
Encode values for the place they are written to: HTML text, attribute (always quoted), script string and URL
each need their own encoder; a template engine with automatic escaping does the first two. Never write a value
into a script, an event handler or a `javascript:` URL; hand it over in a data attribute. Add a
Content-Security-Policy without `unsafe-inline` as a second line.

## How it is proven
A marker shows whether and where the value comes back; a second request shows what happens to each character
there. Payloads are first tried on that page without sending them, by parsing it as a browser does. What would
run is sent, and the real answer must, parsed again, hold an executable position that calls our random function
name (a handler, a script, a `javascript:` URL); it must do so again with a fresh name, in a content type that
browsers render. The control is the page with a harmless value.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    InsertionKind,
    InsertionPoint,
    Oracle,
    Probe,
    Proof,
    Scope,
    Severity,
    Struct,
    check,
)
from cyberai.checkkit.markup import executable, renders
from cyberai.checkkit.reflection import (
    Place,
    character_probe,
    filled,
    occurrences,
    places,
    plain_places,
    promising,
    replacing,
)
from cyberai.checkkit.text import Pattern, escape, excerpt

_TRIES = 5


class _Reflection(Struct, frozen=True):
    """The marker's answer, and how values are to be put in."""

    exchange: Exchange
    token: str
    append: bool


class _Attempt(Struct, frozen=True):
    """A payload pattern worth sending, and whether it follows the original value or replaces it."""

    manner: str
    pattern: str
    append: bool


@check(
    id="web.reflected-xss",
    title="Reflected cross-site scripting",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
    cwe=("CWE-79",),
    owasp=("A03:2021",),
    scope=Scope.INSERTION,
    grain=Grain.PARAMETER,
    max_requests=14,
    references=(
        "https://owasp.org/www-community/attacks/xss/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Cross_Site_Scripting_Prevention_Cheat_Sheet.html",
    ),
    tags=("injection", "xss", "browser"),
)
async def reflected_xss(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    """Marker, characters, simulation, proof."""
    reflection = await _find(point, probe)
    if reflection is None or not renders(reflection.exchange.response):
        return
    for attempt in await _plan(point, probe, reflection):
        where, _ = await _fires(point, probe, attempt, probe.token())
        if not where:
            continue
        name = probe.token()
        again, exchange = await _fires(point, probe, attempt, name)
        if again:
            yield _hit(point, reflection, exchange, again, name, attempt.manner)
            return


async def _find(point: InsertionPoint, probe: Probe) -> _Reflection | None:
    # Keeping the original value reaches the page's own code path; replacing it reaches pages that echo only
    # what they do not know.
    for append in (True, False) if point.value else (False,):
        token = probe.token()
        exchange = await probe.inject(point, token, append=append)
        if occurrences(exchange.response.body, token):
            return _Reflection(exchange, token, append)
    return None


async def _plan(point: InsertionPoint, probe: Probe, reflection: _Reflection) -> list[_Attempt]:
    token = probe.token()
    exchange = await probe.inject(point, character_probe(token), append=reflection.append)
    body, where = exchange.response.body, places(exchange.response.body, token)
    if not where or not renders(exchange.response):
        # A filter that refuses the whole set may still let a single payload pass.
        body = reflection.exchange.response.body
        where = plain_places(body, reflection.token)
    plan = _attempts(body, where, probe.token(), append=reflection.append)
    if not plan and reflection.append:
        # Some places must be begun and not continued, such as a link's address.
        plan = _attempts(body, replacing(body, where, point.value), probe.token(), append=False)
    return plan


def _attempts(body: bytes, where: tuple[Place, ...], name: str, *, append: bool) -> list[_Attempt]:
    plan: dict[str, _Attempt] = {}
    for candidate in promising(body, where, name):
        plan.setdefault(candidate.manner, _Attempt(candidate.manner, candidate.pattern, append))
        if len(plan) >= _TRIES:
            break
    return list(plan.values())


async def _fires(point: InsertionPoint, probe: Probe, attempt: _Attempt, name: str) -> tuple[str, Exchange]:
    exchange = await probe.inject(point, filled(attempt.pattern, name), append=attempt.append)
    response = exchange.response
    return (executable(response.body, name) if renders(response) else ""), exchange


def _hit(
    point: InsertionPoint, reflection: _Reflection, exchange: Exchange, where: str, name: str, manner: str
) -> Hit:
    shown = Pattern(r"[^\n]{0,60}" + escape(name) + r"[^\n]{0,60}", ignore_case=True).search(
        exchange.response.body
    )
    match = excerpt(shown.text) if shown else name
    policy = exchange.response.header("content-security-policy")
    notes = [f"A browser that shows this page calls {name}() from {where}."]
    if policy:
        notes.append("The page's Content-Security-Policy may keep some browsers from running it.")
    if point.kind in (InsertionKind.HEADER, InsertionKind.COOKIE, InsertionKind.HEADER_NAME):
        notes.append("An attacker must be able to set this header or cookie in the victim's browser.")
    return Hit(
        proof=Proof(Oracle.STRUCTURE, repeats=2, control_silent=True),
        evidence=(HttpEvidence(exchange, reflection.exchange, match, " ".join(notes)),),
        url=exchange.request.url,
        point=point,
        detail=f"{manner}: {where}." + (f" Content-Security-Policy: {policy[:200]}" if policy else ""),
    )
