"""A message broker with the user guest as it was delivered; its twin has deleted it; and one that admits everybody."""

import struct

from cyberai.lab.network._packets import PacketSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.rabbitmq-default-login"
_HEADER = b"AMQP\x00\x00\x09\x01"
_GUEST = b"\0guest\0guest"


def _frame(class_id: int, method: int, arguments: bytes) -> bytes:
    payload = struct.pack(">HH", class_id, method) + arguments
    return struct.pack(">BHI", 1, 0, len(payload)) + payload + b"\xce"


def _text(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


_ABOUT = b"\x07productS" + _text(b"RabbitMQ") + b"\x07versionS" + _text(b"3.10.8")
_START = _frame(10, 10, b"\x00\x09" + _text(_ABOUT) + _text(b"PLAIN AMQPLAIN") + _text(b"en_US"))
_TUNE = _frame(10, 30, struct.pack(">HIH", 2_047, 131_072, 60))
_OPENED = _frame(10, 41, b"\0")
_CLOSED = _frame(10, 51, b"")


class AmqpSession(PacketSession):
    """One connection. `passwords` are the answers to PLAIN that are let in, None for all."""

    def __init__(self, passwords: frozenset[bytes] | None) -> None:
        super().__init__(self._length, self._answer)
        self._passwords = passwords
        self._started = False
        self._inside = False

    def _length(self, buffer: bytes) -> int:
        if not self._started:
            return 8 if buffer[:8] == _HEADER[: len(buffer[:8])] else 1
        return 8 + struct.unpack(">I", buffer[3:7])[0] if len(buffer) >= 7 else 0

    def _answer(self, message: bytes) -> bytes:
        if not self._started:
            self._started = message == _HEADER
            self.closed = not self._started
            return _START if self._started else _HEADER
        method = struct.unpack_from(">HH", message, 7) if len(message) >= 12 else (0, 0)
        if method == (10, 11):
            return self._log_in(message)
        if method == (10, 40) and self._inside:
            return _OPENED
        if method == (10, 31) and self._inside:
            return b""
        self.closed = True
        return _CLOSED if method == (10, 50) else b""

    def _log_in(self, message: bytes) -> bytes:
        self._inside = self._passwords is None or any(_text(known) in message for known in self._passwords)
        self.closed = not self._inside
        return _TUNE if self._inside else b""


def _tasks(fixed: bool) -> Session:
    return AmqpSession(frozenset() if fixed else frozenset({_GUEST}))


def _anyone(_fixed: bool) -> Session:
    return AmqpSession(None)


SERVICES: tuple[Service, ...] = (
    Service(
        name="task queue",
        session=_tasks,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="guest",
                summary="The broker lets guest in with the password guest.",
                intrusive=True,
            ),
        ),
    ),
    Service(name="queue that admits everybody", session=_anyone, checks=(CHECK,)),
)
