"""The certificates a server has presented, for the inventory."""

import hashlib

from cyberai.checkkit.certificates import read_certificate
from cyberai.domain.inventory import CertificateFacts
from cyberai.ports.network import Handshake

MOST = 10
"""Certificates of a chain that are kept: public chains have two to four."""

MOST_NAMES = 100
MAX_NAME = 253
"""Characters of a name in the DNS (RFC 1035, section 2.3.4); a server may write what it likes into a certificate."""
MAX_SERIAL = 64


def presented(handshake: Handshake) -> tuple[CertificateFacts, ...]:
    """Those of the chain that can be read, the server's own first; none when that one cannot be read."""
    found = []
    for number, der in enumerate(handshake.chain[:MOST]):
        try:
            certificate = read_certificate(der)
        except ValueError:
            if number == 0:
                return ()
            continue
        found.append(
            CertificateFacts(
                sha256=hashlib.sha256(der).hexdigest(),
                key_sha256=certificate.key_sha256,
                subject=certificate.subject,
                issuer=certificate.issuer,
                serial=certificate.serial[:MAX_SERIAL],
                names=tuple(name[:MAX_NAME] for name in certificate.names[:MOST_NAMES]),
                not_before=certificate.not_before,
                not_after=certificate.not_after,
                key=certificate.key,
                signature=certificate.signature,
                self_signed=certificate.self_signed,
                trusted=handshake.trusted,
            )
        )
    return tuple(found)
