"""Certificates that no authority would sign: broken at any place, with hostile names, absurd dates and numbers."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberai.checkkit import ber
from cyberai.checkkit.certificates import MAX_DER, read_certificate
from cyberai.lab.certificates import LabAuthority
from cyberai.lab.service import Certificate, Sent
from fuzz import certificates

AUTHORITY = LabAuthority(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
ISSUED = AUTHORITY.issue(Certificate(public=True, logged=True, must_staple=True, sent=Sent.WHOLE, roca=True))
GOOD = tuple(c.public_bytes(serialization.Encoding.DER) for c in (ISSUED.certificate, *ISSUED.behind))


@settings(deadline=None, max_examples=100)
@given(
    whole=st.sampled_from(GOOD),
    places=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), max_size=4),
    cut=st.integers(0, 5_000),
)
def test_altered_and_cut_certificates(whole: bytes, places: list[tuple[int, int]], cut: int) -> None:
    altered = bytearray(whole)
    for place, value in places:
        altered[place % len(altered)] = value
    certificates.fuzz_one(bytes(altered))
    certificates.fuzz_one(bytes(altered[: cut % (len(altered) + 1)]))


def test_a_certificate_that_breaks_off_anywhere() -> None:
    for end in range(len(GOOD[1])):
        with pytest.raises(ValueError):
            read_certificate(GOOD[1][:end])


@settings(deadline=None, max_examples=40)
@given(data=st.binary(max_size=400))
def test_bytes_that_are_no_certificate(data: bytes) -> None:
    certificates.fuzz_one(data)


@settings(deadline=None, max_examples=40)
@given(
    subject=st.text(min_size=1, max_size=64),
    names=st.lists(st.text(st.characters(max_codepoint=127), min_size=1, max_size=400), max_size=5),
)
def test_hostile_names(subject: str, names: list[str]) -> None:
    try:
        built = signed(subject, *names)
    except (ValueError, UnicodeError):
        return  # what cannot be written into a certificate
    certificates.fuzz_one(built)


KEY = ec.generate_private_key(ec.SECP256R1())


def signed(subject: str, *names: str) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(2**150)
        .not_valid_before(datetime.datetime(1950, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC))
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(n) for n in names])
        builder = builder.add_extension(alternatives, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_numbers_dates_and_sizes_that_none_has() -> None:
    whole = signed("shop", *[f"{number}.test" for number in range(3_000)])
    assert len(read_certificate(whole).names) == 2_000
    certificates.fuzz_one(whole)
    plain = signed("shop", "shop.test\x00.evil.test")
    assert read_certificate(plain).names == ("shop.test\\x00.evil.test",)
    assert not read_certificate(plain).covers("shop.test")
    for before, after in (
        (ber.number(2**150), b"\x02\x13" + b"\xff" * 19),
        (b"99991231235959Z", b"99991331235959Z"),
        (b"19500101000000Z", b"00000101000000Z"),
        (b"500101000000Z", b"500100000000Z"),
    ):
        if before in plain:
            certificates.fuzz_one(plain.replace(before, after))
    with pytest.raises(ValueError, match="size"):
        read_certificate(b"\x30\x83" + MAX_DER.to_bytes(3, "big") + bytes(MAX_DER))
    certificates.fuzz_one(b"0\x80" * 50_000)
