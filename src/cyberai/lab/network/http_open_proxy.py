"""HTTP proxies on a network of their own, in which there is nothing but themselves: open on the vulnerable twin."""

from collections.abc import Callable

from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.http-open-proxy"
MAX_HEAD = 16_384
_CLOSED = ("9", "61009")
_OWN = ("127.0.0.1", "localhost", "[::1]")


_LOOPBACK = "127.0.0.1"


class HttpProxy:
    """One connection (RFC 9110, sections 9.3.6 and 7.6.3). `tunnels` and `forwards` say whether strangers may; what is
    reached is this proxy by its own address, and nothing else. `always` answers every CONNECT with success. `denied`
    begins what the rules keep everyone from, as `127.0.0.1:9`."""

    def __init__(
        self, *, tunnels: bool = False, forwards: bool = False, always: bool = False, denied: str = "-"
    ) -> None:
        self.closed = False
        self._tunnels = tunnels
        self._forwards = forwards
        self._always = always
        self._denied = denied
        self._unknown = "ERR_DNS_FAIL 0" if denied == _LOOPBACK else "ERR_CONNECT_FAIL 111"
        self._buffer = b""
        self._inner: HttpProxy | None = None

    def feed(self, data: bytes) -> bytes:
        if self._inner is not None:
            said = self._inner.feed(data)
            self.closed = self._inner.closed
            return said
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            self.closed = len(self._buffer) > MAX_HEAD
            return b""
        self._buffer = b""
        output = self._answer(head.partition(b"\r\n")[0].decode("latin-1"))
        return output + (self.feed(rest) if rest and not self.closed else b"")

    def _answer(self, line: str) -> bytes:
        method, _, rest = line.partition(" ")
        target = rest.rpartition(" ")[0]
        if method == "CONNECT":
            return self._tunnel(target)
        if target.lower().startswith("http://"):
            return self._forward(target[7:].partition("/")[0])
        return self._error("400 Bad Request", "ERR_INVALID_URL 0")

    def _tunnel(self, goal: str) -> bytes:
        if not self._tunnels and not self._always:
            return self._error("403 Forbidden", "ERR_ACCESS_DENIED 0")
        host, _, port = goal.rpartition(":")
        if not self._always and (host.lower() not in _OWN or port == "9"):
            return self._error("503 Service Unavailable", "ERR_DNS_FAIL 0")
        self._inner = HttpProxy(tunnels=self._tunnels, forwards=self._forwards)
        return b"HTTP/1.1 200 Connection established\r\n\r\n"

    def _forward(self, goal: str) -> bytes:
        if not self._forwards or goal.startswith(self._denied):
            return self._error("403 Forbidden", "ERR_ACCESS_DENIED 0")
        host, colon, port = goal.rpartition(":")
        own = (host if colon else goal).lower() in _OWN
        if own and port not in _CLOSED:
            return self._error("400 Bad Request", "ERR_INVALID_URL 0")
        return self._error("503 Service Unavailable", "ERR_CONNECT_FAIL 111" if own else self._unknown)

    def _error(self, status: str, error: str) -> bytes:
        self.closed = True
        body = f"{status}\n".encode()
        head = f"HTTP/1.1 {status}\r\nX-Squid-Error: {error}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def _tunnel(fixed: bool) -> Session:
    return HttpProxy(tunnels=not fixed)


def _forwarding(fixed: bool) -> Session:
    return HttpProxy(forwards=not fixed)


def _denying(denied: str) -> Callable[[bool], Session]:
    return lambda fixed: HttpProxy(forwards=not fixed, denied=denied)


def _yes(_fixed: bool) -> Session:
    return HttpProxy(always=True)


def _flaw(variant: str, summary: str) -> tuple[Flaw, ...]:
    return (Flaw(check=CHECK, path="", method="", variant=variant, summary=summary),)


SERVICES: tuple[Service, ...] = (
    Service(
        name="tunnel", session=_tunnel, checks=(CHECK,), flaws=_flaw("connect", "CONNECT works for everyone.")
    ),
    Service(
        name="forwarder",
        session=_forwarding,
        checks=(CHECK,),
        flaws=_flaw("forward", "Requests of everyone are forwarded."),
    ),
    Service(
        name="forwarder to unprivileged ports",
        session=_denying(f"{_LOOPBACK}:9"),
        checks=(CHECK,),
        flaws=_flaw("forward", "Requests of everyone are forwarded, but to low ports."),
    ),
    Service(
        name="forwarder that spares itself",
        session=_denying(_LOOPBACK),
        checks=(CHECK,),
        flaws=_flaw("forward", "Requests of everyone are forwarded, but to its own address."),
    ),
    Service(name="yes proxy", session=_yes, checks=(CHECK,)),
)
