"""The key under which secrets of scans are stored: a file of the data folder that is not part of the store."""

import base64
import binascii
import os
from contextlib import suppress
from pathlib import Path

from cyberai.ports.runtime import Rng

KEY_NAME = "seal.key"
_KEY = 32
_NONCE = 12


class FileSealer:
    """ports.runtime.Sealer with a key in a file of its owner (mode 600), made when the first secret comes.

    Whoever reads the database, or a backup of it, cannot open what is sealed without this file.
    """

    def __init__(self, path: Path, rng: Rng) -> None:
        self._path = path
        self._rng = rng
        self._key = b""

    def seal(self, plain: bytes, purpose: bytes) -> str:
        """See ports.runtime.Sealer."""
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        nonce = self._bytes(_NONCE)
        cipher = ChaCha20Poly1305(self._load(make=True))
        return base64.b64encode(nonce + cipher.encrypt(nonce, plain, purpose)).decode("ascii")

    def open(self, sealed: str, purpose: bytes) -> bytes:
        """See ports.runtime.Sealer."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        key = self._load(make=False)
        if not key:
            raise ValueError(f"{self._path} is missing: it was not brought along with the store")
        try:
            data = base64.b64decode(sealed, validate=True)
            return ChaCha20Poly1305(key).decrypt(data[:_NONCE], data[_NONCE:], purpose)
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise ValueError(f"{self._path} is not the key it was stored with") from error

    def _load(self, *, make: bool) -> bytes:
        if not self._key:
            if make and not self._path.exists():
                self._make()
            with suppress(FileNotFoundError):
                self._key = self._path.read_bytes()
        if self._key and len(self._key) != _KEY:
            self._key = b""
            raise ValueError(f"{self._path} is no key: it must hold {_KEY} bytes")
        return self._key

    def _make(self) -> None:
        """Complete or not at all, and the same for all processes: written beside it, then linked to its name."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path.with_name(f"{KEY_NAME}.{os.getpid()}.{self._bytes(4).hex()}")
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(file, self._bytes(_KEY))
            os.fsync(file)
        finally:
            os.close(file)
        with suppress(FileExistsError):
            os.link(draft, self._path)
        draft.unlink()

    def _bytes(self, count: int) -> bytes:
        return self._rng.bits(8 * count).to_bytes(count, "big")
