"""One request and its fault: what the client gets in place of the answer."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from cyberai.api.chaos import replies
from cyberai.api.chaos.plan import STREAM_FAULTS, Fault
from cyberai.api.chaos.protocol import CONNECTION, Connection
from cyberai.api.chaos.replies import Whole
from cyberai.api.chaos.streams import BLOCKS, CLOSE, FRAMES, LEAVE, Dialect, Tampering
from cyberai.api.frames import WRITE_FRAME
from cyberai.api.incoming import Asgi, Receive, Scope, Send
from cyberai.ports.runtime import Clock

_STREAM = b"text/event-stream"
_REASON = "As the plan of faults wants it"
_HOLD_SECONDS = 0.4
"""How long an event is held back for the next one to overtake it."""


class Tamperer:
    """Answers one request. `location` is where a redirect leads."""

    def __init__(self, asgi: Asgi, clock: Clock, fault: Fault | None, location: str) -> None:
        self._asgi = asgi
        self._clock = clock
        self._fault = fault
        self._location = location

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3, for HTTP and WebSocket."""
        fault = self._fault
        if fault is None:
            await self._asgi(scope, receive, send)
            return
        instead = replies.instead(fault, "req_chaos", self._clock.now(), self._location)
        if instead is not None:
            await self._heard_out(scope, receive)
            if any(name == b"date" for name, _ in instead.headers):
                _connection(scope).without_date()
            await replies.refuse(scope, send, instead)
        elif fault.kind == "reset":
            await self._heard_out(scope, receive)
            _connection(scope).reset()
            await _until_gone(receive)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send, fault)
        else:
            await self._reply(scope, receive, send, fault)

    async def _heard_out(self, scope: Scope, receive: Receive) -> None:
        """Take the whole request, as a server does that fails afterwards."""
        while scope["type"] == "http" and (await receive()).get("more_body"):
            pass
        if scope["type"] == "websocket":
            await receive()

    async def _socket(self, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
        if fault.kind == "slow":
            await self._clock.sleep(fault.number("seconds", 1.0))
        if fault.kind not in STREAM_FAULTS:
            await self._asgi(scope, receive, send)
            return
        extensions = {
            name: value for name, value in scope.get("extensions", {}).items() if name != WRITE_FRAME
        }
        stream = _Stream(fault, FRAMES, scope, receive, send)

        async def sent(message: Any) -> None:
            if message["type"] != "websocket.send" or not message.get("text"):
                await send(message)
                return
            await stream.take(message["text"], lambda text: {"type": "websocket.send", "text": text})

        try:
            await self._asgi({**scope, "extensions": extensions}, stream.receive, sent)
        finally:
            stream.over()

    async def _reply(self, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
        held: dict[str, Any] = {}
        body = bytearray()
        stream = _Stream(fault, BLOCKS, scope, receive, send)

        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                held["start"] = message
                if _is_stream(message):
                    await send(message)
                return
            if _is_stream(held["start"]):
                await stream.chunk(message)
                return
            body.extend(message.get("body", b""))

        if fault.kind == "slow":
            await self._clock.sleep(fault.number("seconds", 1.0))
        try:
            await self._asgi(scope, stream.receive, sent)
        finally:
            stream.over()
        start = held["start"]
        if _is_stream(start):
            if stream.is_cut:
                await _until_gone(receive)
        else:
            whole = Whole(start["status"], list(start["headers"]), bytes(body))
            await self._send_altered(scope, receive, send, whole)

    async def _send_altered(self, scope: Scope, receive: Receive, send: Send, reply: Whole) -> None:
        fault = self._fault
        assert fault is not None
        match fault.kind:
            case "cut" | "truncate":
                await replies.send_whole(send, reply, sent=0 if fault.kind == "cut" else len(reply.body) // 2)
                _connection(scope).end()
                await _until_gone(receive)
            case "drip":
                await replies.drip(send, reply, fault.number("seconds", 0.05), self._clock.sleep)
            case "endless":
                gone = asyncio.create_task(_until_gone(receive))
                try:
                    await replies.endless(send, reply, gone)
                finally:
                    gone.cancel()
            case "skew":
                _connection(scope).without_date()
                await replies.send_whole(send, _skewed(reply, fault, self._clock.now()))
            case _:
                await replies.send_whole(send, replies.altered(fault, reply))


class _Stream:
    """A stream on its way out. Breaking it off ends the interface's side by telling it that the client left."""

    def __init__(self, fault: Fault, dialect: Dialect, scope: Scope, receive: Receive, send: Send) -> None:
        self._fault = fault
        self._tampering = Tampering(fault, dialect) if fault.kind in STREAM_FAULTS else None
        self._scope = scope
        self._receive = receive
        self._send = send
        self._left = asyncio.Event()
        self._timer: asyncio.Task[None] | None = None

    async def receive(self) -> Any:
        """ASGI's receive; a disconnect once the stream was broken off."""
        hearing, leaving = asyncio.ensure_future(self._receive()), asyncio.ensure_future(self._left.wait())
        try:
            await asyncio.wait((hearing, leaving), return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                return hearing.result()
            kind = "http" if self._scope["type"] == "http" else "websocket"
            return {"type": f"{kind}.disconnect", "code": 1001}
        finally:
            hearing.cancel()
            leaving.cancel()

    async def chunk(self, message: Any) -> None:
        """A piece of server-sent events."""
        more = message.get("more_body", False)
        if self._tampering is None or not message.get("body"):
            if not self._left.is_set():
                await self._send(message)
            return
        for block in message["body"].decode().split("\n\n"):
            if block:
                await self.take(block, _block)
        if not more and not self._left.is_set():
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def take(self, text: str, written: Callable[[str], Any]) -> None:
        """An event, and how it is written as a message of ASGI."""
        if self._tampering is None:
            await self._send(written(text))
            return
        if self._left.is_set():
            return
        for changed in self._tampering.events(text):
            await self._send(written(changed))
        self._flush_later(written)
        if self._tampering.end:
            await self._end()

    def _flush_later(self, written: Callable[[str], Any]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.create_task(self._flush(written))

    async def _flush(self, written: Callable[[str], Any]) -> None:
        await asyncio.sleep(_HOLD_SECONDS)
        assert self._tampering is not None
        with contextlib.suppress(OSError):  # the peer is gone
            for text in self._tampering.rest():
                await self._send(written(text))

    @property
    def is_cut(self) -> bool:
        """Whether the connection was broken."""
        return self._tampering is not None and self._tampering.end == LEAVE

    def over(self) -> None:
        """Nothing more comes."""
        if self._timer is not None:
            self._timer.cancel()

    async def _end(self) -> None:
        assert self._tampering is not None
        self._left.set()
        code = int(self._fault.number("code", 1001))
        if self._tampering.end == LEAVE:
            _connection(self._scope).end()
        elif self._scope["type"] == "websocket":
            await self._send({"type": "websocket.close", "code": code, "reason": _REASON})
        else:
            data = json.dumps({"code": code, "reason": _REASON})
            await self._send(_block(f"event: close\ndata: {data}"))
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            assert self._tampering.end == CLOSE


def _block(text: str) -> Any:
    return {"type": "http.response.body", "body": f"{text}\n\n".encode(), "more_body": True}


def _is_stream(start: Any) -> bool:
    return any(name == b"content-type" and value.startswith(_STREAM) for name, value in start["headers"])


def _skewed(reply: Whole, fault: Fault, now: int) -> Whole:
    off = int(fault.number("seconds", 0))
    headers = [
        (name, b"%d" % (int(value) + off)) if name.lower() == b"x-ratelimit-reset" else (name, value)
        for name, value in reply.headers
        if name.lower() != b"date"
    ]
    date = formatdate(now / 1_000_000 + off, usegmt=True)
    return Whole(reply.status, [*headers, (b"date", date.encode())], reply.body)


def _connection(scope: Scope) -> Connection:
    connection = scope["extensions"][CONNECTION]
    assert isinstance(connection, Connection)
    return connection


async def _until_gone(receive: Receive) -> None:
    while not (await receive())["type"].endswith(".disconnect"):
        pass
