"""A ZooKeeper service that opens sessions for everybody; its twin refuses them; both tell their version."""

import struct

from cyberai.lab.network._packets import PacketSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.zookeeper-unauthenticated"
_SRVR = (
    b"Zookeeper version: 3.8.0-${mvnbuild.number}, built on 2022-02-25 08:49 UTC\n"
    b"Latency min/avg/max: 0/0.0/0\nReceived: 1\nSent: 0\nConnections: 1\nMode: standalone\nNode count: 6\n"
)
_NODES = (b"zookeeper", b"ferries")
_REFUSED = -124
"""SESSIONCLOSEDREQUIRESASLAUTH."""
_CHILDREN, _CLOSE = 8, -11


class KeeperSession(PacketSession):
    """One connection: four letters, or a session."""

    def __init__(self, guarded: bool) -> None:
        super().__init__(self._length, self._answer)
        self._guarded = guarded
        self._open = False

    def _length(self, buffer: bytes) -> int:
        if len(buffer) < 4:
            return 0
        if buffer[:4].isalpha():
            return 4
        size: int = struct.unpack(">i", buffer[:4])[0]
        # A session begins with 44 bytes, or 45 with the flag of read-only clients.
        least = 8 if self._open else 44
        return 4 + size if size >= least else -1

    def _answer(self, message: bytes) -> bytes:
        if message.isalpha():
            self.closed = True
            return _SRVR if message == b"srvr" else b""
        if not self._open:
            self._open = True
            return self._record(struct.pack(">iiqi16s?", 0, 10_000, 0x1000_77AB, 16, b"quay", False))
        request, kind = struct.unpack_from(">ii", message, 4) if len(message) >= 12 else (0, _CLOSE)
        if self._guarded:
            self.closed = True
            return self._record(struct.pack(">iqi", request, 0, _REFUSED))
        self.closed = kind == _CLOSE
        if kind != _CHILDREN:
            return self._record(struct.pack(">iqi", request, 7, 0 if self.closed else -6))
        names = b"".join(struct.pack(">i", len(name)) + name for name in _NODES)
        return self._record(struct.pack(">iqii", request, 7, 0, len(_NODES)) + names)

    def _record(self, body: bytes) -> bytes:
        return struct.pack(">i", len(body)) + body


def _rota(fixed: bool) -> Session:
    return KeeperSession(fixed)


def _guarded(_fixed: bool) -> Session:
    return KeeperSession(True)


SERVICES: tuple[Service, ...] = (
    Service(
        name="rota",
        session=_rota,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="open sessions",
                summary="Nodes are listed without a log-in.",
            ),
        ),
    ),
    Service(name="guarded rota", session=_guarded, checks=(CHECK,)),
)
