"""What one of the lab's own TLS servers agrees to."""

import msgspec

from cyberai.lab.tls import _wire as wire
from cyberai.lab.tls._keys import EXPORT_PRIME, OAKLEY_14, SECP256R1, X25519
from cyberai.lab.tls._suites import codes

MODERN = codes(
    "ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
)
MODERN_1_3 = codes("AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256", "AES_128_GCM_SHA256")


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers are those of the wire; the order of lists is the server's, which counts for suites only with
    `server_order`. `dh_reused`: it has one key of that kind as long as it lives. `staple` is an OCSP response."""

    versions: tuple[int, ...] = (wire.TLS1_2,)
    suites: tuple[int, ...] = MODERN
    ssl2_suites: tuple[int, ...] = ()
    server_order: bool = True
    groups: tuple[int, ...] = (X25519, SECP256R1)
    dh_prime: int = OAKLEY_14
    dh_generator: int = 2
    dh_export_prime: int = EXPORT_PRIME
    dh_reused: bool = False
    signatures: tuple[int, ...] = (0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601)
    compressions: tuple[int, ...] = (0,)
    secure_renegotiation: bool = True
    extended_master_secret: bool = True
    encrypt_then_mac: bool = True
    fallback_scsv: bool = True
    session_ids: bool = True
    session_tickets: bool = True
    heartbeat: bool = False
    alpn: tuple[str, ...] = ()
    staple: bytes = b""
    client_certificate: bool = False
