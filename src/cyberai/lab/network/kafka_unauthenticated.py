"""Kafka brokers and a controller that serve everybody; their twins, and a trap, tell which interfaces they speak and want a
log-in."""

import struct

from cyberai.lab.network._packets import PacketSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.kafka-unauthenticated"
_METADATA, _VERSIONS, _CLUSTER = 3, 18, 60
_MOST = 1_048_576


def _text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


_SPEAKS = (
    struct.pack(">hi", 0, 2) + struct.pack(">hhh", _METADATA, 0, 12) + struct.pack(">hhh", _VERSIONS, 0, 3)
)
_CONTROLS = (
    struct.pack(">hi", 0, 2) + struct.pack(">hhh", _VERSIONS, 0, 4) + struct.pack(">hhh", _CLUSTER, 0, 2)
)
_CONTROLLERS = (
    b"\0\0\0\0\0\0\0\0\x02\x17MkU3OEVBNTcwNTJENDM2Qk"
    + struct.pack(">i", 1)
    + b"\x02\0\0\0\x01\x05quay\0\0\x23\x85\0\0\x80\0\0\0\0"
)


def _topics(*names: str) -> bytes:
    """One broker and these topics, each of one partition."""
    broker = struct.pack(">ii", 1, 1) + _text("quay") + struct.pack(">ihii", 9092, -1, 1, len(names))
    row = struct.pack(">bi", 0, 1) + struct.pack(">hiiiiii", 0, 0, 1, 1, 1, 1, 1)
    return broker + b"".join(b"\0\0" + _text(name) + row for name in names)


_FEW = {_VERSIONS: _SPEAKS, _METADATA: _topics("arrivals")}
_MANY = {_VERSIONS: _SPEAKS, _METADATA: _topics(*(f"berth-{number:06d}" * 15 for number in range(1_500)))}
"""More than a scanner will read."""
_CONTROLLER = {_VERSIONS: _CONTROLS, _CLUSTER: _CONTROLLERS}


class BrokerSession(PacketSession):
    """One connection."""

    def __init__(self, answers: dict[int, bytes], guarded: bool) -> None:
        super().__init__(self._length, self._answer)
        self._answers = {_VERSIONS: answers[_VERSIONS]} if guarded else answers

    def _length(self, buffer: bytes) -> int:
        if len(buffer) < 4:
            return 0
        size: int = struct.unpack(">i", buffer[:4])[0]
        return 4 + size if 8 <= size <= _MOST else -1

    def _answer(self, message: bytes) -> bytes:
        key, _, number = struct.unpack_from(">hhi", message, 4)
        self.closed = key not in self._answers
        if self.closed:
            return b""
        body = struct.pack(">i", number) + self._answers[key]
        return struct.pack(">i", len(body)) + body


def _open(answers: dict[int, bytes], name: str, variant: str) -> Service:
    summary = "The cluster is told, and served, without a log-in."
    flaw = Flaw(check=CHECK, path="", method="", variant=variant, summary=summary)
    return Service(
        name=name, session=lambda fixed: BrokerSession(answers, fixed), checks=(CHECK,), flaws=(flaw,)
    )


def _guarded(_fixed: bool) -> Session:
    return BrokerSession(_FEW, True)


SERVICES: tuple[Service, ...] = (
    _open(_FEW, "arrivals", "plain listener"),
    _open(_MANY, "berths", "more topics than are read"),
    _open(_CONTROLLER, "harbour master", "controller"),
    Service(name="guarded arrivals", session=_guarded, checks=(CHECK,)),
)
