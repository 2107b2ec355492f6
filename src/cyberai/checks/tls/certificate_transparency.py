"""A certificate of a public authority is shown without proof that it stands in the public logs.

## Impact
Chrome, Safari and Firefox refuse public certificates that come without timestamps of certificate logs. A certificate that is in no log
escapes those who watch the logs for certificates of their names, as does one that was issued to somebody else.

## Remediation
Have the certificate issued anew: authorities put the timestamps into it. Where they shall not stand in the certificate, let the server
send them in its handshake or in its stapled OCSP answer (RFC 6962, section 3.3).

## How it is proven
Two handshakes show a certificate that clients trust, that names a policy of the CA/Browser Forum, was issued since the browsers ask for
timestamps, and has none in it, and none came with a handshake of TLS 1.2 or with the stapled answer. Certificates of private authorities need
none and are never meant.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

from cyberai.checkkit import Grain, Handshake, Hit, Probe, Scope, Severity, TlsAsset, check
from cyberai.checkkit.certificate_faults import LITTLE, Fault, judged, seen_twice, shown
from cyberai.checkkit.certificates import read_certificate
from cyberai.checkkit.staples import sent_along

_ASKED_FOR_SINCE = int(datetime(2018, 5, 1, tzinfo=UTC).timestamp()) * 1_000_000


@check(
    id="tls.certificate-transparency",
    title="Public certificate without timestamps of certificate logs",
    severity=Severity.LOW,
    cvss=LITTLE,
    cwe=("CWE-295",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=3,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc6962#section-3.3",
        "https://googlechrome.github.io/CertificateTransparency/ct_policy.html",
    ),
    tags=("tls", "certificate"),
)
async def certificate_transparency(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The timestamps of the certificate."""
    first = await shown(endpoint, probe)
    if first is None or not judged(first, transparency_faults):
        return
    sent = await sent_along(endpoint, probe)
    # A server of TLS 1.3 alone may send timestamps that we cannot read.
    if sent is None or sent.timestamps:
        return
    async for hit in seen_twice(endpoint, probe, first, transparency_faults):
        yield hit


def transparency_faults(handshake: Handshake) -> Iterator[Fault]:
    """That a trusted certificate of a public authority has no timestamps."""
    certificate = read_certificate(handshake.chain[0])
    extensions = certificate.extensions
    if extensions is None or not extensions.public or not handshake.trusted:
        return
    if certificate.not_before >= _ASKED_FOR_SINCE and not extensions.timestamps:
        detail = f"Issued by {certificate.issuer}, with no timestamp of a log in it."
        yield Fault("no-timestamps", "Public certificate in no log", detail, "CWE-295", LITTLE)
