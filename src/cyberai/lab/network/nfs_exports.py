"""mountd services: one exports a folder to everyone; its twin, and a trap, name hosts. The port mapper is not asked here:
the lab's ports are not known beforehand."""

import struct

from cyberai.lab.network._packets import PacketSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.nfs-exports"
_PROGRAM, _NULL, _EXPORT = 100_005, 0, 5
_NO_PROGRAM, _NO_PROCEDURE = 1, 3
_MARK = 0x80000000

Exports = tuple[tuple[str, tuple[str, ...]], ...]


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack(">I", len(raw)) + raw + bytes(-len(raw) % 4)


def _listing(exports: Exports) -> bytes:
    more, end = struct.pack(">I", 1), bytes(4)
    rows = (
        more + _text(folder) + b"".join(more + _text(host) for host in hosts) + end
        for folder, hosts in exports
    )
    return b"".join(rows) + end


class MountSession(PacketSession):
    """One connection: calls of the mount protocol in records."""

    def __init__(self, exports: Exports) -> None:
        super().__init__(self._length, self._answer)
        self._exports = exports

    def _length(self, buffer: bytes) -> int:
        if len(buffer) < 4:
            return 0
        mark = struct.unpack(">I", buffer[:4])[0]
        return 4 + mark - _MARK if mark > _MARK else -1

    def _answer(self, message: bytes) -> bytes:
        if len(message) < 44 or message[8:16] != b"\0\0\0\0\0\0\0\2":
            self.closed = True
            return b""
        program, _, procedure = struct.unpack_from(">III", message, 16)
        if program != _PROGRAM:
            return self._reply(message, _NO_PROGRAM, b"")
        if procedure not in (_NULL, _EXPORT):
            return self._reply(message, _NO_PROCEDURE, b"")
        return self._reply(message, 0, _listing(self._exports) if procedure == _EXPORT else b"")

    def _reply(self, to: bytes, status: int, results: bytes) -> bytes:
        body = to[4:8] + struct.pack(">IIIII", 1, 0, 0, 0, status) + results
        return struct.pack(">I", _MARK | len(body)) + body


_NAMED: Exports = (("/srv/quay", ("192.0.2.0/24", "pilot.quay.test")),)


def _folders(fixed: bool) -> Session:
    return MountSession(_NAMED if fixed else (("/srv/charts", ("*",)), *_NAMED))


def _named(_fixed: bool) -> Session:
    return MountSession((("/srv/log", ("*.quay.test",)), *_NAMED))


SERVICES: tuple[Service, ...] = (
    Service(
        name="folders",
        session=_folders,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="everyone",
                summary="A folder is exported to every host.",
            ),
        ),
    ),
    Service(name="folders for some", session=_named, checks=(CHECK,)),
)
