"""The part of the key schedule of TLS 1.3 that opens what a server sends before it is authenticated (RFC 8446, 7.1, 5.2)."""

import hashlib
import hmac
from struct import pack

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

from cyberai.domain.tls.records import NotTls

_AES_128_GCM, _AES_256_GCM, _CHACHA20, _AES_128_CCM, _AES_128_CCM_8 = 0x1301, 0x1302, 0x1303, 0x1304, 0x1305
OPENED = (_AES_128_GCM, _AES_256_GCM, _CHACHA20, _AES_128_CCM, _AES_128_CCM_8)
"""Suites whose records we open."""


class Opener:
    """Opens the records of a server's encrypted flight. `hellos` are both hello messages as they went over the wire."""

    def __init__(self, suite: int, shared: bytes, hellos: bytes) -> None:
        self._digest = "sha384" if suite == _AES_256_GCM else "sha256"
        size = hashlib.new(self._digest).digest_size
        early = self._extract(bytes(size), bytes(size))
        handshake = self._extract(self._expand(early, b"derived", self._hash(b""), size), shared)
        traffic = self._expand(handshake, b"s hs traffic", self._hash(hellos), size)
        key = self._expand(
            traffic, b"key", b"", 16 if suite in (_AES_128_GCM, _AES_128_CCM, _AES_128_CCM_8) else 32
        )
        self._iv = self._expand(traffic, b"iv", b"", 12)
        self._cipher = _cipher(suite, key)
        self._number = 0

    def opened(self, payload: bytes) -> tuple[int, bytes]:
        """The kind and content of the next record; raise NotTls for one that this key does not open."""
        nonce = (int.from_bytes(self._iv, "big") ^ self._number).to_bytes(12, "big")
        self._number += 1
        header = pack("!BHH", 23, 0x0303, len(payload))
        try:
            inner = self._cipher.decrypt(nonce, payload, header).rstrip(b"\0")
        except (InvalidTag, ValueError) as error:
            raise NotTls("a record does not open") from error
        if not inner:
            raise NotTls("a record holds nothing")
        return inner[-1], inner[:-1]

    def _hash(self, data: bytes) -> bytes:
        return hashlib.new(self._digest, data).digest()

    def _extract(self, salt: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt, secret, self._digest)

    def _expand(self, secret: bytes, label: bytes, context: bytes, size: int) -> bytes:
        """HKDF-Expand-Label; nothing here is longer than one digest."""
        name = b"tls13 " + label
        info = pack("!HB", size, len(name)) + name + bytes([len(context)]) + context
        return hmac.digest(secret, info + b"\1", self._digest)[:size]


def _cipher(suite: int, key: bytes) -> AESGCM | AESCCM | ChaCha20Poly1305:
    if suite == _CHACHA20:
        return ChaCha20Poly1305(key)
    if suite in (_AES_128_CCM, _AES_128_CCM_8):
        return AESCCM(key, tag_length=8 if suite == _AES_128_CCM_8 else 16)
    return AESGCM(key)
