"""What is kept of a TLS port: its grade with reasons, and what it offers, by name."""

from msgspec import Struct

from cyberai.domain.tls.grade import Grade, GradedCertificate, GradeReason, Letter, grade
from cyberai.domain.tls.groups import group
from cyberai.domain.tls.profile import TlsProfile
from cyberai.domain.tls.suites import suite

MOST_SUITES = 400
MOST_GROUPS = 50
MOST_WORDS = 20


class OfferedVersion(Struct, frozen=True, kw_only=True):
    """A version and its suites by name. `server_order`: they stand in the order that the server prefers; None where that could
    not be told."""

    version: str
    suites: tuple[str, ...]
    server_order: bool | None = None


class TlsAssessment(Struct, frozen=True, kw_only=True):
    """One port as a scan measured it. `letter` and `reasons` as in `Grade`; `dh_bits` is its weakest Diffie-Hellman group, None
    without one; `post_quantum`: it takes a group that holds against quantum computers; `stapled` None where it could not be
    told; `unclear` says in words what could not be measured."""

    letter: Letter
    reasons: tuple[GradeReason, ...] = ()
    versions: tuple[OfferedVersion, ...] = ()
    groups: tuple[str, ...] = ()
    dh_bits: int | None = None
    post_quantum: bool = False
    alpn: tuple[str, ...] = ()
    stapled: bool | None = None
    unclear: tuple[str, ...] = ()


def assessed(
    profile: TlsProfile, certificate: GradedCertificate | None, found: frozenset[str]
) -> TlsAssessment | None:
    """What is kept of a profile; `certificate` and `found` as for `grade`. None where nothing was measured."""
    given: Grade | None = grade(profile, certificate, found)
    if given is None:
        return None
    groups = [group(code) for code in profile.groups[:MOST_GROUPS]]
    return TlsAssessment(
        letter=given.letter,
        reasons=given.reasons,
        versions=tuple(
            OfferedVersion(
                version=offer.version.value,
                suites=tuple(suite(code).name for code in offer.suites[:MOST_SUITES]),
                server_order=offer.server_order,
            )
            for offer in sorted(profile.versions, key=lambda offer: -offer.version.wire)
        ),
        groups=tuple(found.name for found in groups),
        dh_bits=profile.dh_bits,
        post_quantum=any(found.post_quantum for found in groups),
        alpn=tuple(word[:100] for word in profile.alpn[:MOST_WORDS]),
        stapled=profile.staple,
        unclear=tuple(words[:300] for words in profile.unclear[:MOST_WORDS]),
    )
