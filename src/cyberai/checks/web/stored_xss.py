"""The application keeps a value that somebody sends and later writes it into a page in such a way that a browser reads
part of it as script. Everybody who opens that page runs it: no prepared link is needed, and whoever looks after the
site sees such pages first.

## Impact
The script acts as each visitor of the page, administrators among them: it reads the page and its data, sends requests
with the visitor's session, changes what is shown, and can pass itself on.

## Remediation
Encode values where they are written, for the place they are written to: HTML text, attribute (always quoted), script
string and URL each need their own encoder; a template engine with automatic escaping does the first two. Where visitors
may write HTML, clean it with a sanitizer that knows a list of allowed elements. What is kept already stays harmful until
the page that shows it encodes it. Add a Content-Security-Policy without `unsafe-inline` as a second line.

## How it is proven
Every form is submitted with a word of its own in every field, and the site's pages are searched for all of these words
at once. Where a word turns up, the same way is taken with what is asked of reflected values: which characters come
through, which payload would run on that very page. It is then submitted, the page is fetched, and it must, parsed as a
browser does, hold an executable position that calls our random function name, and again with a fresh name. The control
is the page with a harmless value. Where the page's Content-Security-Policy keeps all of it from running, the finding is
`strong` at most and its severity low.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    HttpRequest,
    Oracle,
    Probe,
    Proof,
    Scope,
    Severity,
    StoredAsset,
    check,
)
from cyberai.checkkit.markup import renders
from cyberai.checkkit.scripting import HELD_BACK, Proven, Reflection, find, held_back, proofs


class _LaterPage:
    """The channel of what is kept: a value is submitted, and another page shows it. `delivered` is the last
    submission."""

    def __init__(self, place: StoredAsset, probe: Probe) -> None:
        self.value = place.value
        self.delivered: HttpRequest = place.source.request
        self._place = place
        self._probe = probe

    async def show(self, payload: str, *, append: bool = False) -> Exchange:
        """See checkkit.scripting.Channel."""
        delivered, shown = await self._probe.store(self._place, payload, append=append)
        self.delivered = delivered.request
        return shown


@check(
    id="web.stored-xss",
    title="Stored cross-site scripting",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:L/A:N",
    cwe=("CWE-79",),
    owasp=("A03:2021",),
    scope=Scope.STORED,
    grain=Grain.PARAMETER,
    max_requests=60,
    references=(
        "https://owasp.org/www-community/attacks/xss/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Cross_Site_Scripting_Prevention_Cheat_Sheet.html",
    ),
    tags=("injection", "xss", "browser", "stored"),
)
async def stored_xss(place: StoredAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Marker, characters, simulation, proof: each delivered by the form and looked at on the page."""
    channel = _LaterPage(place, probe)
    reflection = await find(channel, probe)
    if reflection is None or not renders(reflection.exchange.response):
        return
    best: Hit | None = None
    async for proven in proofs(channel, probe, reflection):
        best = best or _hit(place, reflection, proven, channel.delivered)
        if not held_back(proven.runs):
            best = _hit(place, reflection, proven, channel.delivered)
            break
    if best is not None:
        yield best


def _hit(place: StoredAsset, reflection: Reflection, proven: Proven, delivered: HttpRequest) -> Hit:
    back = held_back(proven.runs)
    page = proven.exchange.request.url
    note = f"What {delivered.method} {delivered.url.path} submitted is kept and stands on this page. {proven.note}"
    return Hit(
        proof=Proof(Oracle.STRUCTURE, repeats=2, control_silent=True, held_back=back),
        evidence=(
            HttpEvidence(
                proven.exchange,
                reflection.exchange,
                proven.match,
                note,
                delivered,
                followed=place.shown is None,
            ),
        ),
        url=delivered.url,
        point=place.point,
        detail=f"Shown on {page.path}. {proven.detail}",
        severity=Severity.LOW if back else None,
        cvss=HELD_BACK if back else None,
    )
