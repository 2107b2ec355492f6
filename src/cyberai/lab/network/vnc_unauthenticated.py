"""VNC servers of both kinds of handshake, without a password on the vulnerable twin; and one that offers None and then
refuses."""

import struct

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.vnc-unauthenticated"
_NAME = b"quay's bridge"
_PIXELS = struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
_DESKTOP = struct.pack(">HH", 1_024, 768) + _PIXELS + struct.pack(">I", len(_NAME)) + _NAME
_NONE, _PASSWORD = 1, 2
_GREETING = 12


class DesktopSession:
    """One connection. `old` servers speak 3.3 and choose the type themselves."""

    def __init__(self, *, password: bool, old: bool = False, refuses: bool = False) -> None:
        self.closed = False
        self._type = _PASSWORD if password else _NONE
        self._old = old
        self._refuses = refuses
        self._buffer = b""
        self._steps = [self._greet, self._begin, self._chosen, self._enter]

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        output = b""
        while self._steps and not self.closed:
            said = self._steps[0]()
            if said is None:
                break
            self._steps.pop(0)
            output += said
        return output

    def _greet(self) -> bytes | None:
        return b"RFB 003.003\n" if self._old else b"RFB 003.008\n"

    def _begin(self) -> bytes | None:
        if len(self._buffer) < _GREETING:
            return None
        version, self._buffer = self._buffer[:_GREETING], self._buffer[_GREETING:]
        self.closed = not version.startswith(b"RFB 003.")
        if self.closed:
            return b""
        if self._old or version == b"RFB 003.003\n":
            self._steps.pop(1)
            return struct.pack(">I", self._type) + (b"" if self._type == _NONE else bytes(range(16)))
        return bytes([1, self._type])

    def _chosen(self) -> bytes | None:
        if not self._buffer:
            return None
        chosen, self._buffer = self._buffer[0], self._buffer[1:]
        if chosen != self._type or self._refuses:
            self.closed = True
            return struct.pack(">II", 1, 7) + b"refused"
        return bytes(4) if chosen == _NONE else bytes(range(16))

    def _enter(self) -> bytes | None:
        if not self._buffer:
            return None
        self.closed = self._type != _NONE
        return b"" if self.closed else _DESKTOP


def _bridge(fixed: bool) -> Session:
    return DesktopSession(password=fixed)


def _old_bridge(fixed: bool) -> Session:
    return DesktopSession(password=fixed, old=True)


def _refusing(_fixed: bool) -> Session:
    return DesktopSession(password=False, refuses=True)


def _flaw(variant: str) -> Flaw:
    return Flaw(
        check=CHECK, path="", method="", variant=variant, summary="The desktop is shown without a password."
    )


SERVICES: tuple[Service, ...] = (
    Service(name="desktop", session=_bridge, checks=(CHECK,), flaws=(_flaw("RFB 3.8"),), greets=True),
    Service(name="old desktop", session=_old_bridge, checks=(CHECK,), flaws=(_flaw("RFB 3.3"),), greets=True),
    Service(name="desktop that refuses", session=_refusing, checks=(CHECK,), greets=True),
)
