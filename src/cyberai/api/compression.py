"""Compressing replies as the client accepts it (RFC 9110 section 12.5.3).

Small replies would not gain from it. A reply that holds a secret is never compressed: its size would tell about
the secret. Files are sent as they were rendered, so that ranges of bytes and digests hold.
"""

import zlib
from functools import lru_cache

import zstandard

from cyberai.api.accept import MAX_HEADER, weight

SMALLEST = 1024
"""Bytes from which a reply is compressed."""

CODINGS = (b"zstd", b"gzip")
"""What is offered, the better first."""

_GZIP_LEVEL = 5
_ZSTD = zstandard.ZstdCompressor(level=3)


def choose(accept_encoding: bytes | None) -> bytes:
    """The coding to use; empty for none."""
    return _choose(accept_encoding[:MAX_HEADER]) if accept_encoding else b""


@lru_cache(maxsize=256)
def _choose(header: bytes) -> bytes:
    weights: dict[str, float] = {}
    for item in header.decode("latin-1").split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        weights[name] = weight(parameters)
    rest = weights.get("*", 0.0)
    known = {coding: weights.get(coding.decode(), rest) for coding in CODINGS}
    best = max(CODINGS, key=lambda coding: known[coding])
    return best if known[best] > 0 and known[best] >= weights.get("identity", 0.0) else b""


def compress(body: bytes, coding: bytes) -> bytes:
    """The body in that coding."""
    if coding == b"zstd":
        made: bytes = _ZSTD.compress(body)
        return made
    # 31: a gzip frame, which carries no time, so that equal bodies give equal bytes.
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()
