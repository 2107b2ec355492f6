"""The grade of a TLS port: one letter, and each reason for it.

A port starts at A+; every reason names the best letter that it leaves, and the lowest of them is the grade. The scale and its
numbers stand in docs/explanation/tls-grade.md.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from cyberai.domain.tls.groups import group
from cyberai.domain.tls.profile import TlsProfile
from cyberai.domain.tls.suites import Suite, suite
from cyberai.domain.tls.version import TlsVersion


class Letter(StrEnum):
    """From the best to the worst. T: whatever the rest, clients do not trust the certificate."""

    A_PLUS = "A+"
    A = "A"
    B = "B"
    C = "C"
    F = "F"
    T = "T"


class GradeReason(Struct, frozen=True):
    """A sentence, and the best grade that it leaves; A+ for what is only said."""

    text: str
    limit: Letter


class Grade(Struct, frozen=True):
    """A letter with the reasons that lead to it, the weightiest first."""

    letter: Letter
    reasons: tuple[GradeReason, ...] = ()


class GradedCertificate(Struct, frozen=True, kw_only=True):
    """What counts of the certificate. `distrust` says why clients do not trust it, empty where they do. `rsa_bits` is 0 for a
    key of another kind; `weak_key` says why the key is weak in another way than by its size; `signature` is its hash, empty for
    what nobody verifies."""

    distrust: str = ""
    rsa_bits: int = 0
    weak_key: str = ""
    signature: str = ""


_FLAWS: Mapping[str, tuple[str, Letter]] = {
    "tls.heartbleed": ("Anyone can read the server's memory (Heartbleed)", Letter.F),
    "tls.ccs-injection": ("Someone in between can settle the keys (CCS injection)", Letter.F),
    "tls.robot": ("What is encrypted with RSA can be opened (ROBOT)", Letter.F),
    "tls.ticketbleed": ("Anyone can read the server's memory (Ticketbleed)", Letter.F),
    "tls.cbc-padding": ("The padding of CBC suites is not verified (POODLE in TLS)", Letter.F),
    "tls.certificate-status:revoked": ("The authority has revoked the certificate", Letter.F),
    "tls.certificate-key:roca": ("The key can be computed from the certificate (ROCA)", Letter.F),
}
"""Findings that limit the grade: check id, or check id and cause."""

_UNSEEN = GradeReason("The certificate was not seen.", Letter.A_PLUS)
_ORDER = {letter: place for place, letter in enumerate(Letter)}
_LEAST_RSA, _LEAST_DH, _BROKEN_DH, _BROKEN_RSA = 2048, 2048, 1024, 1024
_LEAST_GROUP = 112
_LEAST_CIPHER = 112


def grade(
    profile: TlsProfile, certificate: GradedCertificate | None, found: frozenset[str] = frozenset()
) -> Grade | None:
    """The grade of what was measured, of the certificate that was shown (None: it was not seen), and of what checks have found
    (ids, or ids with causes behind a colon); None where no version was seen to work."""
    if not profile.versions:
        return None
    reasons = [reason for judge in _JUDGES for reason in judge(profile)]
    reasons += _certificate(certificate) if certificate is not None else (_UNSEEN,)
    reasons += [GradeReason(f"{text}.", limit) for id, (text, limit) in _FLAWS.items() if id in found]
    reasons.sort(key=lambda reason: -_ORDER[reason.limit])
    letter = max((reason.limit for reason in reasons), key=lambda limit: _ORDER[limit], default=Letter.A_PLUS)
    return Grade(letter, tuple(reasons))


def _versions(profile: TlsProfile) -> Iterator[GradeReason]:
    limits = {
        TlsVersion.SSL2: Letter.F,
        TlsVersion.SSL3: Letter.C,
        TlsVersion.TLS1_0: Letter.B,
        TlsVersion.TLS1_1: Letter.B,
    }
    for version, limit in limits.items():
        if profile.offer(version) is not None:
            yield GradeReason(f"{version.value} is offered.", limit)
    if profile.offer(TlsVersion.TLS1_3) is None:
        if profile.offer(TlsVersion.TLS1_2) is None:
            yield GradeReason("Neither TLS 1.2 nor TLS 1.3 is offered.", Letter.C)
        else:
            yield GradeReason("TLS 1.3 is not offered.", Letter.A)


def _suites(profile: TlsProfile) -> Iterator[GradeReason]:
    for what, limit, weak in _WEAK_SUITES:
        names = sorted(found.name for found in map(suite, profile.suites) if found.known and weak(found))
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            yield GradeReason(f"Suites {what}: {names[0]}{more}.", limit)


_WEAK_SUITES: tuple[tuple[str, Letter, Callable[[Suite], bool]], ...] = (
    ("without encryption", Letter.F, lambda found: found.null),
    ("without authentication", Letter.F, lambda found: found.anonymous),
    ("for export", Letter.F, lambda found: found.export),
    (
        f"with keys of less than {_LEAST_CIPHER} bits",
        Letter.F,
        lambda found: not found.null and not found.export and 0 < found.bits < _LEAST_CIPHER,
    ),
    ("with RC4", Letter.C, lambda found: found.rc4 and not found.export and found.bits >= _LEAST_CIPHER),
    (
        "with blocks of 64 bits",
        Letter.B,
        lambda found: found.small_blocks and not found.export and found.bits >= _LEAST_CIPHER,
    ),
)


def _forward_secrecy(profile: TlsProfile) -> Iterator[GradeReason]:
    known = [found for found in map(suite, profile.suites) if found.known]
    secret = [found for found in known if found.forward_secret]
    if known and not secret:
        yield GradeReason("No suite has forward secrecy.", Letter.B)
    elif len(secret) < len(known):
        count = len(known) - len(secret)
        yield GradeReason(f"{count} of {len(known)} suites have no forward secrecy.", Letter.A)
    if known and not any(found.aead for found in known):
        yield GradeReason("No suite authenticates what it encrypts (AEAD).", Letter.B)


def _exchange(profile: TlsProfile) -> Iterator[GradeReason]:
    bits = profile.dh_bits
    if bits is not None and bits < _LEAST_DH:
        limit = Letter.F if bits < _BROKEN_DH else Letter.B
        yield GradeReason(f"Diffie-Hellman with {bits} bits, fewer than {_LEAST_DH}.", limit)
    groups = [group(code) for code in profile.groups]
    weak = [found for found in groups if 0 < found.bits < _LEAST_GROUP]
    if weak:
        text = f"The group {weak[0].name} has a strength of {weak[0].bits} bits, less than {_LEAST_GROUP}."
        yield GradeReason(text, Letter.B)
    if groups and not any(found.post_quantum for found in groups):
        yield GradeReason("No key exchange that holds against quantum computers is offered.", Letter.A_PLUS)


def _protocol(profile: TlsProfile) -> Iterator[GradeReason]:
    if profile.secure_renegotiation is False:
        yield GradeReason("Renegotiation is not bound to its connection (RFC 5746).", Letter.C)
    if profile.compressions:
        yield GradeReason("TLS compresses what it sends (CRIME).", Letter.C)
    older = [offer for offer in profile.versions if offer.version is not TlsVersion.TLS1_3]
    if profile.fallback_scsv is False and len(older) > 1:
        yield GradeReason("Clients can be talked down to an older version (RFC 7507).", Letter.A)
    if profile.staple is False:
        yield GradeReason("No answer of the authority is stapled.", Letter.A_PLUS)


def _certificate(certificate: GradedCertificate) -> Iterator[GradeReason]:
    if certificate.distrust:
        yield GradeReason(f"Clients do not trust the certificate: {certificate.distrust}.", Letter.T)
    bits = certificate.rsa_bits
    if 0 < bits < _LEAST_RSA:
        limit = Letter.F if bits < _BROKEN_RSA else Letter.C
        yield GradeReason(f"The certificate's RSA key has {bits} bits, fewer than {_LEAST_RSA}.", limit)
    elif certificate.weak_key:
        yield GradeReason(f"The certificate's key is weak: {certificate.weak_key}.", Letter.F)
    if certificate.signature in ("md2", "md4", "md5"):
        yield GradeReason(f"The certificate is signed with {certificate.signature.upper()}.", Letter.F)
    elif certificate.signature == "sha1":
        yield GradeReason("The certificate is signed with SHA-1.", Letter.C)


_JUDGES: tuple[Callable[[TlsProfile], Iterator[GradeReason]], ...] = (
    _versions,
    _suites,
    _forward_secrecy,
    _exchange,
    _protocol,
)
