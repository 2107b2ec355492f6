"""As much of MongoDB's wire protocol as two questions need: BSON documents in OP_MSG and OP_QUERY messages.

Sources: the BSON specification 1.1 and "MongoDB Wire Protocol". Everything read is hostile: lengths are compared with
what is there, documents have a limit of depth and of elements, and whatever does not fit is a ValueError.
"""

import struct
from typing import Any

OP_REPLY = 1
OP_QUERY = 2004
OP_MSG = 2013
MAX_MESSAGE = 1_048_576
MAX_DEPTH = 16
MAX_ELEMENTS = 20_000

Document = dict[str, Any]

_SIZES = {
    0x01: 8,
    0x07: 12,
    0x08: 1,
    0x09: 8,
    0x10: 4,
    0x11: 8,
    0x12: 8,
    0x13: 16,
    0x0A: 0,
    0x06: 0,
    0x7F: 0,
    0xFF: 0,
}


def command(number: int, question: Document) -> bytes:
    """An OP_MSG with one document (body section, no flags)."""
    return _message(number, 0, OP_MSG, b"\0\0\0\0\0" + encode(question))


def query(number: int, question: Document) -> bytes:
    """The same question for servers older than 3.6: an OP_QUERY to `admin.$cmd`."""
    head = b"\0\0\0\0admin.$cmd\0" + struct.pack("<ii", 0, -1)
    return _message(number, 0, OP_QUERY, head + encode(question))


def reply(number: int, to: int, answer: Document) -> bytes:
    """An answer to an OP_MSG, as a server sends it."""
    return _message(number, to, OP_MSG, b"\0\0\0\0\0" + encode(answer))


def read_message(data: bytes) -> tuple[int, int, Document]:
    """(request number, number it answers, document) of one OP_MSG, OP_REPLY or OP_QUERY; raise ValueError for
    anything else, incomplete messages included."""
    if len(data) < 16:
        raise ValueError("shorter than a message header")
    length, number, to, operation = struct.unpack_from("<iiii", data)
    if not 16 < length <= min(len(data), MAX_MESSAGE):
        raise ValueError("a length that does not fit")
    body = data[16:length]
    match operation:
        case 2013:
            if len(body) < 5 or body[4] != 0:
                raise ValueError("an OP_MSG without a body section")
            return number, to, decode(body[5:])
        case 1:
            return number, to, decode(body[20:])
        case 2004:
            name, end, rest = body[4:].partition(b"\0")
            if not end or len(name) > 120:
                raise ValueError("an OP_QUERY without a collection")
            return number, to, decode(rest[8:])
    raise ValueError("an unknown operation")


def encode(document: Document) -> bytes:
    """A document of strings, booleans, integers, floats, lists and documents as BSON."""
    body = b"".join(_element(name, value) for name, value in document.items()) + b"\0"
    return struct.pack("<i", len(body) + 4) + body


def decode(data: bytes) -> Document:
    """The document at the beginning of the bytes; raise ValueError. Values of rarer types become None."""
    document, _ = _Reader(data).document(0, MAX_DEPTH)
    return document


def _message(number: int, to: int, operation: int, body: bytes) -> bytes:
    return struct.pack("<iiii", len(body) + 16, number, to, operation) + body


def _element(name: str, value: Any) -> bytes:
    key = name.encode() + b"\0"
    match value:
        case bool():
            return b"\x08" + key + bytes([value])
        case int():
            wide = not -(2**31) <= value < 2**31
            return (b"\x12" if wide else b"\x10") + key + struct.pack("<q" if wide else "<i", value)
        case float():
            return b"\x01" + key + struct.pack("<d", value)
        case str():
            raw = value.encode() + b"\0"
            return b"\x02" + key + struct.pack("<i", len(raw)) + raw
        case list():
            return b"\x04" + key + encode({str(index): item for index, item in enumerate(value)})
        case dict():
            return b"\x03" + key + encode(value)
    raise ValueError(f"no BSON for {type(value).__name__}")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._elements = 0

    def document(self, at: int, depth: int) -> tuple[Document, int]:
        """The document at this offset and the offset behind it."""
        if depth == 0:
            raise ValueError("nested too deeply")
        end = at + self._length(at, 5)
        if end > len(self._data) or self._data[end - 1] != 0:
            raise ValueError("a document that does not end")
        found: Document = {}
        at += 4
        while at < end - 1:
            self._elements += 1
            if self._elements > MAX_ELEMENTS:
                raise ValueError("too many elements")
            kind = self._data[at]
            name, at = self._name(at + 1, end)
            found[name], at = self._value(kind, at, end, depth)
        if at != end - 1:
            raise ValueError("an element that runs over its document")
        return found, end

    def _value(self, kind: int, at: int, end: int, depth: int) -> tuple[Any, int]:
        if kind in (0x03, 0x04):
            inner, after = self.document(at, depth - 1)
            return (list(inner.values()) if kind == 0x04 else inner), after
        if kind in (0x02, 0x0D, 0x0E):
            after = at + 4 + self._length(at, 1)
            return self._within(at + 4, after, end)[:-1].decode("utf-8", "replace"), after
        if kind == 0x05:
            after = at + 5 + self._length(at, 0)
            return self._within(at + 5, after, end), after
        if kind == 0x0B:
            _, at = self._name(at, end)
            _, at = self._name(at, end)
            return None, at
        if kind not in _SIZES:
            raise ValueError(f"an element of unknown type {kind}")
        after = at + _SIZES[kind]
        return _plain(kind, self._within(at, after, end)), after

    def _length(self, at: int, least: int) -> int:
        if at + 4 > len(self._data):
            raise ValueError("a length that is cut off")
        length: int = struct.unpack_from("<i", self._data, at)[0]
        if not least <= length <= MAX_MESSAGE:
            raise ValueError("a length that does not fit")
        return length

    def _within(self, start: int, after: int, end: int) -> bytes:
        if after > end - 1:
            raise ValueError("a value that runs over its document")
        return self._data[start:after]

    def _name(self, at: int, end: int) -> tuple[str, int]:
        stop = self._data.find(b"\0", at, end)
        if stop < 0:
            raise ValueError("a name that does not end")
        return self._data[at:stop].decode("utf-8", "replace"), stop + 1


def _plain(kind: int, raw: bytes) -> Any:
    match kind:
        case 0x01:
            return struct.unpack("<d", raw)[0]
        case 0x08:
            return raw != b"\0"
        case 0x10:
            return struct.unpack("<i", raw)[0]
        case 0x12:
            return struct.unpack("<q", raw)[0]
    return None
