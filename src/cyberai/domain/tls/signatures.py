"""Signature schemes (RFC 8446, 4.2.3), and the pairs of hash and signature of TLS 1.2 (RFC 5246, 7.4.1.4.1)."""

from collections.abc import Mapping

from msgspec import Struct


class Scheme(Struct, frozen=True):
    """`key` is RSA, RSA-PSS, ECDSA, EdDSA, DSA, ML-DSA or SM2, `hash` its digest, empty where it has none of its own."""

    code: int
    name: str
    key: str = ""
    hash: str = ""


_HASHES = {1: "MD5", 2: "SHA1", 3: "SHA224", 4: "SHA256", 5: "SHA384", 6: "SHA512"}
_KEYS = {1: ("rsa_pkcs1", "RSA"), 2: ("dsa", "DSA"), 3: ("ecdsa", "ECDSA")}
_NAMED = (
    Scheme(0x0403, "ecdsa_secp256r1_sha256", "ECDSA", "SHA256"),
    Scheme(0x0503, "ecdsa_secp384r1_sha384", "ECDSA", "SHA384"),
    Scheme(0x0603, "ecdsa_secp521r1_sha512", "ECDSA", "SHA512"),
    Scheme(0x0804, "rsa_pss_rsae_sha256", "RSA", "SHA256"),
    Scheme(0x0805, "rsa_pss_rsae_sha384", "RSA", "SHA384"),
    Scheme(0x0806, "rsa_pss_rsae_sha512", "RSA", "SHA512"),
    Scheme(0x0807, "ed25519", "EdDSA"),
    Scheme(0x0808, "ed448", "EdDSA"),
    Scheme(0x0809, "rsa_pss_pss_sha256", "RSA-PSS", "SHA256"),
    Scheme(0x080A, "rsa_pss_pss_sha384", "RSA-PSS", "SHA384"),
    Scheme(0x080B, "rsa_pss_pss_sha512", "RSA-PSS", "SHA512"),
    Scheme(0x081A, "ecdsa_brainpoolP256r1tls13_sha256", "ECDSA", "SHA256"),
    Scheme(0x081B, "ecdsa_brainpoolP384r1tls13_sha384", "ECDSA", "SHA384"),
    Scheme(0x081C, "ecdsa_brainpoolP512r1tls13_sha512", "ECDSA", "SHA512"),
    Scheme(0x0904, "mldsa44", "ML-DSA"),
    Scheme(0x0905, "mldsa65", "ML-DSA"),
    Scheme(0x0906, "mldsa87", "ML-DSA"),
    Scheme(0x0708, "sm2sig_sm3", "SM2", "SM3"),
)
_PAIRS = tuple(
    Scheme(high << 8 | low, f"{name}_{digest.lower()}", key, digest)
    for high, digest in _HASHES.items()
    for low, (name, key) in _KEYS.items()
)

SCHEMES: Mapping[int, Scheme] = {found.code: found for found in (*_PAIRS, *_NAMED)}
"""Every scheme we know, by code."""


def scheme(code: int) -> Scheme:
    """The scheme of a code; an unknown one is named by its digits."""
    return SCHEMES.get(code) or Scheme(code, f"0x{code:04X}")
