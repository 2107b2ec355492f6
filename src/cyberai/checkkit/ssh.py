"""As much of SSH as is spoken before encryption: versions, KEXINIT and the host key of the key exchange's reply.

Sources: RFC 4253 (transport), RFC 5656 and RFC 8731 (elliptic curves). Everything read is hostile: lengths are compared
with what is there, and whatever does not fit is a ValueError.
"""

import struct

from msgspec import Struct

from cyberai.ports.network import Conversation

CLIENT_VERSION = b"SSH-2.0-CyberAI"
MAX_PACKET = 35_000
"""RFC 4253, section 6.1: what every implementation must be able to read."""

MAX_PREAMBLE = 8_192
MAX_NAMES = 200
KEXINIT, KEX_INIT, KEX_REPLY = 20, 30, 31
_GAP = 0.02

# Public values that are valid and belong to nobody: the exchange ends with the server's reply.
_X25519 = b"\x09" + bytes(31)
_P256 = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
_GROUP14 = b"\x5a" * 255
_GROUP1 = b"\x5a" * 127
_EXCHANGES = {
    b"curve25519-sha256": _X25519,
    b"curve25519-sha256@libssh.org": _X25519,
    b"ecdh-sha2-nistp256": _P256,
    b"diffie-hellman-group14-sha256": _GROUP14,
    b"diffie-hellman-group14-sha1": _GROUP14,
    b"diffie-hellman-group1-sha1": _GROUP1,
}


class Offer(Struct, frozen=True):
    """What a KEXINIT offers, each in the order of preference; ciphers and MACs are those of either direction."""

    kex: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]


class HostKey(Struct, frozen=True):
    """A host key: its type (`ssh-rsa`) and, for RSA and DSA, the bits of its modulus or prime (else 0)."""

    kind: str
    bits: int


class SshDialogue:
    """A connection before encryption. `heard` is what came so far. Methods raise TransportError, and ValueError for
    what is no SSH."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._held = b""
        self.heard = b""

    async def server_version(self) -> str:
        """The identification of the server (`SSH-2.0-OpenSSH_9.2p1`), after lines that may come before it."""
        while len(self.heard) <= MAX_PREAMBLE:
            line, newline, rest = self._held.partition(b"\n")
            if newline:
                self._held = rest
                if line.startswith(b"SSH-"):
                    return line.decode("latin-1").rstrip("\r")
                continue
            if not await self._pull():
                break
        raise ValueError("no identification of an SSH server")

    async def introduce(self) -> None:
        """Send our own identification."""
        await self._conversation.send(CLIENT_VERSION + b"\r\n")

    async def say(self, *payloads: bytes) -> None:
        """Send packets."""
        await self._conversation.send(b"".join(map(packet, payloads)))

    async def hear(self) -> bytes:
        """The payload of the next packet."""
        while (found := read_packet(self._held)) is None:
            if not await self._pull():
                raise ValueError("the connection ended within a packet")
        payload, self._held = found
        return payload

    async def _pull(self) -> bool:
        more = await self._conversation.receive(MAX_PACKET, quiet=_GAP)
        self.heard += more
        self._held += more
        return bool(more)


def packet(payload: bytes) -> bytes:
    """A payload as an unencrypted packet (RFC 4253, section 6)."""
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    return struct.pack("!IB", len(payload) + padding + 1, padding) + payload + bytes(padding)


def read_packet(data: bytes) -> tuple[bytes, bytes] | None:
    """The first packet's payload and what follows; None while it is not complete. Raise ValueError."""
    if len(data) < 5:
        return None
    length, padding = struct.unpack_from("!IB", data)
    if not 2 <= length <= MAX_PACKET or padding > length - 2:
        raise ValueError("a packet length that does not fit")
    if len(data) < 4 + length:
        return None
    return data[5 : 4 + length - padding], data[4 + length :]


def kexinit(
    kex: bytes,
    host_keys: bytes,
    ciphers: bytes = b"aes128-ctr,aes256-ctr",
    macs: bytes = b"hmac-sha2-256,hmac-sha1",
) -> bytes:
    """A KEXINIT with these name-lists (RFC 4253, section 7.1). The cookie is of zeros: nothing is kept secret by it."""
    lists = (kex, host_keys, ciphers, ciphers, macs, macs, b"none", b"none", b"", b"")
    return bytes([KEXINIT]) + bytes(16) + b"".join(map(string, lists)) + bytes(5)


def read_kexinit(payload: bytes) -> Offer:
    """What a KEXINIT offers; raise ValueError."""
    if payload[:1] != bytes([KEXINIT]):
        raise ValueError("no KEXINIT")
    at, lists = 17, []
    for _ in range(10):
        raw, at = read_string(payload, at)
        lists.append(_names(raw))
    kex, host_keys, to_server, to_client, macs_there, macs_back = lists[:6]
    return Offer(kex, host_keys, _both(to_server, to_client), _both(macs_there, macs_back))


def exchange_for(offer: Offer, host_keys: tuple[str, ...]) -> tuple[bytes, bytes] | None:
    """Our KEXINIT that leads to one of these host keys, and the message that begins the exchange; None where the
    server offers no exchange that is spoken here."""
    kex = next((name for name in _EXCHANGES if name.decode() in offer.kex), None)
    wanted = tuple(name for name in host_keys if name in offer.host_keys)
    if kex is None or not wanted:
        return None
    public = _EXCHANGES[kex]
    opening = kexinit(
        kex, ",".join(wanted).encode(), ",".join(offer.ciphers).encode(), ",".join(offer.macs).encode()
    )
    return opening, bytes([KEX_INIT]) + string(public)


def read_host_key(reply: bytes) -> HostKey:
    """The host key in the reply of a key exchange; raise ValueError."""
    if reply[:1] != bytes([KEX_REPLY]):
        raise ValueError("no reply of a key exchange")
    blob, _ = read_string(reply, 1)
    kind, at = read_string(blob, 0)
    if kind == b"ssh-rsa":
        _, at = read_string(blob, at)
    if kind not in (b"ssh-rsa", b"ssh-dss"):
        return HostKey(kind[:60].decode("latin-1"), 0)
    number, _ = read_string(blob, at)
    return HostKey(kind.decode(), int.from_bytes(number, "big").bit_length())


def string(raw: bytes) -> bytes:
    """RFC 4251, section 5."""
    return struct.pack("!I", len(raw)) + raw


def read_string(data: bytes, at: int) -> tuple[bytes, int]:
    """The string at this offset and the offset behind it; raise ValueError."""
    if at + 4 > len(data):
        raise ValueError("a length that is cut off")
    end = at + 4 + int(struct.unpack_from("!I", data, at)[0])
    if end > len(data):
        raise ValueError("a string that runs over its message")
    return data[at + 4 : end], end


def _names(raw: bytes) -> tuple[str, ...]:
    names = raw.split(b",", MAX_NAMES)[:MAX_NAMES]
    return tuple(name[:64].decode("latin-1") for name in names if name)


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
