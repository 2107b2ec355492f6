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
    check,
)
from cyberai.checkkit.causes import root_of
from cyberai.checkkit.markup import renders
from cyberai.checkkit.scripting import HELD_BACK, Proven, Reflection, find, held_back, proofs


class _Answer:
    """The channel of reflection: the answer to the request shows the value."""

    def __init__(self, point: InsertionPoint, probe: Probe) -> None:
        self.value = point.value
        self._point = point
        self._probe = probe

    async def show(self, payload: str, *, append: bool = False) -> Exchange:
        """See checkkit.scripting.Channel."""
        return await self._probe.inject(self._point, payload, append=append)


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
    channel = _Answer(point, probe)
    reflection = await find(channel, probe)
    if reflection is None or not renders(reflection.exchange.response):
        return
    best: Hit | None = None
    async for proven in proofs(channel, probe, reflection):
        root = await root_of(point, probe, proven.exchange, proven.payload, proven.name)
        best = best or _hit(point, reflection, proven, root)
        if not held_back(proven.runs):
            best = _hit(point, reflection, proven, root)
            break
    if best is not None:
        yield best


def _hit(point: InsertionPoint, reflection: Reflection, proven: Proven, root: InsertionPoint | None) -> Hit:
    back = held_back(proven.runs)
    note = proven.note
    if point.kind in (InsertionKind.HEADER, InsertionKind.COOKIE, InsertionKind.HEADER_NAME):
        note += " An attacker must be able to set this header or cookie in the victim's browser."
    return Hit(
        proof=Proof(Oracle.STRUCTURE, repeats=2, control_silent=True, held_back=back),
        evidence=(HttpEvidence(proven.exchange, reflection.exchange, proven.match, note),),
        url=proven.exchange.request.url,
        point=point,
        root=root,
        detail=proven.detail,
        severity=Severity.LOW if back else None,
        cvss=HELD_BACK if back else None,
    )
