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
there (in pieces, where the application cuts values short). Payloads are first tried on that page without sending
them, by parsing it as a browser does: as HTML, or as the XML that SVG and XHTML are. What would run is sent, and the
real answer must, parsed again, hold an executable position that calls our random function name (a script, a
`javascript:` URL, a handler whose event can happen on its element); it must do so again with a fresh name, in a
content type that browsers render. The control is the page with a harmless value. Where the page's
Content-Security-Policy keeps all of it from running, the finding is `strong` at most and its severity low.
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
from cyberai.checkkit.causes import root_of
from cyberai.checkkit.events import Trigger
from cyberai.checkkit.execution import Execution, execution
from cyberai.checkkit.markup import renders
from cyberai.checkkit.reflection import (
    SHORT,
    Place,
    character_probe,
    coded,
    filled,
    learnt,
    occurrences,
    pieces,
    places,
    plain_places,
    promising,
    replacing,
)
from cyberai.checkkit.text import Pattern, escape, excerpt

_TRIES = 5
_PIECES = 4
_HELD_BACK = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"
"""What is left where a policy, or a gesture nobody makes by chance, stands between the flaw and its use."""


class _Reflection(Struct, frozen=True):
    """The marker's answer, and how values are to be put in."""

    exchange: Exchange
    token: str
    append: bool


class _Seen(Struct, frozen=True):
    """A page, the places where values come back in it, how they are to be put in, and how many characters of them
    are kept (0: all)."""

    exchange: Exchange
    where: tuple[Place, ...]
    append: bool
    coded: bool = False
    room: int = 0


class _Attempt(Struct, frozen=True):
    """A payload pattern worth sending, and whether it follows the original value or replaces it."""

    manner: str
    pattern: str
    append: bool
    coded: bool
    letters: int | None
    expected: Execution


@check(
    id="web.reflected-xss",
    title="Reflected cross-site scripting",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
    cwe=("CWE-79",),
    owasp=("A03:2021",),
    scope=Scope.INSERTION,
    grain=Grain.PARAMETER,
    max_requests=22,
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
    proven: Hit | None = None
    for attempt in await _plan(point, probe, reflection):
        if proven is not None and attempt.expected.blocked:
            continue
        first, _, _ = await _fires(point, probe, attempt)
        if first is None:
            continue
        again, exchange, name = await _fires(point, probe, attempt)
        if again is None:
            continue
        root = await root_of(point, probe, exchange, filled(attempt.pattern, name), name)
        proven = proven or _hit(point, reflection, exchange, again, name, attempt.manner, root)
        if not _held_back(again):
            proven = _hit(point, reflection, exchange, again, name, attempt.manner, root)
            break
    if proven is not None:
        yield proven


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
    seen = await _seen(point, probe, reflection, encoded=False)
    plan = _attempts(seen, probe)
    if not plan and seen.append:
        # Some places must be begun and not continued, such as a link's address.
        where = replacing(seen.exchange.response.body, seen.where, point.value)
        plan = _attempts(_Seen(seen.exchange, where, False, room=seen.room), probe)
    if not plan and any(place.decodes for place in seen.where):
        plan = _attempts(await _seen(point, probe, reflection, encoded=True), probe)
    return plan


async def _seen(point: InsertionPoint, probe: Probe, reflection: _Reflection, *, encoded: bool) -> _Seen:
    """What becomes of each character. A filter that refuses the whole set is asked once more in coded form, and may
    still let a single payload pass."""
    token = probe.token()
    sent = coded(character_probe(token)) if encoded else character_probe(token)
    exchange = await probe.inject(point, sent, append=reflection.append)
    where = places(exchange.response.body, token)
    if not where or not renders(exchange.response):
        if not encoded:
            twice = await _seen(point, probe, reflection, encoded=True)
            if twice.coded and any(place.treatment.get("<") == b"<" for place in twice.where):
                return twice
        plain = plain_places(reflection.exchange.response.body, reflection.token)
        return _Seen(reflection.exchange, plain, reflection.append)
    kept = max((place.taken for place in where), default=0)
    if kept and not encoded:
        return await _in_pieces(point, probe, where, kept, append=reflection.append)
    return _Seen(exchange, where, reflection.append, coded=encoded)


async def _in_pieces(
    point: InsertionPoint, probe: Probe, where: tuple[Place, ...], kept: int, *, append: bool
) -> _Seen:
    """Ask for the characters behind the cut in values that are short enough, in place of the original value."""
    room = kept + (len(point.value) if append else 0)
    treatment: dict[str, bytes] = {}
    for characters in pieces(where, room)[:_PIECES]:
        token = probe.token(SHORT)
        answer = await probe.inject(point, character_probe(token, characters))
        for place in places(answer.response.body, token, characters):
            treatment.update(place.treatment)
    token = probe.token(SHORT)
    alone = await probe.inject(point, token)
    back = plain_places(alone.response.body, token)
    return _Seen(alone, learnt(back, {**where[0].treatment, **treatment}), False, room=room)


def _attempts(seen: _Seen, probe: Probe) -> list[_Attempt]:
    letters = SHORT if seen.room else None
    name = probe.token(SHORT) if seen.room else probe.token()
    best: dict[str, _Attempt] = {}
    for candidate, runs in promising(seen.exchange.response, seen.where, name, seen.room):
        attempt = _Attempt(candidate.manner, candidate.pattern, seen.append, seen.coded, letters, runs)
        known = best.get(candidate.manner)
        if known is None or runs.rank < known.expected.rank:
            best[candidate.manner] = attempt
        if sum(a.expected.rank == (False, Trigger.ITSELF) for a in best.values()) >= _TRIES:
            break
    return sorted(best.values(), key=lambda attempt: attempt.expected.rank)[:_TRIES]


async def _fires(
    point: InsertionPoint, probe: Probe, attempt: _Attempt
) -> tuple[Execution | None, Exchange, str]:
    name = probe.token() if attempt.letters is None else probe.token(attempt.letters)
    payload = filled(attempt.pattern, name)
    exchange = await probe.inject(point, coded(payload) if attempt.coded else payload, append=attempt.append)
    return execution(exchange.response, name), exchange, name


def _held_back(runs: Execution) -> bool:
    return runs.blocked or runs.trigger is Trigger.ACCESS_KEY


def _hit(
    point: InsertionPoint,
    reflection: _Reflection,
    exchange: Exchange,
    runs: Execution,
    name: str,
    manner: str,
    root: InsertionPoint | None,
) -> Hit:
    shown = Pattern(r"[^\n]{0,60}" + escape(name) + r"[^\n]{0,60}", ignore_case=True).search(
        exchange.response.body
    )
    match = excerpt(shown.text) if shown else name
    back = _held_back(runs)
    detail = f"{manner}: {runs.where}{_ON[runs.trigger]}."
    if runs.blocked:
        policy = exchange.response.header("content-security-policy") or "in the page itself"
        detail += f" Blocked by the Content-Security-Policy: {policy[:200]}"
    return Hit(
        proof=Proof(Oracle.STRUCTURE, repeats=2, control_silent=True, held_back=back),
        evidence=(HttpEvidence(exchange, reflection.exchange, match, _note(point, runs, name)),),
        url=exchange.request.url,
        point=point,
        root=root,
        detail=detail,
        severity=Severity.LOW if back else None,
        cvss=_HELD_BACK if back else None,
    )


_ON = {
    Trigger.ITSELF: "",
    Trigger.VISITOR: ", when the visitor uses that element",
    Trigger.ACCESS_KEY: ", when the visitor presses its access key",
}


def _note(point: InsertionPoint, runs: Execution, name: str) -> str:
    if runs.blocked:
        text = (
            f"The page holds a call of {name}() in {runs.where}, which the page's Content-Security-Policy keeps "
            "browsers from running. No payload was found that the policy lets run; the markup is still the sender's."
        )
    else:
        text = f"A browser that shows this page calls {name}() from {runs.where}{_ON[runs.trigger]}."
    if point.kind in (InsertionKind.HEADER, InsertionKind.COOKIE, InsertionKind.HEADER_NAME):
        text += " An attacker must be able to set this header or cookie in the victim's browser."
    return text
