"""SOCKS proxies in a network of their own, in which there is nothing but themselves: open on the vulnerable twin."""

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.socks-open-proxy"
MAX_BUFFER = 1_024
_OWN = (b"\x01\x7f\x00\x00\x01", b"\x04" + bytes(15) + b"\x01", b"\x03\x09localhost")


class SocksProxy:
    """One connection (RFC 1928). `method` is what it chooses: 0 is no log-in, 255 none acceptable. `always` reports
    every connection as made; nothing is behind it then."""

    def __init__(self, method: int, *, always: bool = False) -> None:
        self.closed = False
        self._method = method
        self._always = always
        self._greeted = False
        self._inner: SocksProxy | None = None
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        if self._inner is not None:
            said = self._inner.feed(data)
            self.closed = self._inner.closed
            return said
        self._buffer += data
        self.closed = len(self._buffer) > MAX_BUFFER or self._buffer[:1] not in (b"", b"\x05")
        if self.closed or len(self._buffer) < 2:
            return b""
        return self._request() if self._greeted else self._greeting()

    def _greeting(self) -> bytes:
        size = 2 + self._buffer[1]
        if len(self._buffer) < size:
            return b""
        offered, self._buffer = self._buffer[2:size], self._buffer[size:]
        method = self._method if self._method in offered else 255
        self._greeted = method == 0
        self.closed = method == 255
        return bytes([5, method])

    def _request(self) -> bytes:
        sizes = {1: 4, 4: 16, 3: 1 + (self._buffer[4] if len(self._buffer) > 4 else 0)}
        end = 4 + sizes.get(self._buffer[3] if len(self._buffer) > 3 else 0, 0)
        if len(self._buffer) < max(end + 2, 7):
            return b""
        goal, self._buffer = self._buffer[3:end], b""
        if goal in _OWN or self._always:
            self._inner = SocksProxy(self._method, always=self._always)
            return b"\x05\x00\x00\x01" + bytes(6)
        self.closed = True
        return b"\x05\x04\x00\x01" + bytes(6)


def _quay(fixed: bool) -> Session:
    return SocksProxy(2 if fixed else 0)


def _trap(_fixed: bool) -> Session:
    return SocksProxy(0, always=True)


SERVICES: tuple[Service, ...] = (
    Service(
        name="quay socks",
        session=_quay,
        checks=(CHECK,),
        flaws=(Flaw(check=CHECK, path="", method="", variant="socks5", summary="Everyone is connected."),),
    ),
    Service(name="socks trap", session=_trap, checks=(CHECK,)),
)
