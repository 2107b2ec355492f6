"""Whether clients take a certificate: its issuer, its dates, its names, its strength."""

from collections.abc import Iterator

from cyberai.checkkit.certificate_chain import Link, path_of
from cyberai.checkkit.certificate_faults import (
    NOTHING,
    READ,
    READ_AND_CHANGED,
    Fault,
    Texts,
    when,
)
from cyberai.checkkit.certificate_names import is_address
from cyberai.checkkit.certificates import Certificate, read_certificate
from cyberai.ports.network import Handshake

CLOCKS_DIFFER = 10 * 60 * 1_000_000
"""Microseconds by which our clock may be wrong: a certificate that begins a moment from now is no fault yet."""

TRUST = Texts(
    "The port shows a certificate that clients refuse, or that tells them nothing of whose server this is.",
    "Visitors cannot tell the server from an impostor: a warning that is always there is clicked away, also when "
    "someone is in between.",
    "Use a certificate of a public or company-wide trusted authority for exactly the names that are used, renewed by "
    "a program well before its end.",
)
CHAIN = Texts(
    "Nothing that the server sends with its certificate leads to an authority that clients trust, although its issuer "
    "seems to be one.",
    "Clients that do not know the certificates in between by chance refuse the server: programs and phones do, while a "
    "browser that has met them elsewhere does not, which makes the fault hard to see.",
    "Let the server send its own certificate followed by the authority's intermediate certificates, all of them valid: "
    "most programs that renew certificates write such a file (fullchain.pem).",
)
STRENGTH = Texts(
    "The certificate rests on a key or a signature that can be broken with known means.",
    "Who computes the key, or a second certificate with the same signature, passes for this server and reads or "
    "changes what is sent.",
    "Have the certificate issued anew, with an RSA key of at least 2048 bits or an elliptic curve key of at least 256, "
    "signed with SHA-256.",
)


def trust_faults(handshake: Handshake, name: str, now: int) -> Iterator[Fault]:
    """What is wrong with the certificate for clients that ask for `name`, `now` (UTC microseconds); raise ValueError when
    it is no certificate."""
    certificate = read_certificate(handshake.chain[0])
    yield from _dates(certificate, now)
    yield from _names(certificate, name)
    if certificate.weak_key:
        yield Fault(
            "weak-key", "Weak certificate key", certificate.weak_key, "CWE-326", READ_AND_CHANGED, STRENGTH
        )
    if certificate.weak_signature:
        detail = f"Signed with {certificate.weak_signature.upper()}."
        yield Fault("weak-signature", "Weak certificate signature", detail, "CWE-328", READ, STRENGTH)
    if not handshake.trusted:
        yield from _distrust(handshake, certificate, name, now)


def _dates(certificate: Certificate, now: int) -> Iterator[Fault]:
    if now > certificate.not_after:
        detail = f"Valid until {when(certificate.not_after)}."
        yield Fault("expired", "Expired certificate", detail, "CWE-298", READ, TRUST)
    if now < certificate.not_before - CLOCKS_DIFFER:
        detail = f"Valid from {when(certificate.not_before)}."
        yield Fault("not-yet-valid", "Certificate not yet valid", detail, "CWE-298", READ, TRUST)


def _names(certificate: Certificate, name: str) -> Iterator[Fault]:
    if certificate.extensions is None or certificate.covers(name):
        return
    names = ", ".join(certificate.names[:10]) or "no name"
    if is_address(name) and not any(is_address(other) for other in certificate.names):
        # Whoever scans an address asks for it; the server's visitors ask for its name.
        detail = (
            f"Asked for by its address {name}, valid for {names}: clients that use the address refuse it."
        )
        yield Fault("name-mismatch", "Certificate without the address", detail, "CWE-297", NOTHING, TRUST)
        return
    detail = f"Asked for {name}, valid for {names}."
    yield Fault("name-mismatch", "Certificate for another name", detail, "CWE-297", READ, TRUST)


def _distrust(handshake: Handshake, certificate: Certificate, name: str, now: int) -> Iterator[Fault]:
    """Why no trusted root leads to it. All are one cause: what clients lack is a path to an authority."""
    if certificate.self_signed:
        detail = f"Signed by itself: {certificate.subject}."
        yield Fault("self-signed", "Self-signed certificate", detail, "CWE-295", READ, TRUST)
        return
    path = path_of(handshake.chain, now)
    late = [link for link in path.above if now > link.certificate.not_after]
    extensions = certificate.extensions
    if _names_issuer(handshake.trust_error):
        if extensions is not None and extensions.public and not path.whole and not late:
            yield _incomplete(path.links)
            return
    elif late:
        above = late[0].certificate
        detail = f"{above.subject}, which has signed it, was valid until {when(above.not_after)}."
        yield Fault("untrusted-issuer", "Expired intermediate certificate", detail, "CWE-298", READ, CHAIN)
        return
    elif _explained(certificate, name, now) or "purpose" in handshake.trust_error:
        # What it was made for is the subject of tls.certificate-purpose.
        return
    detail = f"Issued by {certificate.issuer}; {handshake.trust_error or 'no trusted root leads to it'}."
    yield Fault("untrusted-issuer", "Certificate of an untrusted issuer", detail, "CWE-295", READ, TRUST)


def _incomplete(links: tuple[Link, ...]) -> Fault:
    # Public authorities sign the certificates of servers with intermediate ones, never with a root (CA/Browser Forum,
    # Baseline Requirements, 6.1.7): the issuer of the last one sent is missing, not unknown to clients.
    last = links[-1].certificate
    detail = f"The certificate of {last.issuer}, which has signed {last.subject}, is not sent."
    return Fault("untrusted-issuer", "Incomplete certificate chain", detail, "CWE-295", READ, CHAIN)


def _explained(certificate: Certificate, name: str, now: int) -> bool:
    """True when the certificate's own dates or names are reason enough to refuse it."""
    dated = certificate.not_before <= now <= certificate.not_after
    named = certificate.extensions is not None and certificate.covers(name)
    return not dated or not named


def _names_issuer(trust_error: str) -> bool:
    text = trust_error.lower()
    return any(words in text for words in ("issuer", "self-signed", "self signed", "unable to"))
