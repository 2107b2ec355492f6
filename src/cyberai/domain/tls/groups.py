"""Named groups for key exchange: curves, finite fields, and hybrids that hold against quantum computers."""

from collections.abc import Mapping

from msgspec import Struct


class Group(Struct, frozen=True):
    """`bits` is the strength against the computers of today (NIST SP 800-57 part 1, table 2), `finite` a field of
    RFC 7919, `post_quantum` a hybrid with ML-KEM or its draft."""

    code: int
    name: str
    bits: int = 0
    finite: bool = False
    post_quantum: bool = False


_CURVES = (
    (1, "sect163k1", 80),
    (2, "sect163r1", 80),
    (3, "sect163r2", 80),
    (4, "sect193r1", 96),
    (5, "sect193r2", 96),
    (6, "sect233k1", 112),
    (7, "sect233r1", 112),
    (8, "sect239k1", 112),
    (9, "sect283k1", 128),
    (10, "sect283r1", 128),
    (11, "sect409k1", 192),
    (12, "sect409r1", 192),
    (13, "sect571k1", 256),
    (14, "sect571r1", 256),
    (15, "secp160k1", 80),
    (16, "secp160r1", 80),
    (17, "secp160r2", 80),
    (18, "secp192k1", 96),
    (19, "secp192r1", 96),
    (20, "secp224k1", 112),
    (21, "secp224r1", 112),
    (22, "secp256k1", 128),
    (23, "secp256r1", 128),
    (24, "secp384r1", 192),
    (25, "secp521r1", 256),
    (26, "brainpoolP256r1", 128),
    (27, "brainpoolP384r1", 192),
    (28, "brainpoolP512r1", 256),
    (29, "x25519", 128),
    (30, "x448", 224),
    (31, "brainpoolP256r1tls13", 128),
    (32, "brainpoolP384r1tls13", 192),
    (33, "brainpoolP512r1tls13", 256),
    (41, "curveSM2", 128),
)
_FIELDS = (
    (0x0100, "ffdhe2048", 112),
    (0x0101, "ffdhe3072", 128),
    (0x0102, "ffdhe4096", 152),
    (0x0103, "ffdhe6144", 176),
    (0x0104, "ffdhe8192", 200),
)
_HYBRIDS = (
    (0x11EB, "SecP256r1MLKEM768", 128),
    (0x11EC, "X25519MLKEM768", 128),
    (0x11ED, "SecP384r1MLKEM1024", 192),
    (0x0200, "MLKEM512", 128),
    (0x0201, "MLKEM768", 192),
    (0x0202, "MLKEM1024", 256),
    (0x6399, "X25519Kyber768Draft00", 128),
    (0x639A, "SecP256r1Kyber768Draft00", 128),
)

GROUPS: Mapping[int, Group] = {
    code: Group(code, name, bits, finite, post_quantum)
    for table, finite, post_quantum in (
        (_CURVES, False, False),
        (_FIELDS, True, False),
        (_HYBRIDS, False, True),
    )
    for code, name, bits in table
}
"""Every group we know, by code. RFC 7919 fields, FIPS 203 and the drafts that browsers shipped with are in it."""


def group(code: int) -> Group:
    """The group of a code; an unknown one is named by its digits."""
    return GROUPS.get(code) or Group(code, f"0x{code:04X}")
