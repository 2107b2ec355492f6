"""The server takes cipher suites in which it proves to be nobody: the key exchange is not tied to a certificate.

## Impact
A client that takes such a suite cannot tell this server from anyone who stands in between, who then reads and changes
everything. Between mail servers, which do not look at certificates unless they are told to, it changes little: there the
finding is low.

## Remediation
Take the suites out of the server's settings: `ssl_ciphers` of nginx and `SSLCipherSuite` of Apache without `ADH`, `AECDH`
and `aNULL` (`HIGH:!aNULL` has none). A mail server that may also deliver without encryption can keep them on purpose
(RFC 7672, section 8.2): then accept the finding with that reason.

## How it is proven
The assessment has listed the suites that the server takes. Asked for the anonymous ones alone, the server selects one of
them again and shows no certificate; asked for suites that nobody has (RFC 8701), it refuses.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, check, replace
from cyberai.checkkit.tls_offers import A_LITTLE, READ_AND_CHANGE, kind_of, suites_hit, weak_suites
from cyberai.domain.tls.starttls import StartTls


@check(
    id="tls.anonymous-suites",
    title="TLS without proof of who the server is",
    severity=Severity.HIGH,
    cvss=READ_AND_CHANGE,
    cwe=("CWE-287",),
    owasp=("A02:2021", "A07:2021"),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=4,
    judges_profile=True,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc9325#section-4.1",
        "https://datatracker.ietf.org/doc/html/rfc5246#appendix-F.1.1.1",
    ),
    tags=("tls", "cryptography"),
)
async def anonymous_suites(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Suites whose key exchange nobody signs."""
    found = await weak_suites(endpoint, probe, lambda suite: kind_of(suite) == "anonymous")
    # A certificate belongs to a server that has misread the question.
    if found is None or found.flight.certificates:
        return
    hit = suites_hit(endpoint, found)
    if endpoint.starttls is StartTls.SMTP:
        hit = replace(hit, severity=Severity.LOW, cvss=A_LITTLE)
    yield hit
