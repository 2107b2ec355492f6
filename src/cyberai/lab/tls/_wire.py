"""How TLS messages look on the wire, as a server needs it: RFC 6101 (SSLv3), 2246, 4346, 5246, 8446 and the SSLv2
draft (draft-hickman-netscape-ssl-00)."""

import struct
from typing import Any

import msgspec

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION, HEARTBEAT = range(20, 25)
CLIENT_HELLO, SERVER_HELLO = 1, 2
CERTIFICATE, SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE = 11, 12, 13, 14
CERTIFICATE_STATUS = 22

SSL2, SSL3, TLS1_0, TLS1_1, TLS1_2, TLS1_3 = 0x0002, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304

FATAL = 2
CLOSE_NOTIFY, UNEXPECTED_MESSAGE, HANDSHAKE_FAILURE, ILLEGAL_PARAMETER, DECODE_ERROR = 0, 10, 40, 47, 50
PROTOCOL_VERSION, INAPPROPRIATE_FALLBACK, NO_APPLICATION_PROTOCOL = 70, 86, 120

MAX_RECORD = 16_384
MAX_MESSAGE = 65_536

SERVER_NAME, STATUS_REQUEST, GROUPS, POINT_FORMATS, SIGNATURES = 0, 5, 10, 11, 13
HEARTBEATS, ALPN, ENCRYPT_THEN_MAC, MASTER_SECRET, TICKET = 15, 16, 22, 23, 35
VERSIONS, COOKIE, KEY_SHARE, RENEGOTIATION = 43, 44, 51, 0xFF01


class Malformed(ValueError):
    """The bytes are no message of this protocol."""


class Refusal(Exception):
    """The server ends the handshake with this alert."""

    def __init__(self, description: int) -> None:
        super().__init__(description)
        self.description = description


class ClientHello(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asked for. `version` is its field of that name; `suites` are two bytes each, in SSLv2 three.
    `ssl2_framed`: it came as an SSLv2 CLIENT-HELLO, which may ask for a later version."""

    version: int
    random: bytes
    session_id: bytes
    suites: tuple[int, ...]
    compressions: tuple[int, ...]
    extensions: dict[int, bytes]
    ssl2_framed: bool = False

    @property
    def versions(self) -> tuple[int, ...]:
        """Those of the supported_versions extension, empty without it."""
        body = self.extensions.get(VERSIONS, b"")
        return numbers(body[1:]) if body else ()

    @property
    def groups(self) -> tuple[int, ...]:
        """The named groups of the client, empty where it names none."""
        return numbers(self.extensions.get(GROUPS, b"")[2:])

    @property
    def signatures(self) -> tuple[int, ...] | None:
        """Its signature algorithms, None where it names none."""
        body = self.extensions.get(SIGNATURES)
        return None if body is None else numbers(body[2:])

    @property
    def protocols(self) -> tuple[str, ...]:
        """The application protocols it offers."""
        reader = Reader(self.extensions.get(ALPN, b""))
        reader.take(min(2, len(reader.rest)))
        found = []
        while reader.rest:
            found.append(reader.vector(1).decode("latin-1"))
        return tuple(found)

    @property
    def shares(self) -> dict[int, bytes]:
        """Its key shares of TLS 1.3 by group."""
        reader = Reader(self.extensions.get(KEY_SHARE, b""))
        reader.take(min(2, len(reader.rest)))
        found: dict[int, bytes] = {}
        while reader.rest:
            group = reader.number(2)
            found[group] = reader.vector(2)
        return found


class Reader:
    """Takes fields from the front of some bytes; raise Malformed where they end too soon."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def take(self, size: int) -> bytes:
        if len(self.rest) < size:
            raise Malformed("a field breaks off")
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, prefix: int) -> bytes:
        return self.take(self.number(prefix))


def numbers(data: bytes, size: int = 2) -> tuple[int, ...]:
    """A list of numbers of `size` bytes each."""
    if len(data) % size:
        raise Malformed("a list has half an entry")
    return tuple(int.from_bytes(data[at : at + size], "big") for at in range(0, len(data), size))


def read_hello(body: bytes) -> ClientHello:
    """The body of a ClientHello; raise Malformed."""
    reader = Reader(body)
    version, random = reader.number(2), reader.take(32)
    session_id, suites, compressions = reader.vector(1), reader.vector(2), reader.vector(1)
    extensions: dict[int, bytes] = {}
    inner = Reader(reader.vector(2) if reader.rest else b"")
    while inner.rest:
        kind = inner.number(2)
        if kind in extensions:
            raise Malformed("an extension comes twice")
        extensions[kind] = inner.vector(2)
    if reader.rest or not suites or not compressions or len(session_id) > 32:
        raise Malformed("no ClientHello is built like this")
    return ClientHello(
        version=version,
        random=random,
        session_id=session_id,
        suites=numbers(suites),
        compressions=tuple(compressions),
        extensions=extensions,
    )


def read_ssl2_hello(message: bytes) -> ClientHello:
    """An SSLv2 CLIENT-HELLO without its record header; raise Malformed."""
    reader = Reader(message)
    kind, version = reader.number(1), reader.number(2)
    sizes = [reader.number(2) for _ in range(3)]
    suites, session_id, challenge = (reader.take(size) for size in sizes)
    if kind != CLIENT_HELLO or reader.rest or not 16 <= len(challenge) <= 32:
        raise Malformed("no SSLv2 CLIENT-HELLO is built like this")
    return ClientHello(
        version=version,
        random=challenge.rjust(32, b"\0"),
        session_id=session_id,
        suites=numbers(suites, 3),
        compressions=(0,),
        extensions={},
        ssl2_framed=True,
    )


def record(kind: int, version: int, payload: bytes) -> bytes:
    """One or more records with this payload."""
    parts = [payload[at : at + MAX_RECORD] for at in range(0, len(payload), MAX_RECORD)] or [b""]
    return b"".join(struct.pack("!BHH", kind, version, len(part)) + part for part in parts)


def ssl2_record(message: bytes) -> bytes:
    """A record of SSLv2 with the two-byte header."""
    return struct.pack("!H", 0x8000 | len(message)) + message


def message(kind: int, body: bytes) -> bytes:
    """A handshake message."""
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def vector(prefix: int, body: bytes) -> bytes:
    """A field with its length in front."""
    return len(body).to_bytes(prefix, "big") + body


def packed(*values: int, size: int = 2) -> bytes:
    """A list of numbers."""
    return b"".join(value.to_bytes(size, "big") for value in values)


def extension(kind: int, body: bytes = b"") -> bytes:
    """One extension of a hello."""
    return packed(kind) + vector(2, body)


def positive(number: Any) -> bytes:
    """A big number without leading zeros."""
    return int(number).to_bytes((int(number).bit_length() + 7) // 8, "big")
