"""The server takes cipher suites that do not encrypt: what is sent over such a connection goes over the wire as it is.

## Impact
Whoever can listen on the way reads passwords, session cookies and contents of every client that is configured, or has
been brought, to take such a suite. Nothing about the connection looks wrong to its user.

## Remediation
Take the suites out of the server's settings: `ssl_ciphers` of nginx and `SSLCipherSuite` of Apache without `NULL` and
`eNULL` (`HIGH:!aNULL:!eNULL` has none). No client needs them.

## How it is proven
The assessment has listed the suites that the server takes. Asked for those without encryption alone, the server selects
one of them again; asked for suites that nobody has (RFC 8701), it refuses.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, check
from cyberai.checkkit.tls_offers import READ, kind_of, suites_hit, weak_suites


@check(
    id="tls.null-suites",
    title="TLS without encryption",
    severity=Severity.MEDIUM,
    cvss=READ,
    cwe=("CWE-319",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=4,
    judges_profile=True,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc9325#section-4.1",
        "https://datatracker.ietf.org/doc/html/rfc4785",
    ),
    tags=("tls", "cryptography"),
)
async def null_suites(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Suites whose cipher is NULL."""
    found = await weak_suites(endpoint, probe, lambda suite: kind_of(suite) == "null")
    if found is not None:
        yield suites_hit(endpoint, found)
