"""How values become columns: JSON text, packed bytes, ranks."""

import hashlib
import threading
from typing import Any, TypeVar

import msgspec
import zstandard

T = TypeVar("T")

RANK_BITS = 11
"""A rank is the creation time in microseconds with room for 2,048 rows of the same microsecond."""
TIES = (1 << RANK_BITS) - 1
LOWEST, HIGHEST = -(1 << 63), (1 << 63) - 1

LEVEL = 3
"""Compression level: zstd's own default."""

_json = msgspec.json.Encoder()
_msgpack = msgspec.msgpack.Encoder()
_own = threading.local()


def to_text(value: object) -> str:
    """A value as JSON text."""
    return _json.encode(value).decode()


def pack(value: object) -> bytes:
    """A value that holds bytes, compressed."""
    return compress(_msgpack.encode(value))


def unpack(data: bytes, decoder: msgspec.msgpack.Decoder[T]) -> T:
    """The value that `pack` made of."""
    return decoder.decode(decompress(data))


def compress(data: bytes) -> bytes:
    """zstd, with the content size and a checksum in the frame."""
    # A compressor keeps its tables and is not safe to share between threads.
    compressor = getattr(_own, "compressor", None)
    if compressor is None:
        compressor = _own.compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    made: bytes = compressor.compress(data)
    return made


def decompress(data: bytes) -> bytes:
    """The content of a frame of `compress`."""
    return zstandard.ZstdDecompressor().decompress(data)


def place_number(place: str) -> int:
    """63 bits that stand for a place."""
    return int.from_bytes(hashlib.blake2b(place.encode(), digest_size=8).digest(), "big") >> 1


def first_rank(at: int) -> int:
    """The lowest rank of a row created then."""
    return at << RANK_BITS


def span(
    after: int | None, before: int | None, reached: int | None, ascending: bool = False
) -> dict[str, int]:
    """The ranks [low, high) of rows created after and before those times and behind the rank `reached`. A time
    too far away for a rank (before 1827, after 2112) stands for the first or last that there is."""
    low = LOWEST if after is None else _within(first_rank(after + 1))
    high = HIGHEST if before is None else _within(first_rank(before))
    if reached is not None:
        low, high = (max(low, reached + 1), high) if ascending else (low, min(high, reached))
    return {"low": low, "high": high}


def _within(rank: int) -> int:
    return min(max(rank, LOWEST), HIGHEST)


def place_in_second(at: int, number: int) -> int:
    """The rank of a row in an order by whole seconds: a second has room for two billion rows, told apart by
    their numbers, so that no place need be looked for or stored."""
    return first_rank(at - at % 1_000_000) + number


def set_fields(value: Any, **changes: object) -> Any:
    """A copy of a struct with these fields changed."""
    return msgspec.structs.replace(value, **changes)
