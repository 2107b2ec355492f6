"""A cache that answers by UDP with many times the request; its twin, and a trap, tell their version and no more."""

from cyberai.lab.network.memcached_unauthenticated import MemcachedSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.memcached-amplification"
_FRAME = 8


class MemcachedDatagram:
    """One datagram: the frame of memcached's UDP protocol around the text protocol. A `terse` one knows `version`."""

    closed = False

    def __init__(self, terse: bool) -> None:
        self._terse = terse

    def feed(self, data: bytes) -> bytes:
        if len(data) <= _FRAME or data[2:6] != b"\0\0\0\1":
            return b""
        said = MemcachedSession().feed(data[_FRAME:])
        if self._terse and not said.startswith(b"VERSION"):
            said = b"ERROR\r\n"
        return data[:2] + b"\0\0\0\1\0\0" + said if said else b""


def _open(fixed: bool) -> Session:
    return MemcachedDatagram(terse=fixed)


def _quiet(_fixed: bool) -> Session:
    return MemcachedDatagram(terse=True)


SERVICES: tuple[Service, ...] = (
    Service(
        name="cache by datagrams",
        session=_open,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="open to UDP",
                summary="The cache answers a datagram with many times its bytes.",
            ),
        ),
        udp=True,
    ),
    Service(name="terse cache by datagrams", session=_quiet, checks=(CHECK,), udp=True),
)
