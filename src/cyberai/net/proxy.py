"""An HTTP proxy between scans and their targets: the tunnel (CONNECT), and what its refusals mean."""

import asyncio
import base64
import socket
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from cyberai.domain.target import TargetError, canonical_host
from cyberai.net.failure import connect_timeout, from_os_error
from cyberai.ports.network import TransportError, TransportReason

DEFAULT_PORT = 3128
MAX_HEAD = 16_384
_EXAMPLE = "write http://proxy.example:3128 or http://USER:PASSWORD@proxy.example:3128"


class Proxy(Struct, frozen=True):
    """Where it is, and the fields that go to it alone."""

    host: str
    port: int
    fields: bytes = b""

    @property
    def where(self) -> str:
        """For people; without credentials."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class ProxyForm(NamedTuple):
    """What a request to a proxy has more: `http://host` before its target, and fields for the proxy alone."""

    prefix: bytes
    fields: bytes


class TunnelRefused(TransportError):
    """The proxy does not connect to such a port or place by CONNECT."""


def parse_proxy(text: str) -> Proxy:
    """`http://[USER:PASSWORD@]HOST[:PORT]`; raise ValueError that does not repeat the credentials."""
    try:
        parts = urlsplit(text)
        port = parts.port or DEFAULT_PORT
        host = canonical_host(parts.hostname or "")
    except (ValueError, TargetError) as error:
        raise ValueError(f"this is no address of a proxy; {_EXAMPLE}") from error
    if parts.scheme != "http":
        raise ValueError(f"a proxy is reached over http; {_EXAMPLE}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"nothing may follow the port; {_EXAMPLE}")
    if parts.username is None:
        return Proxy(host, port)
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return Proxy(host, port, b"Proxy-Authorization: Basic " + base64.b64encode(pair) + b"\r\n")


async def open_tunnel(opened: socket.socket, proxy: Proxy, address: str, port: int, timeout: float) -> None:
    """Make a connection to the proxy one to the address; raise TransportError, TunnelRefused where it will not."""
    where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    ask = f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n".encode() + proxy.fields + b"\r\n"
    loop = asyncio.get_running_loop()
    head = b""
    try:
        async with asyncio.timeout(timeout):
            await loop.sock_sendall(opened, ask)
            # Byte by byte at the end: what follows the head belongs to the target already.
            while not head.endswith(b"\r\n\r\n") and len(head) < MAX_HEAD:
                data = await loop.sock_recv(opened, 1)
                if not data:
                    break
                head += data
    except TimeoutError as error:
        raise connect_timeout(where, timeout) from error
    except OSError as error:
        raise from_os_error(error, f"the proxy {proxy.where}") from error
    judge_answer(head, proxy, where)


def _status(head: bytes) -> int:
    """The status of an answer's head; 0 when it is none."""
    version, _, rest = head.partition(b" ")
    code = rest[:3]
    complete = head.endswith(b"\r\n\r\n") and version in (b"HTTP/1.0", b"HTTP/1.1")
    return int(code) if complete and len(code) == 3 and code.isdigit() else 0


def judge_answer(head: bytes, proxy: Proxy, where: str) -> None:
    """Return when the head of the answer grants the tunnel to `where`; else raise as `open_tunnel` does."""
    status = _status(head)
    if 200 <= status < 300:
        return
    if status == 0:
        raise TransportError(TransportReason.PROXY, f"what answers at {proxy.where} is no HTTP proxy")
    if status == 407:
        detail = (
            f"the proxy {proxy.where} wants other credentials: --proxy http://USER:PASSWORD@{proxy.where}"
        )
        raise TransportError(TransportReason.PROXY, detail)
    if status == 504:
        raise TransportError(
            TransportReason.CONNECT_TIMEOUT, f"the proxy got no answer from {where}", retryable=True
        )
    if status in (502, 503):
        raise TransportError(
            TransportReason.REFUSED, f"the proxy could not connect to {where} ({status})", retryable=True
        )
    raise TunnelRefused(
        TransportReason.UNREACHABLE, f"the proxy {proxy.where} refuses a tunnel to {where} ({status})"
    )
