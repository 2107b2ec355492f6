"""The server takes cipher suites with single DES, whose keys of 56 bits can be tried out one after the other.

## Impact
A recorded connection is opened by trying all keys: a day of rented hardware, or a service that sells it. Everything that
was sent is then readable.

## Remediation
Take the suites out of the server's settings: `ssl_ciphers` of nginx and `SSLCipherSuite` of Apache without `DES` and `LOW`
(`HIGH:!aNULL` has none). No client of this century needs them (RFC 5469).

## How it is proven
The assessment has listed the suites that the server takes. Asked for those with DES alone, the server selects one of them
again; asked for suites that nobody has (RFC 8701), it refuses.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, check
from cyberai.checkkit.tls_offers import READ, kind_of, suites_hit, weak_suites


@check(
    id="tls.des-suites",
    title="TLS with single DES",
    severity=Severity.MEDIUM,
    cvss=READ,
    cwe=("CWE-326",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=4,
    judges_profile=True,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc5469",
        "https://datatracker.ietf.org/doc/html/rfc9325#section-4.1",
    ),
    tags=("tls", "cryptography"),
)
async def des_suites(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Suites with DES that are not of export strength, which is worse."""
    found = await weak_suites(endpoint, probe, lambda suite: kind_of(suite) == "des")
    if found is not None:
        yield suites_hit(endpoint, found)
