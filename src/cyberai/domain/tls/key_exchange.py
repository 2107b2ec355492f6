"""The ServerKeyExchange message: what a server brings to the key exchange. RFC 5246, 7.4.3; 8422, 5.4; 4279; 2246."""

from msgspec import Struct

from cyberai.domain.tls.fields import Fields
from cyberai.domain.tls.suites import Suite
from cyberai.domain.tls.version import TlsVersion

_NAMED_CURVE = 3


class KeyExchange(Struct, frozen=True, omit_defaults=True):
    """`dh_*` for finite fields: prime, generator as bytes without leading zeros, and `dh_bits` of the prime. `group`
    for curves (0: not a named one). `public` is the server's ephemeral value. `rsa_bits` for the short key of an
    export suite. `scheme` is what it is signed with (0: not said, which is so before TLS 1.2, or not signed)."""

    dh_bits: int = 0
    dh_prime: bytes = b""
    dh_generator: bytes = b""
    group: int = 0
    public: bytes = b""
    rsa_bits: int = 0
    scheme: int = 0


def read_key_exchange(body: bytes, suite: Suite, version: TlsVersion | None) -> KeyExchange | None:
    """What the message of this suite says, None for one whose form we do not know; raise NotTls."""
    fields = Fields(body)
    if suite.exchange.endswith("PSK"):
        fields.sized(2)  # a hint which key is meant
    kind = suite.exchange.removesuffix("_PSK")

    if kind == "DHE" or (kind == "DH" and suite.anonymous):
        prime, generator, public = (fields.sized(2).lstrip(b"\0") for _ in range(3))
        signed = _scheme(fields, suite, version)
        bits = int.from_bytes(prime, "big").bit_length()
        return KeyExchange(dh_bits=bits, dh_prime=prime, dh_generator=generator, public=public, scheme=signed)
    if kind == "ECDHE" or (kind == "ECDH" and suite.anonymous):
        if fields.number(1) != _NAMED_CURVE:
            return KeyExchange()
        group, public = fields.number(2), fields.sized(1)
        return KeyExchange(group=group, public=public, scheme=_scheme(fields, suite, version))
    if kind == "RSA" and suite.export:
        modulus = fields.sized(2)
        fields.sized(2)
        bits = int.from_bytes(modulus, "big").bit_length()
        return KeyExchange(rsa_bits=bits, scheme=_scheme(fields, suite, version))
    return None


def _scheme(fields: Fields, suite: Suite, version: TlsVersion | None) -> int:
    signed = suite.authentication not in ("anon", "PSK")
    return fields.number(2) if signed and version is TlsVersion.TLS1_2 else 0
