"""An X11 server that lets everybody onto its screen; its twin wants a cookie; and one that admits and then hangs up."""

import struct

from cyberai.lab.network._packets import PacketSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.x11-unauthenticated"
_MAKER = b"The X.Org Foundation"
_BODY = struct.pack(
    "<IIIIHHBBBBBBBB4x", 12_101_007, 0x200000, 0x1FFFFF, 256, len(_MAKER), 65_535, 0, 0, 0, 0, 32, 32, 8, 255
)
_ADMITTED = b"\x01\x00" + struct.pack("<HHH", 11, 0, (len(_BODY) + len(_MAKER)) // 4) + _BODY + _MAKER
_WHY = b"Authorization required, but no authorization protocol specified\n"
_REFUSED = b"\x00" + bytes([len(_WHY)]) + struct.pack("<HHH", 11, 0, len(_WHY) // 4) + _WHY
_SETUP = 12
_FOCUS_REPLY = b"\x01\x01" + struct.pack("<HII20x", 1, 0, 1)


class ScreenSession(PacketSession):
    """One connection of a client of little-endian byte order."""

    def __init__(self, *, guarded: bool, hangs_up: bool = False) -> None:
        super().__init__(self._length, self._answer)
        self._guarded = guarded
        self._hangs_up = hangs_up
        self._inside = False

    def _length(self, buffer: bytes) -> int:
        if self._inside:
            return 4 * int.from_bytes(buffer[2:4], "little") if len(buffer) >= 4 else 0
        return _SETUP if buffer[:1] == b"l" else -1

    def _answer(self, message: bytes) -> bytes:
        if self._inside:
            self.closed = self._hangs_up or message[0] != 43
            return b"" if self.closed else _FOCUS_REPLY
        self._inside = not self._guarded
        self.closed = self._guarded
        return _REFUSED if self._guarded else _ADMITTED


def _screen(fixed: bool) -> Session:
    return ScreenSession(guarded=fixed)


def _brief(_fixed: bool) -> Session:
    return ScreenSession(guarded=False, hangs_up=True)


SERVICES: tuple[Service, ...] = (
    Service(
        name="screen",
        session=_screen,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="xhost +",
                summary="Clients are admitted without a cookie.",
            ),
        ),
    ),
    Service(name="screen that hangs up", session=_brief, checks=(CHECK,)),
)
