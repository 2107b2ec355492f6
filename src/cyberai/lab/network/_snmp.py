"""An SNMP agent (RFC 1157, RFC 3416) that reads its own small tree. It has nothing to write to."""

from collections.abc import Callable, Container

_DESCRIPTION = b"Quay crane controller QC-4, firmware 2.1"
_TREE = (
    ("2b06010201010100", 0x04, _DESCRIPTION),
    ("2b06010201010300", 0x43, b"\x01\x4f\x3c"),
    ("2b06010201010500", 0x04, b"crane-2"),
    ("2b06010201020100", 0x02, b"\x02"),
    ("2b06010201020201020100", 0x04, b"eth0"),
    ("2b0601020104140101047f000001", 0x40, b"\x7f\x00\x00\x01"),
)
_SYSTEM_ROWS = 3
_GET, _NEXT, _RESPONSE, _REPORT = 0xA0, 0xA1, 0xA2, 0xA8


class Agent:
    """One datagram. `communities` may read by the `versions` (as on the wire), the system group only with `little`.
    Discovery by version 3 is answered as every agent does."""

    closed = False

    def __init__(
        self, communities: Container[str], versions: Container[int] = (0, 1), *, little: bool = False
    ) -> None:
        self._communities = communities
        self._versions = versions
        self._tree = _TREE[:_SYSTEM_ROWS] if little else _TREE

    def feed(self, data: bytes) -> bytes:
        try:
            return self._answer(data)
        except (IndexError, ValueError):
            return b""

    def _answer(self, data: bytes) -> bytes:
        parts = _items(_items(data)[0][1])
        version = int.from_bytes(parts[0][1], "big")
        if version == 3:
            return _discovered(parts)
        community, (kind, pdu) = parts[1][1].decode("latin-1"), parts[2]
        if version not in self._versions or community not in self._communities or kind not in (_GET, _NEXT):
            return b""
        fields = _items(pdu)
        wanted = _items(_items(fields[3][1])[0][1])[0][1]
        row = self._row(wanted, kind)
        binding, status = _binding(wanted, row, version)
        body = _item(2, fields[0][1]) + _item(2, bytes([status])) + _item(2, bytes([status and 1]))
        body += _item(0x30, binding)
        return _item(0x30, _item(2, parts[0][1]) + _item(4, parts[1][1]) + _item(_RESPONSE, body))

    def _row(self, wanted: bytes, kind: int) -> tuple[bytes, int, bytes] | None:
        fits: Callable[[bytes], bool] = (lambda o: o == wanted) if kind == _GET else (lambda o: o > wanted)
        rows = ((bytes.fromhex(oid), tag, value) for oid, tag, value in self._tree)
        return next((row for row in rows if fits(row[0])), None)


def _binding(wanted: bytes, row: tuple[bytes, int, bytes] | None, version: int) -> tuple[bytes, int]:
    """The binding of the answer and its error status: version 1 has noSuchName (2), later ones an exception."""
    if row is not None:
        return _item(0x30, _item(6, row[0]) + _item(row[1], row[2])), 0
    if version == 0:
        return _item(0x30, _item(6, wanted) + _item(5, b"")), 2
    return _item(0x30, _item(6, wanted) + _item(0x82, b"")), 0


def _discovered(parts: list[tuple[int, bytes]]) -> bytes:
    """A report with the engine's id (RFC 3414, section 4)."""
    number = _items(parts[1][1])[0][1]
    engine = b"\x80\x00\x1f\x88\x04crane-2"
    header = _item(0x30, _item(2, number) + _item(2, b"\x05\xdc") + _item(4, b"\x00") + _item(2, b"\x03"))
    security = _item(4, engine) + _item(2, b"\x01") + _item(2, b"\x4f") + _item(4, b"") * 3
    row = _item(0x30, _item(6, bytes.fromhex("2b060106030f01010400")) + _item(0x41, b"\x01"))
    pdu = _item(_REPORT, _item(2, number) + _item(2, b"\x00") * 2 + _item(0x30, row))
    scoped = _item(0x30, _item(4, engine) + _item(4, b"") + pdu)
    return _item(0x30, _item(2, b"\x03") + header + _item(4, _item(0x30, security)) + scoped)


def _items(data: bytes) -> list[tuple[int, bytes]]:
    """The values that stand one after the other; IndexError or ValueError where they do not."""
    found, at = [], 0
    while at < len(data):
        tag, size, start = data[at], data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size, start = int.from_bytes(data[start : start + count], "big"), start + count
        if start + size > len(data):
            raise ValueError("cut off")
        found.append((tag, data[start : start + size]))
        at = start + size
    return found


def _item(tag: int, body: bytes) -> bytes:
    size = len(body)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")) + body
