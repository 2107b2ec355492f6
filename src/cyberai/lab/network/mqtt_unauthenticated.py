"""An MQTT broker that lets everybody in; its twin wants a name; and one that lets in and grants nothing."""

from cyberai.lab.network._packets import PacketSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.mqtt-unauthenticated"
_CONNECT, _SUBSCRIBE, _PING, _DISCONNECT = 0x10, 0x80, 0xC0, 0xE0
_USER_NAME = 0x80
_VERSION_TOPIC = b"$SYS/broker/version"
_RETAINED = b"\x00" + bytes([len(_VERSION_TOPIC)]) + _VERSION_TOPIC + b"mosquitto version 2.0.11"
_SHORT = 0x80


class BrokerSession(PacketSession):
    """One connection."""

    def __init__(self, *, strangers: bool, grants: bool = True) -> None:
        super().__init__(self._length, self._answer)
        self._strangers = strangers
        self._grants = grants
        self._inside = False

    def _length(self, buffer: bytes) -> int:
        if not self._inside and buffer[0] & 0xF0 != _CONNECT:
            return -1
        if len(buffer) < 2:
            return 0
        # The packets of this service are short: a length of 128 and more would have a second byte.
        return 2 + buffer[1] if buffer[1] < _SHORT else -1

    def _answer(self, message: bytes) -> bytes:
        kind = message[0] & 0xF0
        if not self._inside:
            return self._connect(message) if kind == _CONNECT else self._hang_up()
        if kind == _SUBSCRIBE and len(message) > 6:
            granted = message[2:4] + (b"\x00" if self._grants else b"\x80")
            kept = b"\x31" + bytes([len(_RETAINED)]) + _RETAINED
            wanted = self._grants and _VERSION_TOPIC in message
            return b"\x90\x03" + granted + (kept if wanted else b"")
        return b"\xd0\x00" if kind == _PING else self._hang_up()

    def _connect(self, message: bytes) -> bytes:
        if message[2:8] != b"\x00\x04MQTT" or len(message) < 12:
            return self._hang_up()
        if not self._strangers:
            self.closed = True
            return b"\x20\x02\x00\x05"
        self._inside = True
        return b"\x20\x02\x00\x00"

    def _hang_up(self) -> bytes:
        self.closed = True
        return b""


def _meters(fixed: bool) -> Session:
    return BrokerSession(strangers=not fixed)


def _nothing_granted(_fixed: bool) -> Session:
    return BrokerSession(strangers=True, grants=False)


SERVICES: tuple[Service, ...] = (
    Service(
        name="meters",
        session=_meters,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="open broker",
                summary="Clients without a name are let in and may subscribe.",
            ),
        ),
    ),
    Service(name="meters that grant nothing", session=_nothing_granted, checks=(CHECK,)),
)
