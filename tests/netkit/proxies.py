"""A small HTTP proxy on loopback that writes down what it was asked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from netkit.servers import serving


class Proxy:
    """Tunnels (unless refused by `connect`, a status) and requests in absolute form, to loopback alone."""

    def __init__(self, *, connect: int = 200, credentials: str = "") -> None:
        self.port = 0
        self.heads: list[str] = []
        self._connect = connect
        self._credentials = credentials

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.heads.append(head)
        method, target, _ = head.split(" ", 2)
        if self._credentials and f"Proxy-Authorization: Basic {self._credentials}" not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        if method == "CONNECT" and self._connect != 200:
            writer.write(f"HTTP/1.1 {self._connect} No\r\nContent-Length: 0\r\n\r\n".encode())
            return
        place = target if method == "CONNECT" else target.split("/")[2]
        port = int(place.rpartition(":")[2])
        try:
            there, back = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                back.write(head.replace(f"http://{place}", "", 1).encode("latin-1"))
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
        finally:
            back.close()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    with contextlib.suppress(OSError, RuntimeError):
        target.write_eof() if target.can_write_eof() else target.close()


@contextlib.asynccontextmanager
async def proxying(*, connect: int = 200, credentials: str = "") -> AsyncIterator[Proxy]:
    """A proxy on a free port."""
    proxy = Proxy(connect=connect, credentials=credentials)
    async with serving(proxy.handle) as port:
        proxy.port = port
        yield proxy
