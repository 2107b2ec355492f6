"""A Kafka broker that serves everybody; its twin, and a trap, tell which interfaces they speak and want a log-in."""

import struct

from cyberai.lab.network._packets import PacketSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.kafka-unauthenticated"
_METADATA, _VERSIONS = 3, 18
_MOST = 1_048_576


def _text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


_SPEAKS = (
    struct.pack(">hi", 0, 2) + struct.pack(">hhh", _METADATA, 0, 12) + struct.pack(">hhh", _VERSIONS, 0, 3)
)
_HOLDS = (
    struct.pack(">ii", 1, 1)
    + _text("quay")
    + struct.pack(">ihii", 9092, -1, 1, 1)
    + struct.pack(">h", 0)
    + _text("arrivals")
    + struct.pack(">bi", 0, 1)
    + struct.pack(">hiiiiii", 0, 0, 1, 1, 1, 1, 1)
)


class BrokerSession(PacketSession):
    """One connection."""

    def __init__(self, guarded: bool) -> None:
        super().__init__(self._length, self._answer)
        self._guarded = guarded

    def _length(self, buffer: bytes) -> int:
        if len(buffer) < 4:
            return 0
        size: int = struct.unpack(">i", buffer[:4])[0]
        return 4 + size if 8 <= size <= _MOST else -1

    def _answer(self, message: bytes) -> bytes:
        key, _, number = struct.unpack_from(">hhi", message, 4)
        self.closed = key not in (_METADATA, _VERSIONS) or (key == _METADATA and self._guarded)
        if self.closed:
            return b""
        body = struct.pack(">i", number) + (_SPEAKS if key == _VERSIONS else _HOLDS)
        return struct.pack(">i", len(body)) + body


def _arrivals(fixed: bool) -> Session:
    return BrokerSession(fixed)


def _guarded(_fixed: bool) -> Session:
    return BrokerSession(True)


SERVICES: tuple[Service, ...] = (
    Service(
        name="arrivals",
        session=_arrivals,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="plain listener",
                summary="Topics are told, and served, without a log-in.",
            ),
        ),
    ),
    Service(name="guarded arrivals", session=_guarded, checks=(CHECK,)),
)
