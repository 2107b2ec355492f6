"""ClientHello messages, built by hand: no library still speaks the old versions or offers exactly what is asked.

RFC 6101 (SSLv3), 2246, 4346, 5246 (TLS 1.0 to 1.2), 8446 (TLS 1.3), 6066 (names, stapling), 7366, 7507, 7627, 7685.
"""

import hashlib
from collections.abc import Iterator
from struct import pack

from msgspec import Struct

from cyberai.domain.target import TargetError, literal_address
from cyberai.domain.tls.records import HANDSHAKE, handshake_message, record
from cyberai.domain.tls.suites import FALLBACK_SCSV, RENEGOTIATION_SCSV
from cyberai.domain.tls.version import TlsVersion

SERVER_NAME, STATUS_REQUEST, SUPPORTED_GROUPS, POINT_FORMATS = 0, 5, 10, 11
SIGNATURE_ALGORITHMS, HEARTBEAT_EXTENSION, ALPN, CERTIFICATE_TIMESTAMPS = 13, 15, 16, 18
PADDING, ENCRYPT_THEN_MAC, EXTENDED_MASTER_SECRET, SESSION_TICKET = 21, 22, 23, 35
PRE_SHARED_KEY, SUPPORTED_VERSIONS, COOKIE, KEY_SHARE, RENEGOTIATION_INFO = 41, 43, 44, 51, 0xFF01

_CLIENT_HELLO = 1
_PADDED_FROM, _PADDED_TO = 256, 512
"""Some load balancers hang on a ClientHello of these lengths (RFC 7685)."""


class ClientOffer(Struct, frozen=True, kw_only=True):
    """What a client offers.

    The highest of `versions` is the legacy version of the message, and of TLS 1.3 all stand in supported_versions.
    `suites` are sent in this order; `secure_renegotiation` and `fallback_scsv` add their signals behind them (the former
    as the extension, save in SSLv3, which has none). `key_shares` are (group, public value): an empty tuple asks a
    server of TLS 1.3 to name the group that it wants. `session_ticket` empty asks for a ticket, None asks for none.
    `server_name` is left out for an address. `extra` are further extensions, type and body, at the end."""

    versions: tuple[TlsVersion, ...]
    suites: tuple[int, ...]
    groups: tuple[int, ...] = ()
    key_shares: tuple[tuple[int, bytes], ...] = ()
    signatures: tuple[int, ...] = ()
    server_name: str = ""
    alpn: tuple[str, ...] = ()
    compressions: tuple[int, ...] = (0,)
    extended_master_secret: bool = False
    encrypt_then_mac: bool = False
    session_ticket: bytes | None = None
    session_id: bytes = b""
    status_request: bool = False
    heartbeat: bool = False
    secure_renegotiation: bool = False
    fallback_scsv: bool = False
    extra: tuple[tuple[int, bytes], ...] = ()

    @property
    def highest(self) -> TlsVersion:
        """The newest version of it."""
        return max(self.versions, key=lambda version: version.wire)


def client_hello(offer: ClientOffer, seed: bytes) -> bytes:
    """One record with the ClientHello. Its random value derives from `seed`: an exchange of messages that is never
    completed needs no secrecy. Raise ValueError where something is longer than its field."""
    wire = offer.highest.wire
    head = (
        pack("!H", min(wire, 0x0303))
        + derived(seed, b"random")
        + _short(_session_id(offer, seed))
        + _long(_numbers(_suites(offer)))
        + _short(bytes(offer.compressions))
    )
    extensions = b"".join(_extension(kind, body) for kind, body in _extensions(offer))
    if extensions:
        body = head + _long(extensions + _padding(4 + len(head) + 2 + len(extensions)))
    else:
        body = head
    return record(HANDSHAKE, min(wire, 0x0301), handshake_message(_CLIENT_HELLO, body))


def derived(seed: bytes, label: bytes) -> bytes:
    """32 bytes that look random and are the same for the same seed."""
    return hashlib.sha256(label + seed).digest()


def names_host(name: str) -> bool:
    """Whether a client would send this as the server's name: not an address, nothing that is no host name."""
    if not name or len(name) > 255 or not name.isascii():
        return False
    try:
        return literal_address(name) is None and all(c.isalnum() or c in "-._" for c in name)
    except TargetError:
        return False


def _session_id(offer: ClientOffer, seed: bytes) -> bytes:
    if offer.session_id or offer.highest is not TlsVersion.TLS1_3:
        return offer.session_id
    return derived(seed, b"session")  # boxes on the way want to see one (RFC 8446, D.4)


def _suites(offer: ClientOffer) -> tuple[int, ...]:
    signals = offer.suites
    if offer.secure_renegotiation and not _may_extend(offer):
        signals = (*signals, RENEGOTIATION_SCSV)
    return (*signals, FALLBACK_SCSV) if offer.fallback_scsv else signals


def _may_extend(offer: ClientOffer) -> bool:
    return offer.highest not in (TlsVersion.SSL2, TlsVersion.SSL3)


def _extensions(offer: ClientOffer) -> Iterator[tuple[int, bytes]]:
    if _may_extend(offer):
        yield from _names(offer)
        yield from _algorithms(offer)
        yield from _wishes(offer)
        if offer.highest is TlsVersion.TLS1_3:
            shares = b"".join(pack("!H", group) + _long(share) for group, share in offer.key_shares)
            yield SUPPORTED_VERSIONS, _short(_numbers(tuple(version.wire for version in offer.versions)))
            yield KEY_SHARE, _long(shares)
    yield from offer.extra


def _names(offer: ClientOffer) -> Iterator[tuple[int, bytes]]:
    if names_host(offer.server_name):
        yield SERVER_NAME, _long(b"\x00" + _long(offer.server_name.encode("ascii")))
    if offer.secure_renegotiation:
        yield RENEGOTIATION_INFO, b"\x00"


def _algorithms(offer: ClientOffer) -> Iterator[tuple[int, bytes]]:
    if offer.groups:
        yield SUPPORTED_GROUPS, _long(_numbers(offer.groups))
        yield POINT_FORMATS, _short(b"\x00")
    if offer.signatures:
        yield SIGNATURE_ALGORITHMS, _long(_numbers(offer.signatures))


def _wishes(offer: ClientOffer) -> Iterator[tuple[int, bytes]]:
    if offer.alpn:
        yield ALPN, _long(b"".join(_short(name.encode("ascii")) for name in offer.alpn))
    if offer.status_request:
        yield STATUS_REQUEST, b"\x01\x00\x00\x00\x00"
    if offer.extended_master_secret:
        yield EXTENDED_MASTER_SECRET, b""
    if offer.encrypt_then_mac:
        yield ENCRYPT_THEN_MAC, b""
    if offer.session_ticket is not None:
        yield SESSION_TICKET, offer.session_ticket
    if offer.heartbeat:
        yield HEARTBEAT_EXTENSION, b"\x01"


def _padding(length: int) -> bytes:
    if not _PADDED_FROM <= length < _PADDED_TO:
        return b""
    return _extension(PADDING, bytes(max(1, _PADDED_TO - length - 4)))


def _extension(kind: int, body: bytes) -> bytes:
    return pack("!H", kind) + _long(body)


def _numbers(values: tuple[int, ...]) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)


def _short(body: bytes) -> bytes:
    if len(body) > 0xFF:
        raise ValueError("a field of a ClientHello holds 255 bytes at most")
    return pack("!B", len(body)) + body


def _long(body: bytes) -> bytes:
    if len(body) > 0xFFFF:
        raise ValueError("a field of a ClientHello holds 65535 bytes at most")
    return pack("!H", len(body)) + body
