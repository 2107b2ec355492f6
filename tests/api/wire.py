"""The interface on a real socket, and raw bytes to it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from site_under_test import Site

from cyberai.api.server import listen, run_server


@asynccontextmanager
async def serving(site: Site, **options: Any) -> AsyncIterator[int]:
    """Serve the site; the port."""
    sock = listen("127.0.0.1", 0)
    port: int = sock.getsockname()[1]
    stop, ready = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(
        run_server(
            site.asgi,
            sock,
            stop=stop,
            new_request_id=lambda: site.app.ids.new("req"),
            on_ready=ready.set,
            **options,
        )
    )
    try:
        async with asyncio.timeout(5):
            await ready.wait()
        yield port
    finally:
        stop.set()
        async with asyncio.timeout(8):
            await task


class Reply:
    """A reply read off the wire."""

    def __init__(self, head: bytes, body: bytes) -> None:
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split(" ")[1])
        self.headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        self.body = body

    def json(self) -> Any:
        return json.loads(self.body)


async def read_reply(reader: asyncio.StreamReader, *, head_only: bool = False) -> Reply:
    head = await reader.readuntil(b"\r\n\r\n")
    reply = Reply(head, b"")
    if not head_only and reply.status not in (101, 204, 304):
        reply.body = await reader.readexactly(int(reply.headers["content-length"]))
    return reply


async def exchange(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send, then read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def get(path: str, *headers: str, method: str = "GET", version: str = "1.1") -> bytes:
    lines = [f"{method} {path} HTTP/{version}", "Host: 127.0.0.1", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")
