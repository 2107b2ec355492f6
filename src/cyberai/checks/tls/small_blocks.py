"""The server takes cipher suites with blocks of 64 bits, such as 3DES and IDEA: in a long connection two blocks are soon
encrypted to the same value (SWEET32).

## Impact
Someone who listens while a page of theirs makes the visitor's browser send hundreds of gigabytes over one connection can
compute a session cookie from the blocks that collide (CVE-2016-2183). It takes a day or two, and a client and a server
that agree on such a suite.

## Remediation
Take the suites out of the server's settings: `ssl_ciphers` of nginx and `SSLCipherSuite` of Apache without `3DES`, `IDEA` and
`MEDIUM` (`HIGH:!aNULL:!3DES` has none). Where old clients need 3DES, end connections after a gigabyte.

## How it is proven
The assessment has listed the suites that the server takes. Asked for those with small blocks alone, the server selects
one of them again; asked for suites that nobody has (RFC 8701), it refuses.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, check
from cyberai.checkkit.tls_offers import A_LITTLE, kind_of, suites_hit, weak_suites


@check(
    id="tls.small-blocks",
    title="TLS with blocks of 64 bits (SWEET32)",
    severity=Severity.LOW,
    cvss=A_LITTLE,
    cwe=("CWE-327",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=4,
    judges_profile=True,
    references=(
        "https://sweet32.info/",
        "https://nvd.nist.gov/vuln/detail/CVE-2016-2183",
    ),
    tags=("tls", "cryptography"),
)
async def small_blocks(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Suites with 3DES, IDEA and the like that are not reported for something worse."""
    found = await weak_suites(endpoint, probe, lambda suite: kind_of(suite) == "small-blocks")
    if found is not None:
        yield suites_hit(endpoint, found, cve=("CVE-2016-2183",))
