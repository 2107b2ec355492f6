"""The server takes cipher suites with RC4, whose stream of key bytes is not random: RFC 7465 prohibits them.

## Impact
Who records many connections that carry the same secret at the same place, such as a session cookie, can compute it from
the biases of the stream (CVE-2013-2566, CVE-2015-2808): 75 hours of traffic are enough in practice.

## Remediation
Take the suites out of the server's settings: `ssl_ciphers` of nginx and `SSLCipherSuite` of Apache without `RC4`
(`HIGH:!aNULL` has none). Clients that know nothing else have had no updates since 2013.

## How it is proven
The assessment has listed the suites that the server takes. Asked for those with RC4 alone, the server selects one of
them again; asked for suites that nobody has (RFC 8701), it refuses.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, check
from cyberai.checkkit.tls_offers import READ, kind_of, suites_hit, weak_suites


@check(
    id="tls.rc4-suites",
    title="TLS with RC4",
    severity=Severity.MEDIUM,
    cvss=READ,
    cwe=("CWE-327",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=4,
    judges_profile=True,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc7465",
        "https://nvd.nist.gov/vuln/detail/CVE-2013-2566",
        "https://nvd.nist.gov/vuln/detail/CVE-2015-2808",
    ),
    tags=("tls", "cryptography"),
)
async def rc4_suites(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Suites with RC4 that are not reported for something worse."""
    found = await weak_suites(endpoint, probe, lambda suite: kind_of(suite) == "rc4")
    if found is not None:
        yield suites_hit(endpoint, found, cve=("CVE-2013-2566", "CVE-2015-2808"))
