"""The server has no cipher suite with forward secrecy: every connection's key can be computed from the key of its
certificate.

## Impact
Who records connections today and gets the server's key later, by a break-in, from a backup or by a court order, reads
all of them. An RSA key exchange is also what attacks such as ROBOT and DROWN need.

## Remediation
Add suites with ECDHE in front, or TLS 1.3, which has no others: `ssl_protocols TLSv1.2 TLSv1.3;` and `ssl_ciphers
ECDHE+AESGCM:ECDHE+CHACHA20;` in nginx, the same words in `SSLProtocol` and `SSLCipherSuite` of Apache.

## How it is proven
The assessment has found none in the server's list. Asked for every suite with forward secrecy that there is, in the
newest version that the server speaks, it refuses once more; asked for those that it has, it goes on.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, TlsVersion, check
from cyberai.checkkit.tls_offers import (
    A_LITTLE,
    OPTIONS,
    answered,
    asking,
    listed,
    observed,
    refused,
    s_client,
    spoken,
)
from cyberai.domain.tls.offers import likely_suites
from cyberai.domain.tls.suites import suite


@check(
    id="tls.no-forward-secrecy",
    title="No forward secrecy",
    severity=Severity.LOW,
    cvss=A_LITTLE,
    cwe=("CWE-326",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=2,
    judges_profile=True,
    references=("https://datatracker.ietf.org/doc/html/rfc9325#section-4.1",),
    tags=("tls", "cryptography"),
)
async def no_forward_secrecy(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """All of the suites lack it."""
    offers = spoken(endpoint.profile) if endpoint.profile is not None else ()
    codes = {code for offer in offers for code in offer.suites}
    if not codes or any(suite(code).forward_secret or not suite(code).known for code in codes):
        return
    newest = offers[0]
    if newest.version is TlsVersion.TLS1_3 or not newest.suites:
        return
    better = tuple(code for code in likely_suites(newest.version) if suite(code).forward_secret)
    if not await refused(endpoint, probe, asking(endpoint, newest.version, better)):
        return
    flight = await answered(endpoint, probe, asking(endpoint, newest.version, newest.suites))
    if flight is None or suite(flight.suite).forward_secret:
        return
    names = listed(tuple(map(suite, newest.suites)))
    facts = (("protocol", newest.version.value), ("selected", suite(flight.suite).name), ("suites", names))
    command = s_client(endpoint, f"{OPTIONS[newest.version]} -cipher ECDHE:DHE:@SECLEVEL=0")
    yield observed(endpoint, facts, command, f"{newest.version.value}: only {names}", control=True)
