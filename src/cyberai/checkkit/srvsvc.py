"""Listing shares by the server service: NetrShareEnum (MS-SRVS, section 3.1.4.8) over DCE/RPC (C706)."""

import struct

from msgspec import Struct

MAX_SHARES = 200
# Interface 4b324fc8-1670-01d3-1278-5a47bf6ee188 and transfer syntax 8a885d04-1ceb-11c9-9fe8-08002b104860, as on the wire.
_SERVICE = bytes.fromhex("c84f324b7016d30112785a47bf6ee188") + struct.pack("<HH", 3, 0)
_NDR = bytes.fromhex("045d888aeb1cc9119fe808002b104860") + struct.pack("<HH", 2, 0)
_SHARE_ENUM = 15


class Share(Struct, frozen=True):
    """A share: `is_disk` tells files from printers and pipes."""

    name: str
    is_disk: bool
    remark: str = ""


def _pdu(kind: int, number: int, body: bytes) -> bytes:
    return struct.pack("<BBBB4sHHI", 5, 0, kind, 3, b"\x10\0\0\0", len(body) + 16, 0, number) + body


BIND = _pdu(11, 1, struct.pack("<HHIBBHHBB", 4280, 4280, 0, 1, 0, 0, 0, 1, 0) + _SERVICE + _NDR)


def enumerate_shares(host: str) -> bytes:
    """The request for all shares with their kinds and remarks (level 1)."""
    server = f"\\\\{host}\0"
    raw = server.encode("utf-16-le")
    stub = struct.pack("<IIII", 0x20000, len(server), 0, len(server)) + raw + bytes(-len(raw) % 4)
    stub += struct.pack("<IIIII", 1, 1, 0x20004, 0, 0) + struct.pack("<III", 0xFFFFFFFF, 0x20008, 0)
    return _pdu(0, 2, struct.pack("<IHH", len(stub), 0, _SHARE_ENUM) + stub)


def read_shares(pdu: bytes) -> tuple[Share, ...]:
    """The shares of a response; none for a fault. Raise ValueError for what is no response."""
    if len(pdu) < 24:
        raise ValueError("shorter than a response")
    if pdu[0] != 5 or pdu[2] != 2:
        return ()
    reader = _Reader(pdu, 24)
    level, _, container = reader.number(), reader.number(), reader.number()
    if level != 1 or not container:
        return ()
    count, array = reader.number(), reader.number()
    if not array:
        return ()
    if count != reader.number() or count > MAX_SHARES:
        raise ValueError("a count that does not fit")
    heads = [(reader.number(), reader.number(), reader.number()) for _ in range(count)]
    shares: list[Share] = []
    for name_there, kind, remark_there in heads:
        name = reader.text() if name_there else ""
        remark = reader.text() if remark_there else ""
        shares.append(Share(name, kind & 0x0FFFFFFF == 0, remark))
    return tuple(shares)


class _Reader:
    """Values of NDR from left to right; raises ValueError at the end of the bytes."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def number(self) -> int:
        """An unsigned integer of four bytes."""
        if self._at + 4 > len(self._data):
            raise ValueError("a number that is cut off")
        value = int(struct.unpack_from("<I", self._data, self._at)[0])
        self._at += 4
        return value

    def text(self) -> str:
        """A conformant and varying string of UTF-16."""
        _, start, count = self.number(), self.number(), self.number()
        end = self._at + count * 2
        if start or end > len(self._data):
            raise ValueError("a string that is cut off")
        raw = self._data[self._at : end]
        self._at = end + -(count * 2) % 4
        return raw.decode("utf-16-le", "replace").rstrip("\0")[:120]
