"""The server service behind the pipe `srvsvc`: it knows one question, NetrShareEnum of level 1 (MS-SRVS)."""

import struct

_BIND, _BIND_ACK, _REQUEST, _RESPONSE, _FAULT = 11, 12, 0, 2, 3
_NDR = bytes.fromhex("045d888aeb1cc9119fe808002b10486002000000")


def answer(pdu: bytes, shares: tuple[str, ...]) -> bytes:
    """The answer to a message of DCE/RPC; raises struct.error for one that is cut off."""
    kind, number = pdu[2], struct.unpack_from("<I", pdu, 12)[0]
    if kind == _BIND:
        address = b"\\PIPE\\srvsvc\0"
        body = struct.pack("<HHIH", 4_280, 4_280, 1, len(address)) + address
        body += bytes(-len(body) % 4) + struct.pack("<BBHHH", 1, 0, 0, 0, 0) + _NDR
        return _pdu(_BIND_ACK, number, body)
    if kind != _REQUEST or struct.unpack_from("<H", pdu, 22)[0] != 15:
        return _pdu(_FAULT, number, struct.pack("<IHHII", 0, 0, 0, 0x1C010002, 0))
    return _pdu(_RESPONSE, number, struct.pack("<IHH", 0, 0, 0) + _listing((*shares, "IPC$")))


def _listing(names: tuple[str, ...]) -> bytes:
    stub = struct.pack("<IIII", 1, 1, 0x20000, len(names)) + struct.pack("<II", 0x20004, len(names))
    for index, name in enumerate(names):
        kind = 0x80000003 if name == "IPC$" else 0
        stub += struct.pack("<III", 0x20008 + index * 8, kind, 0x2000C + index * 8)
    for name in names:
        stub += _string(name) + _string("")
    return stub + struct.pack("<IIII", len(names), 0, 0, 0)


def _string(text: str) -> bytes:
    raw = f"{text}\0".encode("utf-16-le")
    count = len(text) + 1
    return struct.pack("<III", count, 0, count) + raw + bytes(-len(raw) % 4)


def _pdu(kind: int, number: int, body: bytes) -> bytes:
    return struct.pack("<BBBB4sHHI", 5, 0, kind, 3, b"\x10\0\0\0", len(body) + 16, 0, number) + body
