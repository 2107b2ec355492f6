"""The public key of a certificate: what it is, and what makes it weak.

The size of an RSA key is read from the SubjectPublicKeyInfo (RFC 5280, 4.1.2.7; RFC 8017, A.1.1) here: the library refuses the
very keys that are worst (an exponent of 1, 384 bits). The fingerprint of CVE-2017-15361 ("ROCA") is that of Nemec and others,
"The Return of Coppersmith's Attack" (CCS 2017), section 3: the primes were made as k * M + (65537^a mod M), M the product of
the first primes, so that the modulus is a power of 65537 modulo each of them.
"""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519
from cryptography.hazmat.primitives.serialization import load_der_public_key
from msgspec import Struct

from cyberai.checkkit import ber
from cyberai.checkkit.library_errors import UNREADABLE

_MIN_RSA = 2048
_MIN_EC = 224
_SEQUENCE, _INTEGER, _BITS, _OID = 0x30, 0x02, 0x03, 0x06
_RSA = bytes.fromhex("2a864886f70d010101")
_EXPLICIT_VERSION = 0xA0
_COMMON_EXPONENT = 65_537
_ROCA_PRIMES = 39
"""The primes up to 167: those that the product of every key size has; a key passes by chance once in 2^27."""


class PublicKey(Struct, frozen=True):
    """A key in words, `bits` the size of an RSA key; `weak` says why it can be broken with known means, empty when it cannot; `exponent` is that of RSA;
    `roca`: it was made by the generator of CVE-2017-15361; `dsa`: it is a key of DSA."""

    text: str
    weak: str = ""
    exponent: int = 0
    roca: bool = False
    dsa: bool = False
    bits: int = 0


def key_info(certificate: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a certificate in DER; raise ValueError."""
    tag, body, _ = ber.read(certificate)
    whole = ber.field(ber.children(body, 1), 0, _SEQUENCE)
    if tag != _SEQUENCE:
        raise ValueError("no certificate")
    fields = ber.children(whole, 7)
    place = 6 if fields and fields[0][0] == _EXPLICIT_VERSION else 5
    return ber.item(_SEQUENCE, ber.field(fields, place, _SEQUENCE))


def read_key(info: bytes) -> PublicKey:
    """The key in a SubjectPublicKeyInfo; one of a kind that nobody knows is called unknown."""
    try:
        numbers = _rsa_numbers(info)
        if numbers is not None:
            return _rsa(*numbers)
        key = load_der_public_key(info)
    except UNREADABLE:
        return PublicKey("unknown")
    match key:
        case dsa.DSAPublicKey():
            text = f"DSA {key.key_size} bits"
            return PublicKey(text, text if key.key_size < _MIN_RSA else "", dsa=True)
        case ec.EllipticCurvePublicKey():
            text = f"EC {key.curve.name} {key.key_size} bits"
            return PublicKey(text, text if key.key_size < _MIN_EC else "")
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            return PublicKey(type(key).__name__.removesuffix("PublicKey"))
        case _:
            return PublicKey(type(key).__name__[:40])


def _rsa_numbers(info: bytes) -> tuple[int, int] | None:
    """(modulus, exponent), None for a key of another algorithm; raise ValueError."""
    fields = ber.children(ber.read(info)[1], 2)
    algorithm = ber.children(ber.field(fields, 0, _SEQUENCE), 1)
    if ber.field(algorithm, 0, _OID) != _RSA:
        return None
    bits = ber.field(fields, 1, _BITS)
    tag, body, _ = ber.read(bits[1:])
    if tag != _SEQUENCE:
        raise ValueError("no RSA key")
    numbers = ber.children(body, 2)
    modulus, exponent = (int.from_bytes(ber.field(numbers, place, _INTEGER), "big") for place in (0, 1))
    return modulus, exponent


def _rsa(modulus: int, exponent: int) -> PublicKey:
    bits = modulus.bit_length()
    text = f"RSA {bits} bits"
    if bits < _MIN_RSA:
        weak = text
    elif exponent < 3 or exponent % 2 == 0:
        weak = f"{text} with the exponent {exponent if exponent < _COMMON_EXPONENT else 'even'}"
    elif modulus % 2 == 0:
        weak = f"{text} with an even modulus"
    else:
        weak = ""
    # A common exponent fits 32 bits; of an absurd one the size is enough.
    return PublicKey(text, weak, min(exponent, 2**32), roca=is_roca(modulus), bits=bits)


def is_roca(modulus: int) -> bool:
    """True when a modulus carries the fingerprint of CVE-2017-15361."""
    return modulus > 0 and all(modulus % prime in powers for prime, powers in _roca_powers())


@cache
def _roca_powers() -> tuple[tuple[int, frozenset[int]], ...]:
    """(prime, the powers of 65537 modulo it)."""
    found: list[tuple[int, frozenset[int]]] = []
    candidate = 2
    while len(found) < _ROCA_PRIMES:
        if all(candidate % prime for prime, _ in found):
            powers = {1}
            value = _COMMON_EXPONENT % candidate
            while value not in powers:
                powers.add(value)
                value = value * _COMMON_EXPONENT % candidate
            found.append((candidate, frozenset(powers)))
        candidate += 1
    return tuple(found)
