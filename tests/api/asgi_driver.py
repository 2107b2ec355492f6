"""A client that calls an ASGI application in process, message by message, as a server would."""

import asyncio
import json
from typing import Any
from urllib.parse import unquote

from cyberai.api.edge import Edge
from support.document_check import judge, judge_frame


class Answer:
    """A finished HTTP reply."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status = status
        self.raw_headers = [(name.decode().lower(), value.decode("latin-1")) for name, value in headers]
        self.headers = dict(self.raw_headers)
        self.body = body

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        return self.json()["error"]

    @property
    def details(self) -> dict[str, Any]:
        return self.error["details"]


Headers = dict[str, str] | list[tuple[str, str]]


def _encoded(headers: Headers | None) -> list[tuple[bytes, bytes]]:
    pairs = headers.items() if isinstance(headers, dict) else headers or []
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs]


def _scope(kind: str, target: str, headers: Headers | None, client: str) -> dict[str, Any]:
    raw_path, _, query = target.partition("?")
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 8080),
        "client": (client, 50000),
        "root_path": "",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode(),
        "query_string": query.encode("latin-1"),
        "headers": _encoded(headers),
    }


async def request(
    asgi: Any,
    method: str,
    target: str,
    *,
    headers: Headers | None = None,
    body: bytes | list[bytes] = b"",
    client: str = "127.0.0.1",
) -> Answer:
    """One request; `body` as a list arrives in pieces."""
    scope = _scope("http", target, headers, client) | {"method": method}
    pieces = body if isinstance(body, list) else [body]
    incoming = [
        {"type": "http.request", "body": piece, "more_body": index < len(pieces) - 1}
        for index, piece in enumerate(pieces)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await asgi(scope, receive, send)
    assert [message["type"] for message in sent[:2]] == ["http.response.start", "http.response.body"]
    assert {message["type"] for message in sent[1:]} == {"http.response.body"}
    assert [message.get("more_body", False) for message in sent[1:]] == [True] * (len(sent) - 2) + [False]
    answer = Answer(sent[0]["status"], sent[0]["headers"], b"".join(message["body"] for message in sent[1:]))
    if isinstance(asgi, Edge):
        judge(method, target, answer.status, answer.raw_headers, answer.body)
    return answer


class Stream:
    """A reply that does not end: its head, then what comes piece by piece."""

    def __init__(self, asgi: Any, target: str, *, headers: Headers | None = None) -> None:
        scope = _scope("http", target, headers, "127.0.0.1") | {"method": "GET"}
        self._incoming: asyncio.Queue[Any] = asyncio.Queue()
        self._outgoing: asyncio.Queue[Any] = asyncio.Queue()
        self._writable = asyncio.Event()
        self._writable.set()
        self._incoming.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        self.task = asyncio.create_task(asgi(scope, self._incoming.get, self._send))
        self._text = ""

    async def _send(self, message: dict[str, Any]) -> None:
        await self._writable.wait()
        self._outgoing.put_nowait(message)

    def stall(self) -> None:
        """Take nothing any more, as a full TCP window does."""
        self._writable.clear()

    def resume(self) -> None:
        self._writable.set()

    async def head(self) -> Answer:
        async with asyncio.timeout(5):
            start = await self._outgoing.get()
        assert start["type"] == "http.response.start", start
        return Answer(start["status"], start["headers"], b"")

    async def block(self, timeout: float = 5) -> dict[str, str]:
        """The fields of the next block; a comment has the field "". Raise EOFError at the end."""
        async with asyncio.timeout(timeout):
            while "\n\n" not in self._text:
                message = await self._outgoing.get()
                self._text += message["body"].decode()
                if not message.get("more_body", False):
                    raise EOFError(self._text)
        block, _, self._text = self._text.partition("\n\n")
        pairs = (line.partition(": ") for line in block.split("\n"))
        fields = {name: value for name, _, value in pairs}
        if "id" in fields:
            judge_frame(json.loads(fields["data"]))
        return fields

    async def leave(self) -> None:
        self._incoming.put_nowait({"type": "http.disconnect"})
        async with asyncio.timeout(5):
            await self.task


class Socket:
    """A WebSocket handshake and what follows."""

    def __init__(
        self, asgi: Any, target: str, *, headers: Headers | None = None, client: str = "127.0.0.1"
    ) -> None:
        scope = _scope("websocket", target, headers, client)
        scope |= {"subprotocols": [], "extensions": {"websocket.http.response": {}}}
        self._target = target
        self._incoming: asyncio.Queue[Any] = asyncio.Queue()
        self._outgoing: asyncio.Queue[Any] = asyncio.Queue()
        self._writable = asyncio.Event()
        self._writable.set()
        self._incoming.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(asgi(scope, self._incoming.get, self._send))

    async def _send(self, message: dict[str, Any]) -> None:
        await self._writable.wait()
        self._outgoing.put_nowait(message)

    def stall(self) -> None:
        """Take nothing any more, as a full TCP window does."""
        self._writable.clear()

    def resume(self) -> None:
        self._writable.set()

    async def message(self, timeout: float = 5) -> Any:
        async with asyncio.timeout(timeout):
            return await self._outgoing.get()

    async def accepted(self) -> dict[str, str]:
        """The headers of the accepted handshake."""
        message = await self.message()
        assert message["type"] == "websocket.accept", message
        return {name.decode().lower(): value.decode() for name, value in message["headers"]}

    async def refusal(self) -> Answer:
        start, body = await self.message(), await self.message()
        assert start["type"] == "websocket.http.response.start", start
        answer = Answer(start["status"], start["headers"], body["body"])
        if self._target.startswith("/v1/ws?"):  # elsewhere there is nothing for a handshake
            judge("GET", self._target, answer.status, answer.raw_headers, answer.body)
        return answer

    async def frame(self, timeout: float = 5) -> Any:
        message = await self.message(timeout)
        assert message["type"] == "websocket.send", message
        frame = json.loads(message["text"])
        if self._target.startswith("/v1/"):  # the web page has frames of its own
            judge_frame(frame)
        return frame

    async def closed(self, timeout: float = 5) -> tuple[int, str]:
        message = await self.message(timeout)
        assert message["type"] == "websocket.close", message
        return message["code"], message["reason"]

    def say(self, text: str) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", "text": text})

    async def leave(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(5):
            await self.task
