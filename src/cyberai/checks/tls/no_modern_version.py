"""The server speaks no version of TLS that is not given up: neither TLS 1.2 nor TLS 1.3.

## Impact
Current browsers and programs do not connect at all. What still does has a connection without authenticated encryption,
with SHA-1 and MD5 in its handshake, that someone in between may attack.

## Remediation
Update the server or its TLS library, or put a proxy in front of it that speaks TLS 1.2 and 1.3: TLS 1.2 is in OpenSSL since
1.0.1 (2012) and in Windows Server since 2008 R2, where the registry switches it on.

## How it is proven
Hellos of exactly TLS 1.3 and TLS 1.2 are refused or answered with an older version once more, and one of the newest version that the assessment has found is
answered by a ServerHello of that version.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Grain,
    Hit,
    Probe,
    Scope,
    Severity,
    TlsAsset,
    TlsVersion,
    TransportError,
    TransportReason,
    check,
)
from cyberai.checkkit.tls import hello
from cyberai.checkkit.tls_offers import PARTS, answered, asking, observed, s_client, spoken
from cyberai.domain.tls.offers import offer_of

_MODERN = (TlsVersion.TLS1_3, TlsVersion.TLS1_2)


@check(
    id="tls.no-modern-version",
    title="Neither TLS 1.2 nor TLS 1.3",
    severity=Severity.MEDIUM,
    cvss=PARTS,
    cwe=("CWE-757",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=3,
    judges_profile=True,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc8996",
        "https://datatracker.ietf.org/doc/html/rfc9325#section-3.1.1",
    ),
    tags=("tls",),
)
async def no_modern_version(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """All that is spoken is older."""
    offers = spoken(endpoint.profile) if endpoint.profile is not None else ()
    if not offers or offers[0].version in _MODERN or not offers[0].suites:
        return
    for version in _MODERN:
        if await _speaks(endpoint, probe, version):
            return
    newest = offers[0].version
    if await answered(endpoint, probe, asking(endpoint, newest, offers[0].suites)) is None:
        return
    names = ", ".join(offer.version.value for offer in offers)
    facts = (("newest protocol", newest.value), ("protocols", names))
    yield observed(endpoint, facts, s_client(endpoint, "-tls1_2"), f"Speaks only {names}", control=True)


async def _speaks(endpoint: TlsAsset, probe: Probe, version: TlsVersion) -> bool:
    try:
        flight = await hello(endpoint, probe, offer_of(version, endpoint.server_name))
    except TransportError as error:
        # Some old servers stumble over what they do not know.
        if error.reason is TransportReason.TLS_FAILED:
            return False
        raise
    return flight.selects(version)
