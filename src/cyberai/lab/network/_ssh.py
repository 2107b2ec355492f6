"""An SSH server up to the end of the key exchange (RFC 4253, RFC 8731); nobody gets further."""

import hashlib
import struct
from functools import lru_cache

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

MAX_BUFFER = 70_000
_KEXINIT, _EXCHANGE, _REPLY = 20, 30, 31


class Lists(msgspec.Struct, frozen=True, kw_only=True):
    """What a server offers; `key_bits` is the length of its RSA key. It speaks one exchange: curve25519-sha256."""

    version: str = "SSH-2.0-QuaySSH_4.1"
    kex: str = "curve25519-sha256,diffie-hellman-group16-sha512,kex-strict-s-v00@openssh.com"
    host_keys: str = "rsa-sha2-512,rsa-sha2-256"
    ciphers: str = "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-ctr"
    macs: str = "hmac-sha2-256-etm@openssh.com,hmac-sha2-256,hmac-sha1,umac-64@openssh.com"
    key_bits: int = 2048


class SshSession:
    """One connection."""

    def __init__(self, lists: Lists) -> None:
        self.closed = False
        self._lists = lists
        self._offer = bytes([_KEXINIT]) + bytes(range(16)) + _name_lists(lists) + bytes(5)
        self._buffer = b""
        self._greeted = False
        self._client_version = b""
        self._client_offer = b""

    def feed(self, data: bytes) -> bytes:
        output = b""
        if not self._greeted:
            self._greeted = True
            output = self._lists.version.encode() + b"\r\n" + _packet(self._offer)
        self._buffer += data
        while not self.closed and (message := self._next()) is not None:
            output += self._answer(message)
        if len(self._buffer) > MAX_BUFFER:
            self.closed = True
        return output

    def _next(self) -> bytes | None:
        """The next message; the client's identification counts as one and is kept."""
        if not self._client_version:
            line, newline, rest = self._buffer.partition(b"\n")
            if not newline:
                return None
            self._buffer = rest
            if not line.startswith(b"SSH-2.0-"):
                self.closed = True
                return None
            self._client_version = line.rstrip(b"\r")
        if len(self._buffer) < 5:
            return None
        length, pad = struct.unpack_from("!IB", self._buffer)
        if not 6 <= length <= 35_000 or pad > length - 2:
            self.closed = True
            return None
        if len(self._buffer) < length + 4:
            return None
        payload = self._buffer[5 : 4 + length - pad]
        self._buffer = self._buffer[4 + length :]
        return payload

    def _answer(self, message: bytes) -> bytes:
        if message[0] == _KEXINIT:
            self._client_offer = message
            return b""
        if message[0] == _EXCHANGE and self._client_offer and len(message) == 37:
            return _packet(self._reply(message[5:])) + _packet(b"\x15")
        self.closed = True
        return b""

    def _reply(self, client_public: bytes) -> bytes:
        key = _host_key(self._lists.key_bits)
        numbers = key.public_key().public_numbers()
        blob = _string(b"ssh-rsa") + _mpint(numbers.e) + _mpint(numbers.n)
        own = X25519PrivateKey.generate()
        public = own.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        try:
            shared = int.from_bytes(own.exchange(X25519PublicKey.from_public_bytes(client_public)), "big")
        except ValueError:
            self.closed = True
            return b"\x01"
        versions = (self._client_version, self._lists.version.encode())
        hashed = b"".join(
            map(_string, (*versions, self._client_offer, self._offer, blob, client_public, public))
        )
        digest = hashlib.sha256(hashed + _mpint(shared)).digest()
        signature = key.sign(digest, padding.PKCS1v15(), hashes.SHA512())
        return (
            bytes([_REPLY])
            + _string(blob)
            + _string(public)
            + _string(_string(b"rsa-sha2-512") + _string(signature))
        )


@lru_cache(maxsize=4)
def _host_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def _name_lists(lists: Lists) -> bytes:
    names = (
        lists.kex, lists.host_keys, lists.ciphers, lists.ciphers, lists.macs, lists.macs, "none", "none", "", "",
    )  # fmt: skip
    return b"".join(_string(name.encode()) for name in names)


def _packet(payload: bytes) -> bytes:
    pad = 8 - (len(payload) + 5) % 8
    pad += 8 if pad < 4 else 0
    return struct.pack("!IB", len(payload) + pad + 1, pad) + payload + bytes(pad)


def _string(raw: bytes) -> bytes:
    return struct.pack("!I", len(raw)) + raw


def _mpint(number: int) -> bytes:
    return _string(number.to_bytes(number.bit_length() // 8 + 1, "big") if number else b"")
