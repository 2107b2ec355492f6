"""The certificates that a server sends with its own: which of them lead from it to an authority, and in which order.

Clients sort what they are sent and leave out what they do not need (RFC 8446, 4.4.2), so superfluous certificates and
second paths (a cross-signed authority whose old path has expired) are no fault by themselves.
"""

from cryptography import x509
from msgspec import Struct

from cyberai.checkkit.certificates import Certificate, load_certificate, read_certificate, signed_by
from cyberai.checkkit.library_errors import UNREADABLE, quiet

MOST = 16
"""Certificates of a chain that are looked at; public chains have two to four."""


class Link(Struct, frozen=True):
    """A certificate on the way up: its place among what was sent (0 the server's own), and what it says."""

    place: int
    certificate: Certificate


class Path(Struct, frozen=True):
    """From the server's own certificate as far up as what it sent goes. `whole`: it ends with a self-signed one."""

    links: tuple[Link, ...] = ()
    whole: bool = False

    @property
    def above(self) -> tuple[Link, ...]:
        """The links above the server's own certificate, without a root: what a client relies on."""
        end = len(self.links) - 1 if self.whole else len(self.links)
        return self.links[1:end]

    @property
    def in_order(self) -> bool:
        """True when each certificate comes after those that it certifies."""
        places = [link.place for link in self.links]
        return places == sorted(places)


def path_of(chain: tuple[bytes, ...], now: int) -> Path:
    """The path, where there are several one of certificates that are valid `now` (UTC microseconds) and stand in order."""
    sent = _loaded(chain[:MOST])
    if not sent or sent[0][0] != 0:
        return Path()
    links = [Link(0, sent[0][2])]
    _, current, facts = sent[0]
    while not facts.self_signed:
        used = {link.place for link in links}
        above = [item for item in sent if item[0] not in used and _issued(item[1], current)]
        if not above:
            return Path(tuple(links))
        reached = links[-1].place
        place, current, facts = min(
            above, key=lambda item: (not _valid(item[2], now), item[0] < reached, item[0])
        )
        links.append(Link(place, facts))
    return Path(tuple(links), whole=True)


def _loaded(chain: tuple[bytes, ...]) -> list[tuple[int, x509.Certificate, Certificate]]:
    found = []
    for place, der in enumerate(chain):
        try:
            found.append((place, load_certificate(der), read_certificate(der)))
        except ValueError:
            continue
    return found


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        with quiet():
            other = issuer.subject != certificate.issuer
    except UNREADABLE:
        return False
    return not other and signed_by(certificate, issuer) is not False


def _valid(certificate: Certificate, now: int) -> bool:
    return certificate.not_before <= now <= certificate.not_after
