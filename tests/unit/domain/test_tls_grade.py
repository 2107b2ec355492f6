"""The grade of a TLS port: what limits it, and to which letter."""

from msgspec.structs import replace

from cyberai.domain.tls.grade import Grade, GradedCertificate, Letter, grade
from cyberai.domain.tls.profile import TlsProfile, VersionOffer
from cyberai.domain.tls.suites import SUITES
from cyberai.domain.tls.version import TlsVersion as V

CODES = {suite.name.removeprefix("TLS_"): code for code, suite in SUITES.items()}
MODERN_13 = (CODES["AES_128_GCM_SHA256"], CODES["AES_256_GCM_SHA384"])
MODERN_12 = (CODES["ECDHE_RSA_WITH_AES_128_GCM_SHA256"],)
SOUND = GradedCertificate(rsa_bits=2048, signature="sha256")
BEST = TlsProfile(
    versions=(VersionOffer(V.TLS1_3, MODERN_13), VersionOffer(V.TLS1_2, MODERN_12)),
    groups=(0x11EC, 0x001D),
    secure_renegotiation=True,
    fallback_scsv=True,
    staple=True,
)


def offering(version: V, *names: str) -> TlsProfile:
    """The best profile with one more version, or with more suites."""
    codes = tuple(CODES[name] for name in names) or MODERN_12
    kept = tuple(offer for offer in BEST.versions if offer.version is not version)
    return replace(BEST, versions=(*kept, VersionOffer(version, (*MODERN_12, *codes))))


def graded(profile: TlsProfile, certificate: GradedCertificate | None = SOUND, *found: str) -> Grade:
    given = grade(profile, certificate, frozenset(found))
    assert given is not None
    return given


def test_what_limits_the_grade() -> None:
    two = V.TLS1_2
    only = TlsProfile(versions=(VersionOffer(two, (CODES["RSA_WITH_AES_128_CBC_SHA"],)),))
    for profile, letter, words in (
        (BEST, "A+", ""),
        (replace(BEST, versions=BEST.versions[1:]), "A", "TLS 1.3 is not offered"),
        (replace(BEST, versions=BEST.versions[:1], fallback_scsv=False), "A+", ""),
        (offering(V.TLS1_1), "B", "TLSv1.1 is offered"),
        (offering(V.TLS1_0), "B", "TLSv1.0 is offered"),
        (offering(V.SSL3), "C", "SSLv3 is offered"),
        (
            replace(BEST, versions=(*BEST.versions, VersionOffer(V.SSL2, (0x020080,)))),
            "F",
            "SSLv2 is offered",
        ),
        (TlsProfile(versions=(VersionOffer(V.TLS1_0, MODERN_12),)), "C", "Neither TLS 1.2 nor TLS 1.3"),
        (offering(two, "RSA_WITH_AES_128_GCM_SHA256"), "A", "1 of 4 suites have no forward secrecy"),
        (only, "B", "No suite has forward secrecy"),
        (only, "B", "No suite authenticates"),
        (offering(two, "ECDHE_RSA_WITH_NULL_SHA"), "F", "without encryption: TLS_ECDHE_RSA_WITH_NULL_SHA"),
        (offering(two, "DH_anon_WITH_AES_128_CBC_SHA"), "F", "without authentication"),
        (offering(two, "RSA_EXPORT_WITH_RC4_40_MD5"), "F", "for export"),
        (offering(two, "RSA_WITH_DES_CBC_SHA"), "F", "less than 112 bits"),
        (
            offering(two, "ECDHE_RSA_WITH_RC4_128_SHA", "RSA_WITH_RC4_128_MD5"),
            "C",
            "with RC4: TLS_ECDHE_RSA_WITH_RC4_128_SHA and 1 more",
        ),
        (offering(two, "ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"), "B", "with blocks of 64 bits"),
        (replace(BEST, dh_bits=2048), "A+", ""),
        (replace(BEST, dh_bits=1024), "B", "1024 bits, fewer than 2048"),
        (replace(BEST, dh_bits=512), "F", "512 bits"),
        (replace(BEST, groups=(0x11EC, 19)), "B", "secp192r1 has a strength of 96 bits"),
        (replace(BEST, groups=(0x001D,)), "A+", "quantum computers"),
        (replace(BEST, staple=False), "A+", "stapled"),
        (replace(BEST, staple=None, secure_renegotiation=None, fallback_scsv=None), "A+", ""),
        (replace(BEST, secure_renegotiation=False), "C", "RFC 5746"),
        (replace(BEST, compressions=(1,)), "C", "CRIME"),
        (replace(offering(V.TLS1_1), fallback_scsv=False), "B", "RFC 7507"),
    ):
        given = graded(profile)
        said = [reason.text for reason in given.reasons]
        assert given.letter == letter, (words, said)
        assert any(words in text for text in said) if words else not said, (words, said)


def test_the_certificate_and_known_flaws() -> None:
    for certificate, letter in (
        (None, "A+"),
        (SOUND, "A+"),
        (GradedCertificate(distrust="it has expired"), "T"),
        (GradedCertificate(rsa_bits=1024), "C"),
        (GradedCertificate(rsa_bits=512), "F"),
        (GradedCertificate(weak_key="EC secp192r1 192 bits"), "F"),
        (GradedCertificate(signature="sha1"), "C"),
        (GradedCertificate(signature="md5"), "F"),
    ):
        assert graded(BEST, certificate).letter == letter
    assert graded(BEST, SOUND, "tls.heartbleed").letter == "F"
    assert graded(BEST, SOUND, "tls.certificate-status:revoked").letter == "F"
    assert graded(BEST, SOUND, "tls.other", "tls.certificate-status").letter == "A+"


def test_the_weightiest_reason_stands_first() -> None:
    given = graded(replace(offering(V.TLS1_0), staple=False), GradedCertificate(distrust="self-signed"))
    assert [reason.limit for reason in given.reasons] == [Letter.T, Letter.B, Letter.A_PLUS]


def test_nothing_measured_is_no_grade() -> None:
    assert grade(TlsProfile(unclear=("it hung up",)), SOUND) is None
