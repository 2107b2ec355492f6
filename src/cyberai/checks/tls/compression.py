"""The server compresses inside TLS, so that the length of what is sent tells something about its contents (CRIME).

## Impact
Someone who sees the lengths of the records, while a page of theirs makes the visitor's browser send what they choose
beside the session cookie, finds the cookie letter by letter (CVE-2012-4929). Browsers have given compression up; programs
that still offer it are open.

## Remediation
Switch it off: `SSLCompression off` in Apache 2.2 and 2.4; other servers by an update of OpenSSL (1.1.0 and later
leave it off) or the environment variable `OPENSSL_NO_DEFAULT_ZLIB`.

## How it is proven
The assessment has seen the server select a compression method. Offered it once more, the server selects it again;
offered none, it selects none.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, TlsVersion, check, replace
from cyberai.checkkit.tls_offers import answered, asking, nmap, observed, spoken

_ONE_VALUE = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:N/A:N"
_NAMES = {1: "DEFLATE", 64: "LZS"}


@check(
    id="tls.compression",
    title="TLS compression (CRIME)",
    severity=Severity.MEDIUM,
    cvss=_ONE_VALUE,
    cwe=("CWE-327", "CWE-203"),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=2,
    judges_profile=True,
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2012-4929",
        "https://datatracker.ietf.org/doc/html/rfc9325#section-3.3",
    ),
    tags=("tls", "cryptography"),
)
async def compression(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Methods other than none, in the newest version before 1.3."""
    profile = endpoint.profile
    if profile is None or not profile.compressions:
        return
    offers = [offer for offer in spoken(profile) if offer.version is not TlsVersion.TLS1_3 and offer.suites]
    for offer in offers[:1]:
        plain = asking(endpoint, offer.version, offer.suites)
        flight = await answered(endpoint, probe, replace(plain, compressions=(*profile.compressions, 0)))
        if flight is None or flight.compression == 0:
            return
        if await answered(endpoint, probe, plain) is None:
            return
        name = _NAMES.get(flight.compression, str(flight.compression))
        facts = (("protocol", offer.version.value), ("compression", name))
        command = nmap(endpoint, "ssl-enum-ciphers")
        detail = f"Compresses with {name} in {offer.version.value}"
        yield observed(endpoint, facts, command, detail, control=True, cve=("CVE-2012-4929",))
