"""CPU per event delivered to 1,000 WebSocket clients, beside a bare uvicorn loop that sends the same frames.

`python -m benchmarks.events`. The interface with its hub and store in one process, a bare ASGI application on uvicorn
as it comes in another; 1,000 connections from this process, which only counts bytes. Scans are created one after the
other, so that each makes an event; what counts is the CPU time of the serving process from the first to the last delivery.
"""

import asyncio
import base64
import os
import resource
import sys
import tempfile
import time
from typing import Any

from benchmarks.api import BODY, cpu_seconds, server
from benchmarks.table import Row, show

CLIENTS = 1_000
EVENTS = 30
ROUNDS = 3
PATIENCE = 60.0
BOUND = 1.2

_clients: set[Any] = set()


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Accept every WebSocket; `POST /?size=N` sends a frame of N bytes to all of them, one after the other."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        _clients.add(send)
        await receive()
        _clients.discard(send)
        return
    text = "x" * int(scope["query_string"].partition(b"=")[2])
    for deliver in tuple(_clients):
        await deliver({"type": "websocket.send", "text": text})
    await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


class Listener(asyncio.Protocol):
    """One WebSocket client: shakes hands and counts whole frames."""

    def __init__(self, path: str, joined: asyncio.Event) -> None:
        self._path, self._joined = path, joined
        self._buffer = bytearray()
        self._open = False
        self.frames = self.largest = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {self._path} HTTP/1.1",
            "Host: 127.0.0.1",
            "Connection: Upgrade",
            "Upgrade: websocket",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        ]
        assert isinstance(transport, asyncio.Transport)
        transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open:
            head, ended, rest = self._buffer.partition(b"\r\n\r\n")
            if not ended:
                return
            assert b" 101 " in head.split(b"\r\n", 1)[0], head
            self._open, self._buffer = True, bytearray(rest)
            self._joined.set()
        while len(self._buffer) >= 4:
            short = self._buffer[1] & 0x7F
            start, size = (4, int.from_bytes(self._buffer[2:4], "big")) if short == 126 else (2, short)
            if len(self._buffer) < start + size:
                return
            if self._buffer[0] & 0x0F == 1:
                self.frames += 1
                self.largest = max(self.largest, size)
            del self._buffer[: start + size]


async def listeners(port: int, path: str) -> list[Listener]:
    """All clients, connected fifty at a time."""
    loop = asyncio.get_running_loop()
    made: list[Listener] = []
    for _ in range(0, CLIENTS, 50):
        joined = [asyncio.Event() for _ in range(50)]
        for event in joined:
            _, client = await loop.create_connection(lambda e=event: Listener(path, e), "127.0.0.1", port)
            made.append(client)
        await asyncio.gather(*(event.wait() for event in joined))
    return made


async def post(port: int, target: str, key: str, body: str) -> None:
    """One request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n"
    )
    sent = f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    writer.write(sent.encode())
    reply = await reader.read()
    assert reply.startswith(b"HTTP/1.1 201"), reply[:200]
    writer.close()


async def deliver(pid: int, port: int, target: str, key: str, body: str, clients: list[Listener]) -> float:
    """CPU microseconds of the server per delivery of EVENTS events."""
    before, wanted = cpu_seconds(pid), [client.frames + EVENTS for client in clients]
    for _ in range(EVENTS):
        await post(port, target, key, body)
    deadline = time.perf_counter() + PATIENCE
    while any(client.frames < count for client, count in zip(clients, wanted, strict=True)):
        if time.perf_counter() > deadline:
            raise SystemExit("not every event arrived")
        await asyncio.sleep(0.02)
    return (cpu_seconds(pid) - before) / (EVENTS * len(clients)) * 1e6


async def measure() -> tuple[list[float], list[float], int]:
    """(ours, bare) in microseconds per round, and the size of a frame in bytes."""
    ours: list[float] = []
    plain: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        server("--api", folder, "0") as (pid, told),
        server("--bare") as (other, at),
    ):
        mine = await listeners(told["port"], f"/v1/ws?token={told['key']}")
        theirs = await listeners(at["port"], "/")
        for _ in range(ROUNDS):
            ours.append(await deliver(pid, told["port"], "/v1/scans", told["key"], BODY, mine))
            size = mine[0].largest
            plain.append(await deliver(other, at["port"], f"/?size={size}", "", "", theirs))
    return ours, plain, size


def main() -> int:
    """Print the table; 1 when the bound is missed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 4 * CLIENTS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * CLIENTS), hard))
    ours, plain, size = asyncio.run(measure())
    base = min(plain)
    rows = [
        Row("bare loop", f"{base:.1f} us CPU", 1.0),
        Row("the hub", f"{min(ours):.1f} us CPU", min(ours) / base, BOUND),
        Row("size of a frame", f"{size:,} bytes"),
        Row("deliveries, none lost", f"{2 * ROUNDS * EVENTS * CLIENTS:,}"),
    ]
    return show(f"a bare uvicorn loop; {CLIENTS:,} clients, minimum of {ROUNDS} rounds", rows)


if __name__ == "__main__":
    sys.exit(main())
