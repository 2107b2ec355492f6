"""Records of TLS: framing in both directions, bounded, and alerts by name. RFC 5246 and 8446, sections 5 and 6."""

from collections.abc import Iterator, Mapping
from struct import pack, unpack_from

from msgspec import Struct

CHANGE_CIPHER, ALERT, HANDSHAKE, APPLICATION, HEARTBEAT = 20, 21, 22, 23, 24
_KINDS = frozenset({CHANGE_CIPHER, ALERT, HANDSHAKE, APPLICATION, HEARTBEAT})

MAX_PAYLOAD = 16_384
MAX_RECORD = MAX_PAYLOAD + 2_048
"""Bytes of a record's payload at most, encryption included."""

ALERTS: Mapping[int, str] = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}


class NotTls(ValueError):
    """The bytes are no TLS."""


class Alert(Struct, frozen=True):
    """`level` is 1 (warning) or 2 (fatal)."""

    level: int
    description: int

    @property
    def name(self) -> str:
        """The registry's name of it."""
        return ALERTS.get(self.description, f"alert {self.description}")

    @property
    def warning(self) -> bool:
        """Whether the handshake goes on behind it. What closes the connection ends it, whatever its level."""
        return self.level == 1 and self.description != 0


class Record(Struct, frozen=True):
    """One record as it came; `version` is the number in its header."""

    kind: int
    version: int
    payload: bytes


def record(kind: int, version: int, payload: bytes) -> bytes:
    """The payload in as many records as it needs (an empty one is one record)."""
    parts = [payload[at : at + MAX_PAYLOAD] for at in range(0, len(payload), MAX_PAYLOAD)] or [b""]
    return b"".join(pack("!BHH", kind, version, len(part)) + part for part in parts)


def handshake_message(kind: int, body: bytes) -> bytes:
    """A message of the handshake with its header."""
    return pack("!B", kind) + len(body).to_bytes(3, "big") + body


def alert_of(payload: bytes) -> Alert:
    """The alert in a record's payload; raise NotTls."""
    if len(payload) < 2:
        raise NotTls("an alert breaks off")
    return Alert(payload[0], payload[1])


class RecordReader:
    """Cuts bytes into records, as they come. Holds at most one record that is not complete."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Record]:
        """The records that are complete now; raise NotTls as soon as the bytes can be none."""
        self._held += data
        at = 0
        try:
            while len(self._held) - at >= 5:
                kind, version, length = unpack_from("!BHH", self._held, at)
                if kind not in _KINDS or version >> 8 != 3 or length > MAX_RECORD:
                    raise NotTls("what came is no TLS record")
                if len(self._held) - at < 5 + length:
                    break
                yield Record(kind, version, bytes(self._held[at + 5 : at + 5 + length]))
                at += 5 + length
            if len(self._held) > at and self._held[at] not in _KINDS:
                raise NotTls("what came is no TLS record")
        finally:
            del self._held[:at]

    @property
    def missing(self) -> int:
        """How many bytes the record that has begun still wants, or its header."""
        if len(self._held) < 5:
            return 5 - len(self._held)
        return 5 + int.from_bytes(self._held[3:5], "big") - len(self._held)


class HandshakeReader:
    """Puts messages of the handshake together from the payloads of records."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._held = bytearray()

    def feed(self, payload: bytes) -> Iterator[tuple[int, bytes]]:
        """(kind, body) of the messages that are complete now; raise NotTls for one that is longer than allowed."""
        self._held += payload
        at = 0
        try:
            while len(self._held) - at >= 4:
                length = int.from_bytes(self._held[at + 1 : at + 4], "big")
                if length > self._longest:
                    raise NotTls(f"a message of the handshake would have {length} bytes")
                if len(self._held) - at < 4 + length:
                    break
                body = bytes(self._held[at + 4 : at + 4 + length])
                kind = self._held[at]
                at += 4 + length
                yield kind, body
        finally:
            del self._held[:at]

    @property
    def begun(self) -> int | None:
        """The kind of the message that has begun and is not complete, None between messages."""
        return self._held[0] if self._held else None
