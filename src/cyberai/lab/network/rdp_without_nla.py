"""Remote desktops up to the choice of the security protocol: any on the vulnerable twin, NLA only on the fixed one."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.rdp-without-nla"
_STANDARD, _TLS, _NLA = 0, 1, 2
_FAILURES = {_STANDARD: 1, _TLS: 5}
MAX_REQUEST = 512


class Desktop:
    """One connection (MS-RDPBCGR, section 2.2.1.2): the best of the offered protocols that is in `takes`."""

    def __init__(self, takes: frozenset[int]) -> None:
        self.closed = False
        self._takes = takes
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        if self._buffer[:2] != b"\x03\x00"[: len(self._buffer)] or len(self._buffer) > MAX_REQUEST:
            self.closed = True
            return b""
        if len(self._buffer) < 4 or len(self._buffer) < int.from_bytes(self._buffer[2:4], "big"):
            return b""
        at = self._buffer.find(b"\x01", 11)
        offered = int.from_bytes(self._buffer[at + 4 : at + 8], "little") if at >= 0 else 0
        best = next((protocol for protocol in (_NLA, _TLS) if offered & protocol), _STANDARD)
        self._buffer = b""
        if best in self._takes:
            return _confirm(0x02, best)
        self.closed = True
        return _confirm(0x03, 5 if _NLA in self._takes else _FAILURES.get(best, 2))


def _confirm(kind: int, value: int) -> bytes:
    body = b"\xd0\x00\x00\x12\x34\x00" + bytes([kind, 0, 8, 0]) + value.to_bytes(4, "little")
    return b"\x03\x00" + (len(body) + 5).to_bytes(2, "big") + bytes([len(body)]) + body


def _office(fixed: bool) -> Session:
    return Desktop(frozenset({_NLA} if fixed else {_STANDARD, _TLS, _NLA}))


SERVICES: tuple[Service, ...] = (
    Service(
        name="office desktop",
        session=_office,
        checks=(CHECK,),
        flaws=(
            Flaw(check=CHECK, path="", method="", variant="without-nla", summary="TLS without NLA is taken."),
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="standard",
                summary="The old security layer is taken.",
            ),
        ),
    ),
)
