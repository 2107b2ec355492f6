"""The server takes SSLv3 with ciphers in CBC mode, whose padding nobody checks (POODLE).

## Impact
Someone in between who makes a browser repeat a request reads a byte of its session cookie after 256 attempts on average
(CVE-2014-3566): the client is made to fall back to SSLv3, and SSLv3 cannot tell altered padding from its own.

## Remediation
Switch SSLv3 off (RFC 7568): `ssl_protocols TLSv1.2 TLSv1.3;` in nginx, `SSLProtocol -all +TLSv1.2 +TLSv1.3` in Apache.

## How it is proven
The assessment has listed the suites that the server takes with SSLv3. Asked for those in CBC mode alone, in a hello of
exactly SSLv3, the server selects one of them again; asked for suites that nobody has (RFC 8701), it refuses.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, TlsVersion, check
from cyberai.checkkit.tls_offers import answered, asking, listed, nmap, observed, refuses_nonsense
from cyberai.domain.tls.suites import suite

_LEAKS = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:L/I:N/A:N"


@check(
    id="tls.poodle",
    title="SSLv3 with CBC ciphers (POODLE)",
    severity=Severity.LOW,
    cvss=_LEAKS,
    cwe=("CWE-327",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=2,
    judges_profile=True,
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2014-3566",
        "https://datatracker.ietf.org/doc/html/rfc7568",
    ),
    tags=("tls", "cryptography"),
)
async def poodle(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """SSLv3 itself is a finding of its own; this is about the attack that needs CBC."""
    offer = endpoint.profile.offer(TlsVersion.SSL3) if endpoint.profile is not None else None
    suites = tuple(found for found in map(suite, offer.suites) if found.cbc) if offer is not None else ()
    if not suites:
        return
    codes = tuple(found.code for found in suites)
    flight = await answered(endpoint, probe, asking(endpoint, TlsVersion.SSL3, codes))
    if flight is None or not await refuses_nonsense(endpoint, probe, TlsVersion.SSL3):
        return
    facts = (("protocol", "SSLv3"), ("selected", suite(flight.suite).name), ("suites", listed(suites)))
    detail = f"SSLv3 with {listed(suites)}"
    yield observed(
        endpoint, facts, nmap(endpoint, "ssl-poodle"), detail, control=True, cve=("CVE-2014-3566",)
    )
