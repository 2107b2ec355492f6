"""Time servers: one that tells all it knows on the vulnerable twin; one that answers questions with errors."""

import struct

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.ntp-amplification"
_VARIABLES = (
    b'version="ntpd 4.2.6p5@1.2349 (harbour)", processor="x86_64", system="Linux/3.2", leap=0, stratum=3, '
    b"precision=-20, rootdelay=18.2, refid=192.0.2.7, peer=4012, tc=6, mintc=3, offset=0.4, frequency=11.8"
)
_ERA = 0xE987_0000


class TimeServer:
    """One datagram (RFC 5905, RFC 9327, and ntpd's mode 7). `queries`: "all" are answered, "none", or with "errors"."""

    closed = False

    def __init__(self, queries: str) -> None:
        self._queries = queries

    def feed(self, data: bytes) -> bytes:
        mode = data[0] & 0x07 if data else 0
        if mode == 3 and len(data) >= 48:
            stamp = struct.pack("!II", _ERA, 0)
            return b"\x24\x03\x06\xec" + bytes(8) + b"\xc0\x00\x02\x07" + stamp + data[40:48] + stamp + stamp
        if self._queries == "none":
            return b""
        if mode == 6 and len(data) >= 12:
            return self._control(data)
        if mode == 7 and len(data) >= 8:
            return self._private(data)
        return b""

    def _control(self, data: bytes) -> bytes:
        operation = data[1] & 0x1F
        if self._queries == "errors" or operation != 2:
            return data[:1] + bytes([0xC0 | operation]) + data[2:4] + b"\x04\x00" + bytes(6)
        head = struct.pack("!BB2sHHHH", data[0], 0x80 | operation, data[2:4], 0x0615, 0, 0, len(_VARIABLES))
        return head + _VARIABLES + bytes(-len(_VARIABLES) % 4)

    def _private(self, data: bytes) -> bytes:
        if self._queries == "errors" or data[3] != 42:
            return bytes([0x97, 0, data[2], data[3], 0x40, 0, 0, 0])
        items = b"".join(bytes(16) + bytes((192, 0, 2, host)) + bytes(52) for host in range(1, 7))
        return bytes([0xD7, 0, data[2], data[3]]) + struct.pack("!HH", 6, 72) + items


def _clock(fixed: bool) -> Session:
    return TimeServer("none" if fixed else "all")


def _terse(_fixed: bool) -> Session:
    return TimeServer("errors")


SERVICES: tuple[Service, ...] = (
    Service(
        name="harbour clock",
        session=_clock,
        checks=(CHECK,),
        udp=True,
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="monlist",
                summary="The list of clients is sent to all.",
            ),
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="readvar",
                summary="The variables are sent to everyone.",
            ),
        ),
    ),
    Service(name="terse clock", session=_terse, checks=(CHECK,), udp=True),
)
