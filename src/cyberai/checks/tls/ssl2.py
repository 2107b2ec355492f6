"""The server speaks SSLv2, a protocol of 1995 that protects nothing: its messages are not authenticated, and its keys can be
as short as 40 bits.

## Impact
Someone in between reads and changes connections of clients that take SSLv2. Worse, where kinds of export strength are
taken, the server is a tool against its own modern connections: whoever has recorded TLS connections with an RSA key
exchange decrypts them by asking the SSLv2 server with the same key, on whatever port it is (DROWN, CVE-2016-0800).

## Remediation
Switch SSLv2 off on every port that uses the same key: `ssl_protocols TLSv1.2 TLSv1.3;` in nginx, `SSLProtocol -all +TLSv1.2
+TLSv1.3` in Apache, `smtpd_tls_mandatory_protocols = >=TLSv1.2` in Postfix. OpenSSL 1.1.0 and later have no SSLv2 any more.

## How it is proven
The assessment has listed the kinds that the server takes. A CLIENT-HELLO of SSLv2 is answered once more by a SERVER-HELLO
with a certificate and at least one of the kinds that were offered; a kind that nobody has, offered beside them, is not in
the list. A server that answers without any kind in common speaks SSLv2 to no effect and is not reported.
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
from cyberai.checkkit.tls_offers import READ_AND_CHANGE, listed, nmap, observed
from cyberai.domain.tls.flight import ServerFlight
from cyberai.domain.tls.hello import ClientOffer
from cyberai.domain.tls.suites import SSL2_SUITES, suite

_NOBODYS_KIND = 0x0F0F0F


@check(
    id="tls.ssl2",
    title="SSLv2 offered",
    severity=Severity.HIGH,
    cvss=READ_AND_CHANGE,
    cwe=("CWE-326",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=1,
    judges_profile=True,
    references=(
        "https://drownattack.com/",
        "https://nvd.nist.gov/vuln/detail/CVE-2016-0800",
        "https://datatracker.ietf.org/doc/html/rfc6176",
    ),
    tags=("tls", "cryptography"),
)
async def ssl2(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One more SERVER-HELLO."""
    offer = endpoint.profile.offer(TlsVersion.SSL2) if endpoint.profile is not None else None
    if offer is None or not offer.suites:
        return
    flight = await _asked(endpoint, probe)
    if flight is None or not flight.certificates or _NOBODYS_KIND in flight.ssl2_suites:
        return
    kinds = tuple(suite(code) for code in flight.ssl2_suites if code in SSL2_SUITES)
    if not kinds:
        return
    drown = any(kind.export for kind in kinds)
    detail = f"SSLv2 with {listed(kinds)}" + (": enough for DROWN" if drown else "")
    facts = (("protocol", "SSLv2"), ("kinds", listed(kinds)))
    cve = ("CVE-2016-0800",) if drown else ()
    yield observed(endpoint, facts, nmap(endpoint, "sslv2"), detail, control=True, cve=cve)


async def _asked(endpoint: TlsAsset, probe: Probe) -> ServerFlight | None:
    offer = ClientOffer(versions=(TlsVersion.SSL2,), suites=(*SSL2_SUITES, _NOBODYS_KIND))
    try:
        flight = await hello(endpoint, probe, offer)
    except TransportError as error:
        if error.reason is TransportReason.TLS_FAILED:
            return None
        raise
    return flight if flight.version is TlsVersion.SSL2 else None
