"""Public keys as records of the DNS carry them."""

import base64

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key


def rsa_bits_of_der(text: str) -> int:
    """The length of the RSA key in a SubjectPublicKeyInfo in base64; 0 for what is none."""
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, rsa.RSAPublicKey) else 0


def rsa_bits_of_record(text: str) -> int:
    """The length of the RSA key of a DNSKEY record, in base64 (RFC 3110, section 2); 0 for what is none."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return 0
    if not raw:
        return 0
    at, size = (1, raw[0]) if raw[0] else (3, int.from_bytes(raw[1:3], "big"))
    return int.from_bytes(raw[at + size :], "big").bit_length()
