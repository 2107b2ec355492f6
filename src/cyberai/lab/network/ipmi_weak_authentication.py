"""Management controllers: one that takes everything on the vulnerable twin, an old one that speaks 1.5 with passwords."""

import msgspec

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.ipmi-weak-authentication"
_NONE, _MD5, _PASSWORD, _EXTENDED = 0x01, 0x04, 0x10, 0x80


class Controller(msgspec.Struct, frozen=True):
    """What a controller allows: authentication types and status as bits of the specification, section 22.13; the
    cipher suites' numbers that sessions are opened with."""

    types: int
    status: int
    version_2: bool
    suites: frozenset[int] = frozenset()


class Management:
    """One datagram of IPMI over LAN. No session gets beyond its opening."""

    closed = False

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def feed(self, data: bytes) -> bytes:
        if len(data) < 14 or data[:4] != b"\x06\x00\xff\x07":
            return b""
        if data[4] == 0 and len(data) >= 23 and data[19] == 0x38:
            return self._capabilities(data)
        if data[4] == 6 and data[5] == 0x10 and len(data) >= 48 and self._controller.version_2:
            return self._open(data[16:])
        return b""

    def _capabilities(self, data: bytes) -> bytes:
        has = self._controller
        extended = data[20] & 0x80 and has.version_2
        body = bytes([0x20, data[18], 0x38, 0x00, 0x01])
        body += bytes([has.types | (_EXTENDED if extended else 0), has.status, 0x03 if extended else 0x00])
        body += bytes(4)
        head = bytes([0x81, 0x1C])
        message = head + bytes([-sum(head) & 0xFF]) + body + bytes([-sum(body) & 0xFF])
        return data[:4] + bytes(9) + bytes([len(message)]) + message

    def _open(self, payload: bytes) -> bytes:
        suites = (payload[12], payload[20], payload[28])
        allowed = set(suites) <= self._controller.suites
        body = bytes([payload[0], 0x00 if allowed else 0x11, 0x04, 0x00]) + payload[4:8]
        if allowed:
            body += b"\x0a\x00\x00\x02" + payload[8:32]
        return b"\x06\x00\xff\x07\x06\x11" + bytes(8) + len(body).to_bytes(2, "little") + body


_OPEN = Controller(_NONE | _MD5, 0x07, version_2=True, suites=frozenset({0, 1, 3}))
_CLOSED = Controller(_MD5, 0x04, version_2=False)
_OLD = Controller(_MD5 | _PASSWORD, 0x04, version_2=False)


def _rack(fixed: bool) -> Session:
    return Management(_CLOSED if fixed else _OPEN)


def _old(_fixed: bool) -> Session:
    return Management(_OLD)


def _flaw(variant: str, summary: str) -> Flaw:
    return Flaw(check=CHECK, path="", method="", variant=variant, summary=summary)


SERVICES: tuple[Service, ...] = (
    Service(
        name="rack controller",
        session=_rack,
        checks=(CHECK,),
        udp=True,
        flaws=(
            _flaw("none", "Sessions without authentication are taken."),
            _flaw("anonymous", "A user without name and password is enabled."),
            _flaw("hashes", "Version 2.0 is spoken."),
            _flaw("cipher-zero", "Sessions without protection are opened."),
        ),
    ),
    Service(name="old controller", session=_old, checks=(CHECK,), udp=True),
)
