"""How TLS 1.2 protects records, for the practice servers: secrets (RFC 5246, section 8), AES-CBC with HMAC-SHA1
(RFC 5246, section 6.2.3.2; RFC 3268) and AES-GCM (RFC 5288)."""

import hashlib
import hmac
import secrets
from struct import pack
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cyberai.lab.tls._wire import Refusal

_BLOCK, _MAC, _KEY = 16, 20, 16
_SALT, _NONCE, _TAG = 4, 8, 16


class BadPadding(Refusal):
    """A record of AES-CBC whose padding is not what it should be."""


BAD_RECORD_MAC = 20


class Protection(Protocol):
    """The state of one direction of a connection."""

    def seal(self, kind: int, plain: bytes) -> bytes:
        """The payload of the next record."""

    def open(self, kind: int, payload: bytes) -> bytes:
        """What the next record holds; raise Refusal."""


class Gcm:
    """AES-128-GCM."""

    mac_size, salt_size = 0, _SALT

    def __init__(self, _mac_key: bytes, key: bytes, salt: bytes) -> None:
        self._cipher = AESGCM(key)
        self._salt = salt
        self._sequence = 0

    def seal(self, kind: int, plain: bytes) -> bytes:
        explicit = pack("!Q", self._sequence)
        return explicit + self._cipher.encrypt(self._salt + explicit, plain, self._header(kind, len(plain)))

    def open(self, kind: int, payload: bytes) -> bytes:
        size = len(payload) - _NONCE - _TAG
        if size < 0:
            raise Refusal(BAD_RECORD_MAC)
        nonce = self._salt + payload[:_NONCE]
        try:
            return self._cipher.decrypt(nonce, payload[_NONCE:], self._header(kind, size))
        except InvalidTag as error:
            raise Refusal(BAD_RECORD_MAC) from error

    def _header(self, kind: int, size: int) -> bytes:
        header = pack("!QBHH", self._sequence, kind, 0x0303, size)
        self._sequence += 1
        return header


class Cbc:
    """AES-128-CBC with HMAC-SHA1. Every fault is answered alike, and the padding is looked at byte by byte."""

    mac_size, salt_size = _MAC, 0

    def __init__(self, mac_key: bytes, key: bytes, _salt: bytes) -> None:
        self._mac_key = mac_key
        self._key = key
        self._sequence = 0

    def seal(self, kind: int, plain: bytes) -> bytes:
        data = plain + self._mac(kind, plain)
        left = _BLOCK - 1 - len(data) % _BLOCK
        start = secrets.token_bytes(_BLOCK)
        encryptor = Cipher(algorithms.AES(self._key), modes.CBC(start)).encryptor()
        return start + encryptor.update(data + bytes([left]) * (left + 1)) + encryptor.finalize()

    def open(self, kind: int, payload: bytes) -> bytes:
        if len(payload) % _BLOCK or len(payload) < 2 * _BLOCK:
            raise Refusal(BAD_RECORD_MAC)
        decryptor = Cipher(algorithms.AES(self._key), modes.CBC(payload[:_BLOCK])).decryptor()
        data = decryptor.update(payload[_BLOCK:]) + decryptor.finalize()
        count = data[-1] + 1
        if count + _MAC > len(data) or not self.is_padding(data[-count:]):
            raise self.bad_padding()
        plain, tag = data[: -count - _MAC], data[-count - _MAC : -count]
        if not hmac.compare_digest(tag, self._mac(kind, plain)):
            raise Refusal(BAD_RECORD_MAC)
        return plain

    def is_padding(self, padding: bytes) -> bool:
        """Whether every byte says how many there are."""
        return padding == padding[-1:] * len(padding)

    def bad_padding(self) -> Refusal:
        """What a record with wrong padding is answered."""
        return BadPadding(BAD_RECORD_MAC)

    def _mac(self, kind: int, plain: bytes) -> bytes:
        header = pack("!QBHH", self._sequence, kind, 0x0303, len(plain))
        self._sequence += 1
        return hmac.digest(self._mac_key, header + plain, "sha1")


def prf(secret: bytes, label: bytes, seed: bytes, size: int) -> bytes:
    """The pseudo-random function with SHA-256."""
    seed = label + seed
    output, link = b"", seed
    while len(output) < size:
        link = hmac.digest(secret, link, "sha256")
        output += hmac.digest(secret, link + seed, "sha256")
    return output[:size]


def verify_data(master: bytes, side: bytes, transcript: bytes) -> bytes:
    """What the Finished of this side (`client`, `server`) holds."""
    return prf(master, side + b" finished", hashlib.sha256(transcript).digest(), 12)


def both_directions(
    kind: type[Gcm] | type[Cbc], master: bytes, client_random: bytes, server_random: bytes
) -> tuple[Protection, Protection]:
    """(what the client writes, what the server writes)."""
    sizes = (kind.mac_size, kind.mac_size, _KEY, _KEY, kind.salt_size, kind.salt_size)
    block = prf(master, b"key expansion", server_random + client_random, sum(sizes))
    parts, at = [], 0
    for size in sizes:
        parts.append(block[at : at + size])
        at += size
    return kind(parts[0], parts[2], parts[4]), kind(parts[1], parts[3], parts[5])
