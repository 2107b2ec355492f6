"""The ServerKeyExchange message: RFC 5246 (DHE), 8422 (elliptic curves), 2246 (export keys)."""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import rsa

from cyberai.lab.tls import _wire as wire
from cyberai.lab.tls._keys import EXPORT_MODULUS, dh_share, fresh, group_share, sign
from cyberai.lab.tls._policy import Policy
from cyberai.lab.tls._suites import Suite

_NAMED_CURVE = b"\x03"
_EXPONENT_BYTES = 32
_KEPT_EXPONENT = int.from_bytes(fresh(_EXPONENT_BYTES), "big")


def key_exchange(
    policy: Policy, suite: Suite, group: int | None, sign_over: Callable[[bytes], bytes]
) -> bytes:
    """The body of the message, empty for suites that have none. `sign_over(parameters)` is the signature field."""
    if suite.elliptic and group is not None:
        parameters = _NAMED_CURVE + wire.packed(group) + wire.vector(1, group_share(group))
    elif suite.exchange.startswith("DH"):
        parameters = _integers(policy, suite)
    elif suite.export:
        parameters = wire.vector(2, wire.positive(EXPORT_MODULUS)) + wire.vector(2, wire.positive(65_537))
    else:
        return b""
    return parameters if suite.anonymous else parameters + sign_over(parameters)


def signed(key: rsa.RSAPrivateKey, scheme: int | None, data: bytes) -> bytes:
    """The signature field over this data; from TLS 1.2 on with the number of its scheme in front."""
    name = b"" if scheme is None else wire.packed(scheme)
    return name + wire.vector(2, sign(key, scheme, data))


def _integers(policy: Policy, suite: Suite) -> bytes:
    prime = policy.dh_export_prime if suite.export else policy.dh_prime
    exponent = _KEPT_EXPONENT if policy.dh_reused else int.from_bytes(fresh(_EXPONENT_BYTES), "big")
    fields = (wire.positive(prime), wire.positive(policy.dh_generator))
    share = dh_share(prime, policy.dh_generator, exponent)
    return b"".join(wire.vector(2, field) for field in (*fields, share))
