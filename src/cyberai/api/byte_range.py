"""Parts of a file: one range of bytes (RFC 9110 section 14)."""

from msgspec import Struct


class ByteRange(Struct, frozen=True):
    """Bytes `start` to `end`, both included."""

    start: int
    end: int


class RangeNotSatisfiable(Exception):
    """The range lies outside the file."""


def parse_range(value: bytes | None, size: int) -> ByteRange | None:
    """The one range asked for; None for the whole file, which also answers what we do not understand (several
    ranges, other units, broken syntax). Raise RangeNotSatisfiable."""
    if value is None:
        return None
    unit, equals, text = value.decode("latin-1").partition("=")
    first, dash, last = text.strip().partition("-")
    understood = equals and dash and unit.strip().lower() == "bytes" and all(map(_is_number, (first, last)))
    if not understood or not (first or last):
        return None
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise RangeNotSatisfiable
        return ByteRange(size - length, size - 1)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise RangeNotSatisfiable
    return ByteRange(start, end)


def _is_number(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and len(text) <= 15)
