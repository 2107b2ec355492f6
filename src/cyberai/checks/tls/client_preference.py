"""The server lets the client's order decide and has weak cipher suites beside good ones: it takes a weak one from every
client that names it first.

## Impact
Clients with an old list get a connection that can be attacked, although both sides could do better.

## Remediation
Take the weak suites out, which mends more than this. Where old clients need them, let the server's order decide:
`ssl_prefer_server_ciphers on;` in nginx, `SSLHonorCipherOrder on` in Apache, with the good suites in front.

## How it is proven
A weak suite and a good one are offered twice, once in each order: each time the server selects what stands first.
Asked for suites that nobody has (RFC 8701), it refuses.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, TlsVersion, check
from cyberai.checkkit.tls_offers import (
    A_LITTLE,
    answered,
    asking,
    kind_of,
    nmap,
    observed,
    refuses_nonsense,
    spoken,
)
from cyberai.domain.tls.profile import VersionOffer
from cyberai.domain.tls.suites import Suite, suite

_SOUND_BITS = 128


@check(
    id="tls.client-preference",
    title="Clients decide for weak cipher suites",
    severity=Severity.LOW,
    cvss=A_LITTLE,
    cwe=("CWE-757",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=3,
    judges_profile=True,
    references=("https://datatracker.ietf.org/doc/html/rfc9325#section-4.2.1",),
    tags=("tls", "cryptography"),
)
async def client_preference(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The newest version in which it is so."""
    for offer in spoken(endpoint.profile) if endpoint.profile is not None else ():
        pair = _pair(offer)
        if pair is None:
            continue
        for first, second in (pair, pair[::-1]):
            asked = asking(endpoint, offer.version, (first.code, second.code))
            flight = await answered(endpoint, probe, asked)
            if flight is None or flight.suite != first.code:
                return
        if not await refuses_nonsense(endpoint, probe, offer.version):
            return
        weak, sound = pair
        facts = (("protocol", offer.version.value), ("selected", weak.name), ("in place of", sound.name))
        detail = f"{offer.version.value}: {weak.name} in place of {sound.name} where a client names it first"
        yield observed(endpoint, facts, nmap(endpoint, "ssl-enum-ciphers"), detail, control=True)
        return


def _pair(offer: VersionOffer) -> tuple[Suite, Suite] | None:
    """A weak suite and a sound one between which the server leaves the choice."""
    if offer.server_order is not False or offer.version is TlsVersion.TLS1_3:
        return None
    suites = tuple(map(suite, offer.suites))
    weak = next((found for found in suites if kind_of(found)), None)
    sound = next((found for found in suites if not kind_of(found) and found.bits >= _SOUND_BITS), None)
    return None if weak is None or sound is None else (weak, sound)
