"""How records of TLS 1.0 to 1.2 are protected, with the freedom to do it wrong on purpose.

RFC 2246, 4346 and 5246 (secrets, CBC), 5288 (GCM), 7905 (ChaCha20), 7627 (extended master secret).
"""

import hashlib
import hmac
from collections.abc import Callable
from struct import pack

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from msgspec import Struct

TLS1_0, TLS1_1, TLS1_2 = 0x0301, 0x0302, 0x0303
_BLOCK, _TAG, _NONCE = 16, 16, 8

Bend = Callable[[bytes, bytes, bytes], bytes]
"""Given (plain text, MAC, padding) of a record of CBC, what is encrypted instead: a whole number of blocks."""


class Unreadable(ValueError):
    """A record that was not protected with the keys agreed on."""


class Spec(Struct, frozen=True):
    """What of a cipher suite is needed to speak it: `exchange` is `rsa`, `dhe` or `ecdhe`; `cipher` is `cbc`, `gcm` or
    `chacha20`; `key` in bytes; `mac` and `prf` name hashes."""

    exchange: str
    cipher: str
    key: int
    mac: str = ""
    prf: str = "sha256"


SPECS = {
    **{code: Spec(kind, "cbc", 16, "sha1") for code, kind in ((0x2F, "rsa"), (0x33, "dhe"))},
    **{code: Spec(kind, "cbc", 32, "sha1") for code, kind in ((0x35, "rsa"), (0x39, "dhe"))},
    **{code: Spec(kind, "cbc", 16, "sha256") for code, kind in ((0x3C, "rsa"), (0x67, "dhe"))},
    **{code: Spec(kind, "cbc", 32, "sha256") for code, kind in ((0x3D, "rsa"), (0x6B, "dhe"))},
    **{code: Spec(kind, "gcm", 16) for code, kind in ((0x9C, "rsa"), (0x9E, "dhe"))},
    **{code: Spec(kind, "gcm", 32, "", "sha384") for code, kind in ((0x9D, "rsa"), (0x9F, "dhe"))},
    **{code: Spec("ecdhe", "cbc", 16, "sha1") for code in (0xC009, 0xC013)},
    **{code: Spec("ecdhe", "cbc", 32, "sha1") for code in (0xC00A, 0xC014)},
    **{code: Spec("ecdhe", "cbc", 16, "sha256") for code in (0xC023, 0xC027)},
    **{code: Spec("ecdhe", "cbc", 32, "sha384", "sha384") for code in (0xC024, 0xC028)},
    **{code: Spec("ecdhe", "gcm", 16) for code in (0xC02B, 0xC02F)},
    **{code: Spec("ecdhe", "gcm", 32, "", "sha384") for code in (0xC02C, 0xC030)},
    **{code: Spec("ecdhe", "chacha20", 32) for code in (0xCCA8, 0xCCA9)},
    0xCCAA: Spec("dhe", "chacha20", 32),
}
"""The suites with which a handshake can be finished, by their IANA numbers."""

RSA_SUITES = tuple(code for code, spec in SPECS.items() if spec.exchange == "rsa")
CBC_SUITES = tuple(code for code, spec in SPECS.items() if spec.cipher == "cbc")
ALL_SUITES = tuple(
    sorted(SPECS, key=lambda code: (SPECS[code].exchange != "ecdhe", SPECS[code].cipher == "cbc"))
)
"""In the order of what costs a server least."""


def prf(version: int, spec: Spec, secret: bytes, label: bytes, seed: bytes, size: int) -> bytes:
    """The pseudo-random function of this version: with the suite's hash, before TLS 1.2 with MD5 and SHA-1."""
    if version >= TLS1_2:
        return _expand(spec.prf, secret, label + seed, size)
    half = (len(secret) + 1) // 2
    one = _expand("md5", secret[:half], label + seed, size)
    other = _expand("sha1", secret[len(secret) - half :], label + seed, size)
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def digest(version: int, spec: Spec, transcript: bytes) -> bytes:
    """The hash of what was said so far."""
    if version >= TLS1_2:
        return hashlib.new(spec.prf, transcript).digest()
    return hashlib.md5(transcript).digest() + hashlib.sha1(transcript).digest()  # noqa: S324 - RFC 2246


def _expand(name: str, secret: bytes, seed: bytes, size: int) -> bytes:
    output, link = b"", seed
    while len(output) < size:
        link = hmac.digest(secret, link, name)
        output += hmac.digest(secret, link + seed, name)
    return output[:size]


class Protection:
    """One direction of a connection. `fresh(n)` gives n bytes for initialisation vectors."""

    def __init__(
        self, version: int, spec: Spec, keys: tuple[bytes, bytes, bytes], fresh: Callable[[int], bytes]
    ) -> None:
        self._version = version
        self._spec = spec
        self._mac_key, self._key, self._iv = keys
        self._fresh = fresh
        self._sequence = 0

    def seal(self, kind: int, plain: bytes, bend: Bend | None = None) -> bytes:
        """The payload of the next record."""
        if self._spec.cipher == "cbc":
            return self._seal_blocks(kind, plain, bend or _as_it_should_be)
        nonce, explicit = self._nonce()
        return explicit + self._aead().encrypt(nonce, plain, self._header(kind, len(plain)))

    def open(self, kind: int, payload: bytes) -> bytes:
        """What the next record holds; raise Unreadable."""
        if self._spec.cipher == "cbc":
            return self._open_blocks(kind, payload)
        explicit = payload[:_NONCE] if self._spec.cipher == "gcm" else b""
        nonce, _ = self._nonce(explicit)
        sealed = payload[len(explicit) :]
        if len(sealed) < _TAG:
            raise Unreadable("a record that is too short")
        try:
            return self._aead().decrypt(nonce, sealed, self._header(kind, len(sealed) - _TAG))
        except InvalidTag as error:
            raise Unreadable("a record that is not protected with these keys") from error

    def _aead(self) -> AESGCM | ChaCha20Poly1305:
        return AESGCM(self._key) if self._spec.cipher == "gcm" else ChaCha20Poly1305(self._key)

    def _nonce(self, explicit: bytes = b"") -> tuple[bytes, bytes]:
        number = pack("!Q", self._sequence)
        if self._spec.cipher == "gcm":
            return self._iv + (explicit or number).ljust(_NONCE, b"\0"), number
        return bytes(a ^ b for a, b in zip(self._iv, number.rjust(12, b"\0"), strict=True)), b""

    def _header(self, kind: int, size: int) -> bytes:
        header = pack("!QBHH", self._sequence, kind, self._version, size)
        self._sequence += 1
        return header

    def _seal_blocks(self, kind: int, plain: bytes, bend: Bend) -> bytes:
        mac = hmac.digest(self._mac_key, self._header(kind, len(plain)) + plain, self._spec.mac)
        left = _BLOCK - 1 - (len(plain) + len(mac)) % _BLOCK
        data = bend(plain, mac, bytes([left]) * (left + 1))
        explicit = self._fresh(_BLOCK) if self._version >= TLS1_1 else b""
        encryptor = Cipher(algorithms.AES(self._key), modes.CBC(explicit or self._iv)).encryptor()
        sealed = encryptor.update(data) + encryptor.finalize()
        self._iv = sealed[-_BLOCK:]
        return explicit + sealed

    def _open_blocks(self, kind: int, payload: bytes) -> bytes:
        start, sealed = self._iv, payload
        if self._version >= TLS1_1:
            start, sealed = payload[:_BLOCK], payload[_BLOCK:]
        if len(start) < _BLOCK or len(sealed) % _BLOCK or not sealed:
            raise Unreadable("a record that is no whole number of blocks")
        decryptor = Cipher(algorithms.AES(self._key), modes.CBC(start)).decryptor()
        data = decryptor.update(sealed) + decryptor.finalize()
        self._iv = sealed[-_BLOCK:]
        size = hashlib.new(self._spec.mac).digest_size
        end = len(data) - data[-1] - 1
        if end < size:
            raise Unreadable("a record with impossible padding")
        plain, mac = data[: end - size], data[end - size : end]
        wanted = hmac.digest(self._mac_key, self._header(kind, len(plain)) + plain, self._spec.mac)
        if not hmac.compare_digest(mac, wanted):
            raise Unreadable("a record with a wrong MAC")
        return plain


def _as_it_should_be(plain: bytes, mac: bytes, padding: bytes) -> bytes:
    return plain + mac + padding


def both_directions(
    version: int, spec: Spec, master: bytes, randoms: tuple[bytes, bytes], fresh: Callable[[int], bytes]
) -> tuple[Protection, Protection]:
    """(what we write, what the server writes). `randoms` are the client's and the server's."""
    mac = hashlib.new(spec.mac).digest_size if spec.mac else 0
    iv = {"gcm": 4, "chacha20": 12, "cbc": _BLOCK if version < TLS1_1 else 0}[spec.cipher]
    sizes = (mac, mac, spec.key, spec.key, iv, iv)
    block = prf(version, spec, master, b"key expansion", randoms[1] + randoms[0], sum(sizes))
    parts, at = [], 0
    for size in sizes:
        parts.append(block[at : at + size])
        at += size
    ours, theirs = (parts[0], parts[2], parts[4]), (parts[1], parts[3], parts[5])
    return Protection(version, spec, ours, fresh), Protection(version, spec, theirs, fresh)
