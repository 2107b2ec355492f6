"""Replies that come whole are written in one piece.

uvicorn judges every name and value of every header by a regular expression each and writes the head and the body
apart; with our dozen headers that was a third of the CPU of a GET. Here one look at the finished head does the same,
and what it does not handle (a reply that goes on, `Connection`, a peer that does not read) goes uvicorn's way.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from cyberai.api.incoming import Receive, Scope, Send

_CONTROLS = bytes(range(9)) + bytes(range(10, 32)) + b"\x7f"
"""What no line of a head may hold; a tab may stand in a value."""

_NOT_HERE = frozenset({b"connection", b"Connection", b"transfer-encoding", b"Transfer-Encoding"})


def in_one_piece(app: Any, cycle: RequestResponseCycle) -> Any:
    """The ASGI application, for this request, with a `send` that writes whole replies at once."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, _Replies(cycle, send))

    return answer


class _Replies:
    """ASGI's `send` of one request. The head waits for the body, which follows at once."""

    __slots__ = ("_cycle", "_head", "_send")

    def __init__(self, cycle: RequestResponseCycle, send: Send) -> None:
        self._cycle = cycle
        self._send = send
        self._head: Any = None

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._head = message
            return
        head, self._head = self._head, None
        if head is None:
            await self._send(message)
        elif message.get("more_body") or not _written(self._cycle, head, message.get("body", b"")):
            await self._send(head)
            await self._send(message)


def _written(cycle: RequestResponseCycle, head: Any, body: bytes) -> bool:
    """Write the reply; False, and nothing done, when that is not for here."""
    if cycle.disconnected or cycle.flow.write_paused or not cycle.keep_alive:
        return False
    lines = []
    for name, value in [*cycle.default_headers, *head.get("headers", ())]:
        if name in _NOT_HERE:
            return False
        lines.append(name + b": " + value)
    text = b"\r\n".join(lines)
    if len(text.translate(None, _CONTROLS)) != len(text) - 2 * (len(lines) - 1):
        return False  # where it is refused
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    start = STATUS_LINE[head["status"]] + text + b"\r\n\r\n"
    cycle.transport.writelines((start, body) if body else (start,))
    cycle.message_event.set()
    cycle.on_response()
    return True
