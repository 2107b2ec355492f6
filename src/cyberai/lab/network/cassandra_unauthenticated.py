"""A Cassandra node that lets everybody in; its twin wants a log-in; and one that is ready and answers no query."""

import struct

from cyberai.lab.network._packets import PacketSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.cassandra-unauthenticated"
_OPTIONS, _STARTUP, _QUERY = 0x05, 0x01, 0x07
_ERROR, _READY, _AUTHENTICATE, _SUPPORTED, _RESULT = 0x00, 0x02, 0x03, 0x06, 0x08


def _text(value: bytes) -> bytes:
    return struct.pack(">H", len(value)) + value


_VERSIONS = b"\x00\x01" + _text(b"CQL_VERSION") + b"\x00\x01" + _text(b"3.4.6")
_NOBODY = _text(b"org.apache.cassandra.auth.PasswordAuthenticator")
_ROW = (
    struct.pack(">IIi", 2, 1, 1)
    + _text(b"system")
    + _text(b"local")
    + _text(b"release_version")
    + struct.pack(">HII", 0x0D, 1, 5)
    + b"4.1.3"
)
_REFUSED = struct.pack(">I", 0x2100) + _text(b"You have not logged in")


class NodeSession(PacketSession):
    """One connection of the native protocol, in versions 3 to 5."""

    def __init__(self, *, guarded: bool, refuses: bool = False) -> None:
        super().__init__(self._length, self._answer)
        self._guarded = guarded
        self._refuses = refuses
        self._inside = False

    def _length(self, buffer: bytes) -> int:
        if buffer[0] not in (3, 4, 5):
            return -1
        return 9 + struct.unpack(">I", buffer[5:9])[0] if len(buffer) >= 9 else 0

    def _answer(self, message: bytes) -> bytes:
        operation = message[4]
        if operation == _OPTIONS:
            return self._frame(message, _SUPPORTED, _VERSIONS)
        if operation == _STARTUP and not self._guarded:
            self._inside = True
            return self._frame(message, _READY, b"")
        if operation == _STARTUP:
            return self._frame(message, _AUTHENTICATE, _NOBODY)
        if operation == _QUERY and self._inside and not self._refuses:
            return self._frame(message, _RESULT, _ROW)
        return self._frame(message, _ERROR, _REFUSED)

    def _frame(self, to: bytes, operation: int, body: bytes) -> bytes:
        return bytes([0x80 | to[0], 0]) + to[2:4] + struct.pack(">BI", operation, len(body)) + body


def _voyages(fixed: bool) -> Session:
    return NodeSession(guarded=fixed)


def _refusing(_fixed: bool) -> Session:
    return NodeSession(guarded=False, refuses=True)


SERVICES: tuple[Service, ...] = (
    Service(
        name="voyages",
        session=_voyages,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="no log-in",
                summary="Queries are answered without a log-in.",
            ),
        ),
    ),
    Service(name="voyages for some", session=_refusing, checks=(CHECK,)),
)
