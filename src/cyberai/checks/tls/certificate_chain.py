"""The server sends the certificates of the authorities above its own in the wrong order, or one of them rests on a weak key
or signature.

## Impact
Clients that take the order literally, as TLS up to 1.2 asks them to, find no way to an authority and refuse the server.
Who computes the weak key of an authority, or makes a second certificate with the same signature, can issue certificates
for any server.

## Remediation
Let the server send its own certificate first and after each certificate the one that has signed it (the `fullchain.pem`
of most programs). Have certificates issued anew by an authority whose own certificates have RSA keys of at least
2048 bits and are signed with SHA-256.

## How it is proven
The certificates are those that the server sends in two handshakes. Who has signed which is found by verifying the signatures.
Superfluous certificates are no fault, nor are roots, whose signature nobody checks; and where a client trusts the server,
only the certificate directly above the server's own is judged, since any other may stand for a root that the client knows.
"""

from collections.abc import AsyncIterator, Iterator

from cyberai.checkkit import Grain, Handshake, Hit, Probe, Scope, Severity, TlsAsset, check
from cyberai.checkkit.certificate_chain import Link, Path, path_of
from cyberai.checkkit.certificate_faults import LITTLE, READ, READ_AND_CHANGED, Fault, seen_twice, shown


@check(
    id="tls.certificate-chain",
    title="Fault in the certificates above the server's own",
    severity=Severity.MEDIUM,
    cvss=READ,
    cwe=("CWE-295",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=2,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc5246#section-7.4.2",
        "https://datatracker.ietf.org/doc/html/rfc8446#section-4.4.2",
    ),
    tags=("tls", "certificate"),
)
async def certificate_chain(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The order, then the strength of what stands above the server's certificate."""
    first = await shown(endpoint, probe)
    async for hit in seen_twice(endpoint, probe, first, lambda seen: chain_faults(seen, probe.now())):
        yield hit


def chain_faults(handshake: Handshake, now: int) -> Iterator[Fault]:
    """What is wrong above the server's certificate."""
    path = path_of(handshake.chain, now)
    if not path.in_order:
        order = ", ".join(str(link.place + 1) for link in path.links)
        detail = f"Of the certificates sent, each is signed by the next in the order {order}."
        yield Fault("wrong-order", "Certificates in the wrong order", detail, "CWE-295", LITTLE)
    for link in _relied_on(path, handshake.trusted):
        certificate = link.certificate
        if certificate.weak_key:
            detail = f"{certificate.subject} has a key of {certificate.weak_key}."
            yield Fault("weak-key", "Authority with a weak key", detail, "CWE-326", READ_AND_CHANGED)
        if certificate.weak_signature:
            detail = f"{certificate.subject} is signed with {certificate.weak_signature.upper()}."
            yield Fault("weak-signature", "Authority with a weak signature", detail, "CWE-328", READ)


def _relied_on(path: Path, trusted: bool) -> tuple[Link, ...]:
    return path.above[:1] if trusted else path.above
