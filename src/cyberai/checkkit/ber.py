"""The few forms of ASN.1 BER (X.690) that messages of SNMP and LDAP are made of. Everything read is hostile: lengths are
compared with what is there, and whatever does not fit is a ValueError."""

MAX_CHILDREN = 1_024


def item(tag: int, *parts: bytes) -> bytes:
    """One value: tag, length, contents."""
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    raw = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(raw)]) + raw + body


def number(value: int, tag: int = 2) -> bytes:
    """A non-negative INTEGER (with tag 10 an ENUMERATED)."""
    return item(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def read(data: bytes, at: int = 0) -> tuple[int, bytes, int]:
    """(tag, contents, where the next value begins); raise ValueError when the value is not whole."""
    if at + 2 > len(data):
        raise ValueError("cut off before a length")
    tag, size = data[at], data[at + 1]
    start = at + 2
    if size & 0x80:
        count = size & 0x7F
        if count not in range(1, 5) or start + count > len(data):
            raise ValueError("a length in a form that is not used here")
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + size > len(data):
        raise ValueError("cut off in a value")
    return tag, data[start : start + size], start + size


def children(contents: bytes, first: int = 0) -> list[tuple[int, bytes]]:
    """The values that stand one after the other, or the `first` so many of them; raise ValueError when one is not whole or
    there are too many."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(contents) and (not first or len(found) < first):
        if len(found) == MAX_CHILDREN:
            raise ValueError("too many values")
        tag, value, at = read(contents, at)
        found.append((tag, value))
    return found


def field(contents: list[tuple[int, bytes]], index: int, tag: int) -> bytes:
    """The contents of the value at this place, which must have that tag; raise ValueError."""
    if index >= len(contents) or contents[index][0] != tag:
        raise ValueError("another value than expected")
    return contents[index][1]
