"""What a TLS port was seen to offer: the engine measures it once, checks judge it."""

from msgspec import Struct

from cyberai.domain.tls.version import TlsVersion


class VersionOffer(Struct, frozen=True, omit_defaults=True):
    """A version that the server takes. `suites` are all it takes with it, in its own order where it has one
    (`server_order`; None where that could not be told)."""

    version: TlsVersion
    suites: tuple[int, ...] = ()
    server_order: bool | None = None


class TlsProfile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One assessment. None means everywhere that it could not be told; `unclear` says what and why, in words.

    `groups` are named groups for key exchange, in the server's order where it has one (`group_order`). `dh_*` is the
    weakest group of finite-field Diffie-Hellman that it showed: `dh_prime` and `dh_generator` in hexadecimal digits,
    `dh_reused` whether two connections got the same public value. `signatures` are what it signs a key exchange of
    TLS 1.2 with. `compressions` are the methods it selected, other than none. `session_tickets` and `session_ids` say
    that it offers to resume sessions with them, `staple` that it sends an OCSP answer (`staple_status`: good, revoked,
    unknown, or what was wrong with it), `scts` how many certificate timestamps came in the handshake.
    `without_name` is what a client sees that sends no server name: `same`, `other` (another certificate), `refused`.
    `chains` counts the different leaf certificates that it showed under its name (one for RSA and one for ECDSA, say)."""

    versions: tuple[VersionOffer, ...] = ()
    groups: tuple[int, ...] = ()
    group_order: bool | None = None
    dh_bits: int | None = None
    dh_prime: str = ""
    dh_generator: str = ""
    dh_reused: bool | None = None
    signatures: tuple[int, ...] = ()
    compressions: tuple[int, ...] = ()
    secure_renegotiation: bool | None = None
    extended_master_secret: bool | None = None
    encrypt_then_mac: bool | None = None
    fallback_scsv: bool | None = None
    session_tickets: bool | None = None
    session_ids: bool | None = None
    heartbeat: bool = False
    alpn: tuple[str, ...] = ()
    staple: bool | None = None
    staple_status: str = ""
    scts: int = 0
    without_name: str = ""
    client_certificate: bool = False
    chains: int = 0
    unclear: tuple[str, ...] = ()
    connections: int = 0
    millis: int = 0

    def offer(self, version: TlsVersion) -> VersionOffer | None:
        """What it takes with this version, None where it does not speak it."""
        return next((offer for offer in self.versions if offer.version is version), None)

    @property
    def suites(self) -> frozenset[int]:
        """Every suite that it takes with any version."""
        return frozenset(code for offer in self.versions for code in offer.suites)
