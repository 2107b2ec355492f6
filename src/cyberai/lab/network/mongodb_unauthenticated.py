"""A service that speaks MongoDB's protocol, open on the vulnerable twin; and one that asks for a log-in."""

import struct

from cyberai.checkkit.mongo import Document, read_message, reply
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.mongodb-unauthenticated"
MAX_BUFFER = 65_536
_TEXT = "It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"
_HTTP = (
    f"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {len(_TEXT)}\r\n\r\n{_TEXT}"
).encode()
_HELLO: Document = {
    "isWritablePrimary": True,
    "maxWireVersion": 21,
    "minWireVersion": 0,
    "readOnly": False,
    "ok": 1.0,
}
_DATABASES: Document = {
    "databases": [{"name": "admin"}, {"name": "bookings"}, {"name": "members"}],
    "ok": 1.0,
}
_REFUSED: Document = {
    "ok": 0.0,
    "errmsg": "command listDatabases requires authentication",
    "code": 13,
    "codeName": "Unauthorized",
}


class MongoSession:
    """One connection. It knows two commands; with `protected` the second asks for a log-in."""

    def __init__(self, protected: bool) -> None:
        self.closed = False
        self._protected = protected
        self._buffer = b""
        self._sent = 0

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        if self._buffer.startswith((b"GET ", b"HEAD ", b"POST ", b"OPTIONS ")):
            self.closed = True
            return _HTTP
        output = b""
        while len(self._buffer) >= 4 and not self.closed:
            length = struct.unpack_from("<i", self._buffer)[0]
            if not 16 < length <= MAX_BUFFER:
                self.closed = True
            elif len(self._buffer) < length:
                break
            else:
                message, self._buffer = self._buffer[:length], self._buffer[length:]
                output += self._answer(message)
        return output

    def _answer(self, message: bytes) -> bytes:
        try:
            number, _, question = read_message(message)
        except ValueError:
            self.closed = True
            return b""
        self._sent += 1
        word = next(iter(question), "")
        if word in ("hello", "isMaster", "ismaster"):
            return reply(self._sent, number, _HELLO)
        if word == "listDatabases":
            return reply(self._sent, number, _REFUSED if self._protected else _DATABASES)
        return reply(self._sent, number, {"ok": 0.0, "errmsg": f"no such command: '{word[:40]}'", "code": 59})


def _open(fixed: bool) -> Session:
    return MongoSession(protected=fixed)


def _guarded(_fixed: bool) -> Session:
    return MongoSession(protected=True)


SERVICES: tuple[Service, ...] = (
    Service(
        name="bookings",
        session=_open,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="open database",
                summary="The database lists itself without a log-in.",
            ),
        ),
    ),
    Service(name="guarded bookings", session=_guarded, checks=(CHECK,)),
)
