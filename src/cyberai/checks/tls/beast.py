"""The server encrypts connections of TLS 1.0 in CBC mode, where each record tells how the next one begins (BEAST).

## Impact
Someone who listens, while a page of theirs makes the visitor's browser send what they choose, can guess a session cookie
byte by byte (CVE-2011-3389). Browsers have split their records against it since 2012; other clients of TLS 1.0 have not.

## Remediation
Switch TLS 1.0 off (RFC 8996): `ssl_protocols TLSv1.2 TLSv1.3;` in nginx, `SSLProtocol -all +TLSv1.2 +TLSv1.3` in Apache.
Do not prefer RC4 instead, which is worse.

## How it is proven
The assessment has listed the suites that the server takes with TLS 1.0. Asked for those in CBC mode alone, the server
selects one of them; asked for suites that nobody has (RFC 8701), it refuses. A server that speaks nothing newer is reported for that alone.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, TlsVersion, check
from cyberai.checkkit.tls_offers import answered, asking, observed, refuses_nonsense, s_client, spoken
from cyberai.domain.tls.suites import suite

_LEAKS = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:L/I:N/A:N"
_MODERN = frozenset({TlsVersion.TLS1_2, TlsVersion.TLS1_3})


@check(
    id="tls.beast",
    title="TLS 1.0 with CBC ciphers (BEAST)",
    severity=Severity.LOW,
    cvss=_LEAKS,
    cwe=("CWE-326",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=2,
    judges_profile=True,
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2011-3389",
        "https://datatracker.ietf.org/doc/html/rfc8996",
    ),
    tags=("tls", "cryptography"),
)
async def beast(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Beside newer versions, CBC in this one."""
    profile = endpoint.profile
    offer = profile.offer(TlsVersion.TLS1_0) if profile is not None else None
    if profile is None or offer is None:
        return
    if not any(other.version in _MODERN for other in spoken(profile)):
        return
    # Also where RC4 stands in front: clients that have given it up get CBC.
    codes = tuple(code for code in offer.suites if suite(code).cbc)
    flight = await answered(endpoint, probe, asking(endpoint, TlsVersion.TLS1_0, codes)) if codes else None
    if flight is None or not await refuses_nonsense(endpoint, probe, TlsVersion.TLS1_0):
        return
    name = suite(flight.suite).name
    command = s_client(endpoint, "-tls1 -cipher ALL:!RC4:@SECLEVEL=0")
    detail = f"TLSv1.0 with {name}"
    facts = (("protocol", "TLSv1.0"), ("selected", name))
    yield observed(endpoint, facts, command, detail, control=True, cve=("CVE-2011-3389",))
