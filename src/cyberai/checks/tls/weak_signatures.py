"""The server signs its key exchange over a digest that is broken: over MD5 for any client that allows it, or over SHA-1
although the client has named better ones.

## Impact
Two different messages with the same digest can be made for MD5, and at some cost for SHA-1. Someone in between who does so
in time passes a signature of the server's on as one for their own key exchange, and reads the connection (SLOTH,
CVE-2015-7575).

## Remediation
Update the TLS library, or name the algorithms that it may sign with: `SSLOpenSSLConfCmd SignatureAlgorithms
RSA+SHA256:ECDSA+SHA256` in Apache, `SignatureAlgorithms` in OpenSSL's configuration (RFC 9155).

## How it is proven
The server's ServerKeyExchange of TLS 1.2 names the algorithm that it has signed with. MD5: offered nothing else, the
server signs with it, in the assessment and once more. SHA-1: offered all algorithms with SHA-1 at the end, the server
takes it twice. A server that signs over SHA-1 for clients that name nothing else is not reported: there are none.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, Struct, TlsAsset, TlsVersion, check, replace
from cyberai.checkkit.tls_offers import A_LITTLE, READ, answered, asking, observed, s_client
from cyberai.domain.tls.hello import ClientOffer
from cyberai.domain.tls.offers import SIGNATURES
from cyberai.domain.tls.signatures import SCHEMES, scheme
from cyberai.domain.tls.suites import suite


class _Digest(Struct, frozen=True):
    """`offered` is what a client offers that must not be answered with this digest."""

    name: str
    offered: tuple[int, ...]
    looks: int
    severity: Severity
    cvss: str
    words: str
    cve: tuple[str, ...] = ()
    note: str = ""


_MD5 = tuple(code for code in SIGNATURES if SCHEMES[code].hash == "MD5")
_BETTER_FIRST = tuple(code for code in SIGNATURES if SCHEMES[code].hash != "MD5")
_DIGESTS = (
    _Digest(
        "MD5",
        _MD5,
        1,
        Severity.MEDIUM,
        READ,
        "for a client that allows it",
        ("CVE-2015-7575",),
        "Needs OpenSSL 1.0.2 or older, which can still ask for MD5.",
    ),
    _Digest("SHA1", _BETTER_FIRST, 2, Severity.LOW, A_LITTLE, "although the client has named better ones"),
)


@check(
    id="tls.weak-signatures",
    title="Key exchange signed over a broken digest",
    severity=Severity.MEDIUM,
    cvss=READ,
    cwe=("CWE-328",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=3,
    judges_profile=True,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc9155",
        "https://nvd.nist.gov/vuln/detail/CVE-2015-7575",
    ),
    tags=("tls", "cryptography"),
)
async def weak_signatures(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Each digest that the server is known to sign over."""
    profile = endpoint.profile
    offer = profile.offer(TlsVersion.TLS1_2) if profile is not None else None
    if profile is None or offer is None:
        return
    suites = tuple(code for code in offer.suites if suite(code).exchange in ("DHE", "ECDHE"))
    for digest in _DIGESTS:
        if not suites or not any(scheme(code).hash == digest.name for code in profile.signatures):
            continue
        asked = replace(asking(endpoint, TlsVersion.TLS1_2, suites), signatures=digest.offered)
        signed = [await _signed(endpoint, probe, asked) for _ in range(digest.looks)]
        if all(scheme(code).hash == digest.name for code in signed):
            yield _hit(endpoint, digest, signed[0])


async def _signed(endpoint: TlsAsset, probe: Probe, asked: ClientOffer) -> int:
    """The algorithm of the server's signature, 0 where there is none."""
    flight = await answered(endpoint, probe, asked)
    return flight.exchange.scheme if flight is not None and flight.exchange is not None else 0


def _hit(endpoint: TlsAsset, digest: _Digest, code: int) -> Hit:
    name = scheme(code).name
    facts = (("protocol", "TLSv1.2"), ("signed with", name))
    offered = "RSA+MD5" if digest.name == "MD5" else "RSA+SHA256:RSA+SHA1:ECDSA+SHA256:ECDSA+SHA1"
    command = s_client(endpoint, f"-tls1_2 -cipher ALL:@SECLEVEL=0 -sigalgs {offered}")
    hit = observed(
        endpoint, facts, command, f"Signs with {name} {digest.words}", cve=digest.cve, note=digest.note
    )
    title = f"Key exchange signed over {digest.name}"
    return replace(hit, cause=digest.name.lower(), title=title, severity=digest.severity, cvss=digest.cvss)
