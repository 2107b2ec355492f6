"""SOCKS proxies in a network of their own, in which there is nothing but themselves: open on the vulnerable twin."""

from collections.abc import Callable

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.socks-open-proxy"
MAX_BUFFER = 1_024
CLOSED_PORT = 9
_OWN = (b"\x01\x7f\x00\x00\x01", b"\x04" + bytes(15) + b"\x01", b"\x03\x09localhost")


class SocksProxy:
    """One connection (RFC 1928). `method` is what it chooses: 0 is no log-in, 255 none acceptable. `always` reports
    every connection as made; nothing is behind it then. `itself` says whether it connects to its own port; `refuses` is
    its reply to every request, where it has one."""

    def __init__(self, method: int, *, always: bool = False, itself: bool = True, refuses: int = 0) -> None:
        self.closed = False
        self._method = method
        self._always = always
        self._itself = itself
        self._refuses = refuses
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
        goal, port = self._buffer[3:end], int.from_bytes(self._buffer[end : end + 2], "big")
        self._buffer = b""
        reply = self._refuses or self._reply(goal, port)
        if reply == 0:
            self._inner = SocksProxy(self._method, always=self._always)
        self.closed = reply != 0
        return bytes([5, reply, 0, 1]) + bytes(6)

    def _reply(self, goal: bytes, port: int) -> int:
        """RFC 1928, section 6: opened, not allowed by the rules, host unreachable, refused."""
        if self._always:
            return 0
        if goal not in _OWN:
            return 4
        if port == CLOSED_PORT:
            return 5
        return 0 if self._itself else 2


def _quay(fixed: bool) -> Session:
    return SocksProxy(2 if fixed else 0)


def _trap(_fixed: bool) -> Session:
    return SocksProxy(0, always=True)


def _strict(fixed: bool) -> Session:
    return SocksProxy(2 if fixed else 0, itself=False)


def _no(reply: int) -> Callable[[bool], Session]:
    return lambda _fixed: SocksProxy(0, refuses=reply)


SERVICES: tuple[Service, ...] = (
    Service(
        name="quay socks",
        session=_quay,
        checks=(CHECK,),
        flaws=(Flaw(check=CHECK, path="", method="", variant="socks5", summary="Everyone is connected."),),
    ),
    Service(
        name="strict socks",
        session=_strict,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK, path="", method="", variant="replies", summary="Everyone may, but not to itself."
            ),
        ),
    ),
    Service(name="socks trap", session=_trap, checks=(CHECK,)),
    Service(name="socks for nobody", session=_no(2), checks=(CHECK,)),
    Service(name="socks that refuses all", session=_no(5), checks=(CHECK,)),
)
