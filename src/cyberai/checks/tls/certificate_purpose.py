"""The certificate was not made for a server: it may sign others, is for another purpose, names no host where clients look for
it, or stands for far more names than one server has.

## Impact
Clients that look at the purpose refuse the server, others accept what the authority did not mean. A server's machine that holds
the key of an authority gives whoever breaks in certificates for any name; a wildcard for a whole top-level domain gives as much.

## Remediation
Have a certificate issued for this server: no authority (`CA:FALSE`), with the extended key usage `serverAuth`, a key usage that fits
its key, and each of its names among the alternative names (`subjectAltName`). Keep the keys of authorities away from servers.

## How it is proven
All of it is read from the certificate of two handshakes (RFC 5280, RFC 9525). A certificate that says nothing of its purpose is made
for any, and self-signed certificates are authorities by their nature: neither is a fault here.
"""

from collections.abc import AsyncIterator, Iterator

from cyberai.checkkit import Grain, Handshake, Hit, Probe, Scope, Severity, TlsAsset, check
from cyberai.checkkit.certificate_faults import LITTLE, READ, Fault, seen_twice, shown
from cyberai.checkkit.certificate_names import too_wide
from cyberai.checkkit.certificates import Certificate, Extensions, read_certificate

_FOR_SERVERS = frozenset({"1.3.6.1.5.5.7.3.1", "2.5.29.37.0"})
"""serverAuth, and any purpose."""
_OLD_FOR_SERVERS = frozenset({"2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.10.3.3"})
"""What certificates said before there was serverAuth; OpenSSL takes it."""
_NAMES = {
    "1.3.6.1.5.5.7.3.2": "clients",
    "1.3.6.1.5.5.7.3.3": "signed programs",
    "1.3.6.1.5.5.7.3.4": "mail",
    "1.3.6.1.5.5.7.3.8": "time stamps",
    "1.3.6.1.5.5.7.3.9": "answers of OCSP",
}
_IN_HANDSHAKES = frozenset({"digital_signature", "key_encipherment", "key_agreement"})


@check(
    id="tls.certificate-purpose",
    title="Certificate not made for a server",
    severity=Severity.MEDIUM,
    cvss=READ,
    cwe=("CWE-295",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=2,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc5280#section-4.2.1.12",
        "https://datatracker.ietf.org/doc/html/rfc9525#section-6.3",
    ),
    tags=("tls", "certificate"),
)
async def certificate_purpose(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """What the certificate was made for."""
    first = await shown(endpoint, probe)
    async for hit in seen_twice(endpoint, probe, first, purpose_faults):
        yield hit


def purpose_faults(handshake: Handshake) -> Iterator[Fault]:
    """What a certificate says that a server's should not, or does not say."""
    certificate = read_certificate(handshake.chain[0])
    extensions = certificate.extensions
    if extensions is None:
        return
    if not certificate.self_signed:
        yield from _issued(certificate, extensions)
    yield from _wildcards(extensions)
    if extensions.purposes is not None and not _serves(extensions.purposes):
        made_for = ", ".join(_NAMES.get(purpose, purpose) for purpose in extensions.purposes[:5])
        detail = f"Made for {made_for or 'nothing'}."
        yield Fault("no-server-purpose", "Certificate for another purpose", detail, "CWE-295", READ)


def _issued(certificate: Certificate, extensions: Extensions) -> Iterator[Fault]:
    if extensions.authority:
        detail = f"{certificate.subject} may sign further certificates."
        yield Fault("authority", "Certificate of an authority on a server", detail, "CWE-295", READ)
    elif extensions.usages is not None and not extensions.usages & _IN_HANDSHAKES:
        detail = "Its key usage has neither digital signature nor key encipherment nor key agreement."
        yield Fault("key-usage", "Certificate whose key is not for TLS", detail, "CWE-295", READ)
    if extensions.subject_only and extensions.names:
        detail = f"{extensions.names[0]} stands in the subject alone, where current clients do not look."
        yield Fault("common-name-only", "Certificate without alternative names", detail, "CWE-297", LITTLE)


def _wildcards(extensions: Extensions) -> Iterator[Fault]:
    wide = [name for name in extensions.names if too_wide(name)]
    if wide:
        yield Fault(
            "wide-wildcard", "Certificate for too many names", f"Valid for {wide[0]}.", "CWE-297", READ
        )


def _serves(purposes: tuple[str, ...]) -> bool:
    return not _FOR_SERVERS.union(_OLD_FOR_SERVERS).isdisjoint(purposes)
