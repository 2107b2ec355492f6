"""A form that acts for the visitor's session also acts when another site makes the visitor's browser send it. Nothing in
the request proves that the visitor meant it.

## Impact
Whoever gets a signed-in visitor to open a page of theirs changes data in the visitor's name: addresses, settings, texts,
roles. The visitor sees nothing of it.

## Remediation
Give each form a token that belongs to the session and refuse requests without it or with another's; frameworks bring
that along. Set `SameSite=Lax` or `Strict` on the session cookie as a second line. For JSON, accept `application/json`
only, which other sites cannot send without being asked for permission first.

## How it is proven
The form is one whose values were seen to be kept and shown to the session. Its request is made as a foreign site can make
it: hidden fields as a stranger's own form shows them, other secrets left out, no header fields of the application, a
foreign `Origin` and `Referer` or none, and only the cookies that browsers send across sites by their `SameSite`. The
value must then stand on the session's page, twice with fresh values. The control is the same request without the session:
it must not change that page, or the form does not act for it. Log-ins, searches and forms without a session are
never claimed.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Credentials,
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
    Url,
    check,
    replace,
)
from cyberai.checkkit.forgery import Way, forged, ways


@check(
    id="web.csrf",
    title="Cross-site request forgery",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:N",
    cwe=("CWE-352",),
    owasp=("A01:2021",),
    scope=Scope.STORED,
    grain=Grain.PATH,
    max_requests=15,
    references=(
        "https://owasp.org/www-community/attacks/csrf",
        "https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html",
    ),
    tags=("csrf", "session", "browser"),
)
async def csrf(place: StoredAsset, probe: Probe) -> AsyncIterator[Hit]:
    """A look at the session's page, a stranger's look at the form, then attack, control and attack again."""
    request = place.source.request
    if request.method != "POST" or place.shown is None or not place.source.referer:
        return
    # A worker that has just taken over learns here how the session's cookies are set.
    await probe.send(place.shown)
    if not probe.crosses_sites(request):
        return
    form = await probe.send_with(Credentials.OMIT, HttpRequest("GET", Url.parse(place.source.referer)))
    for way in ways(request, f"{probe.token()}.example"):
        hit = await _proven(place, _Forger(place, probe, form, way))
        if hit is not None:
            yield hit
            return


class _Forger:
    """Sends the request as a foreign site can make it, with a fresh value, and looks at the session's page."""

    def __init__(self, place: StoredAsset, probe: Probe, form: Exchange, way: Way) -> None:
        self.way = way
        self._place = place
        self._probe = probe
        self._form = form

    async def takes_effect(self, credentials: Credentials) -> HttpEvidence | None:
        """The page that shows the value, and what was sent; None when it does not show it."""
        word = self._probe.token(12)
        request = forged(
            self.way, self._probe.injected(self._place.point, word), self._form, self._place.name
        )
        sent = await self._probe.send_with(credentials, request)
        shown = await self.page()
        if word.encode() not in shown.response.body:
            return None
        return HttpEvidence(shown, match=word, delivered=sent.request, exact=True)

    async def page(self) -> Exchange:
        """The session's page as it is now."""
        assert self._place.shown is not None
        return await self._probe.send(self._place.shown)


async def _proven(place: StoredAsset, forger: _Forger) -> Hit | None:
    if await forger.takes_effect(Credentials.ACROSS_SITES) is None:
        return None
    if await forger.takes_effect(Credentials.OMIT) is not None:
        return None
    before = await forger.page()
    again = await forger.takes_effect(Credentials.ACROSS_SITES)
    return _hit(place, forger.way, replace(again, control=before)) if again is not None else None


def _hit(place: StoredAsset, way: Way, evidence: HttpEvidence) -> Hit:
    request = place.source.request
    note = (
        f"Sent {way.words}, {request.method} {request.url.path} changed what this page shows to the session. "
        "Without the session's cookies it changes nothing there."
    )
    return Hit(
        proof=Proof(Oracle.DIFFERENTIAL, repeats=2, control_silent=True),
        evidence=(replace(evidence, note=note),),
        url=request.url,
        point=place.point,
        detail=f"Accepted {way.words}.",
    )
