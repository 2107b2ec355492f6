"""The server speaks versions older than TLS 1.2 and does not notice when a client has been made to fall back to one of them
(TLS_FALLBACK_SCSV, RFC 7507).

## Impact
Some clients try an older version when a handshake fails. Someone in between lets the handshakes of newer versions fail
until the client uses the oldest that both know, and attacks that: this is how POODLE was carried out.

## Remediation
Switch the versions before TLS 1.2 off (RFC 8996); with that the signal has nothing left to protect. Or update the server's
TLS library: OpenSSL has it since 1.0.1j (2014).

## How it is proven
A hello of an older version with the signal is answered by a ServerHello of that version, in the assessment and once
more, although the server has just selected a newer one: by RFC 7507 it must send the alert inappropriate_fallback.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, TlsVersion, check, replace
from cyberai.checkkit.tls_offers import A_LITTLE, OPTIONS, answered, asking, observed, s_client, spoken


@check(
    id="tls.fallback-scsv",
    title="Downgrade to an old version goes unnoticed",
    severity=Severity.LOW,
    cvss=A_LITTLE,
    cwe=("CWE-757",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=2,
    judges_profile=True,
    references=("https://datatracker.ietf.org/doc/html/rfc7507",),
    tags=("tls",),
)
async def fallback_scsv(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """From the newest version to the next one that is older than TLS 1.2."""
    profile = endpoint.profile
    if profile is None or profile.fallback_scsv is not False:
        return
    offers = spoken(profile)
    older = [offer for offer in offers[1:] if offer.version.wire < TlsVersion.TLS1_2.wire and offer.suites]
    for offer in older[:1]:
        newest = offers[0]
        if await answered(endpoint, probe, asking(endpoint, newest.version, newest.suites)) is None:
            return
        asked = replace(asking(endpoint, offer.version, offer.suites), fallback_scsv=True)
        if await answered(endpoint, probe, asked) is None:
            return
        facts = (("newest protocol", newest.version.value), ("selected with the signal", offer.version.value))
        options = f"{OPTIONS[offer.version]} -fallback_scsv -cipher ALL:@SECLEVEL=0"
        detail = f"Falls back from {newest.version.value} to {offer.version.value}"
        yield observed(endpoint, facts, s_client(endpoint, options), detail, control=True)
