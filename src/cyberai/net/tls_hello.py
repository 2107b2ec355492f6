"""TLS ClientHello messages for exactly one protocol version, and a bounded reader of the answer.

Built by hand because no library still offers SSLv3 and none offers exactly one version with every cipher.
RFC 6101 (SSLv3), 2246, 4346, 5246 (TLS 1.0 to 1.2), 8446 (TLS 1.3), 6066 (server name), 8422 (curves).
"""

import hashlib
from struct import pack, unpack_from

from msgspec import Struct

from cyberai.domain.target import TargetError, literal_address
from cyberai.ports.network import TlsVersion

MAX_ANSWER = 65_536
"""Bytes read at most before the answer must be clear."""

WIRE_VERSION = {
    TlsVersion.SSL3: 0x0300,
    TlsVersion.TLS1_0: 0x0301,
    TlsVersion.TLS1_1: 0x0302,
    TlsVersion.TLS1_2: 0x0303,
    TlsVersion.TLS1_3: 0x0304,
}

_SUITES_1_3 = (0x1301, 0x1302, 0x1303, 0x1304, 0x1305)
_SUITES_1_2 = (
    *(0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xCCAA, 0x009E, 0x009F, 0x009C, 0x009D),
    *(0xC023, 0xC027, 0xC024, 0xC028, 0x0067, 0x006B, 0x003C, 0x003D, 0x00A2, 0x00A3, 0x0040, 0x006A),
    *(0xC0AC, 0xC0AD, 0xC09E, 0xC09F, 0xC09C, 0xC09D, 0xC072, 0xC073, 0xC076, 0xC077),
)
_SUITES_OLD = (
    *(0xC009, 0xC013, 0xC00A, 0xC014, 0x0033, 0x0039, 0x002F, 0x0035, 0x0032, 0x0038, 0x0041, 0x0084),
    *(0x0045, 0x0088, 0x0096, 0x009A, 0xC008, 0xC012, 0x0016, 0x0013, 0x000A, 0xC007, 0xC011, 0x0005),
    *(0x0004, 0x0015, 0x0012, 0x0009, 0x0007, 0x0062, 0x0064, 0x0014, 0x0011, 0x0008, 0x0006, 0x0003),
)
_RENEGOTIATION_SIGNAL = 0x00FF
_GROUPS = (0x001D, 0x0017, 0x0018, 0x0019, 0x001E, 0x0016, 0x0100, 0x0101)
_SIGNATURES = (
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),
    *(0x0401, 0x0501, 0x0601, 0x0402, 0x0303, 0x0301, 0x0302, 0x0203, 0x0201, 0x0202, 0x0101),
)

_HANDSHAKE, _ALERT = 22, 21
_SERVER_HELLO = 2
_SUPPORTED_VERSIONS = 43
_MAX_RECORD = 16_384 + 2_048


class NotTls(ValueError):
    """The bytes are no TLS answer to a ClientHello."""


class Answer(Struct, frozen=True):
    """What the server said: the version it selected, or the alert that refuses (then `version` is 0)."""

    version: int
    alert: int = -1


def client_hello(version: TlsVersion, server_name: str, seed: bytes) -> bytes:
    """One record with a ClientHello of exactly `version`.

    Random values derive from `seed`: the handshake is never completed, so nobody relies on their secrecy.
    """
    wire = WIRE_VERSION[version]
    modern = version is TlsVersion.TLS1_3
    session = _derive(seed, b"session") if modern else b""
    body = (
        pack("!H", min(wire, 0x0303))
        + _derive(seed, b"random")
        + _short(session)
        + _long(b"".join(pack("!H", suite) for suite in _suites(version)))
        + _short(b"\x00")
    )
    if version is not TlsVersion.SSL3:
        body += _long(_extensions(version, server_name, seed))
    message = b"\x01" + pack("!I", len(body))[1:] + body
    return pack("!BHH", _HANDSHAKE, min(wire, 0x0301), len(message)) + message


def read_answer(data: bytes) -> Answer | None:
    """The answer in the bytes received so far, None while it is incomplete; raise NotTls."""
    handshake = b""
    at = 0
    while len(data) - at >= 5:
        kind, version, length = unpack_from("!BHH", data, at)
        if kind not in (_HANDSHAKE, _ALERT) or version >> 8 != 3 or not 0 < length <= _MAX_RECORD:
            raise NotTls("the answer is no TLS record")
        payload = data[at + 5 : at + 5 + length]
        if kind == _ALERT:
            return Answer(0, payload[1]) if len(payload) >= 2 else None
        handshake += payload
        answer = _read_handshake(handshake)
        if answer is not None or len(payload) < length:
            return answer
        at += 5 + length
    if at == 0 and data[:1] and data[0] not in (_HANDSHAKE, _ALERT):
        raise NotTls("the answer is no TLS record")
    return None


def _read_handshake(data: bytes) -> Answer | None:
    if not data:
        return None
    if data[0] != _SERVER_HELLO:
        raise NotTls("the answer is no ServerHello")
    if len(data) < 4:
        return None
    length = int.from_bytes(data[1:4], "big")
    if not 38 <= length <= MAX_ANSWER:
        raise NotTls("the ServerHello has an impossible length")
    if len(data) < 4 + length:
        return None
    return Answer(_selected_version(data[4 : 4 + length]))


def _selected_version(hello: bytes) -> int:
    """The version field, or what the supported_versions extension says (RFC 8446, 4.2.1)."""
    version = int.from_bytes(hello[:2], "big")
    at = 35 + hello[34] + 3
    if len(hello) < at:
        raise NotTls("the ServerHello breaks off")
    extensions = hello[at + 2 :]
    at = 0
    while at + 4 <= len(extensions):
        kind, length = unpack_from("!HH", extensions, at)
        if kind == _SUPPORTED_VERSIONS and length == 2 and at + 6 <= len(extensions):
            return int.from_bytes(extensions[at + 4 : at + 6], "big")
        at += 4 + length
    return version


def _suites(version: TlsVersion) -> tuple[int, ...]:
    if version is TlsVersion.TLS1_3:
        return _SUITES_1_3
    if version is TlsVersion.TLS1_2:
        return (*_SUITES_1_2, *_SUITES_OLD, _RENEGOTIATION_SIGNAL)
    return (*_SUITES_OLD, _RENEGOTIATION_SIGNAL)


def _extensions(version: TlsVersion, server_name: str, seed: bytes) -> bytes:
    found = b""
    if server_name and not _is_address(server_name):
        name = b"\x00" + _long(server_name.encode("ascii", "ignore"))
        found += _extension(0, _long(name))
    found += _extension(10, _long(b"".join(pack("!H", group) for group in _GROUPS)))
    if version is not TlsVersion.TLS1_3:
        found += _extension(11, _short(b"\x00"))
    if version in (TlsVersion.TLS1_2, TlsVersion.TLS1_3):
        found += _extension(13, _long(b"".join(pack("!H", scheme) for scheme in _SIGNATURES)))
    if version is TlsVersion.TLS1_3:
        found += _extension(_SUPPORTED_VERSIONS, _short(b"\x03\x04"))
        # Any 32 bytes are a public key of X25519 (RFC 7748, section 5).
        found += _extension(51, _long(pack("!H", 0x001D) + _long(_derive(seed, b"share"))))
    return found


def _is_address(name: str) -> bool:
    try:
        return literal_address(name) is not None
    except TargetError:
        return True


def _extension(kind: int, body: bytes) -> bytes:
    return pack("!H", kind) + _long(body)


def _short(body: bytes) -> bytes:
    return pack("!B", len(body)) + body


def _long(body: bytes) -> bytes:
    return pack("!H", len(body)) + body


def _derive(seed: bytes, label: bytes) -> bytes:
    return hashlib.sha256(label + seed).digest()
