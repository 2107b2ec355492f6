"""Faults of replies that end: what the client gets instead of the answer, or of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

from msgspec import Struct

from cyberai.api.chaos.plan import Fault
from cyberai.api.envelope import error_bytes
from cyberai.api.incoming import Scope, Send
from cyberai.domain.errors import STATUS, CyberAIError, ErrorCode

_HTML = (
    b"<!DOCTYPE html><html><head><title>Bad gateway</title></head>"
    b"<body><h1>Bad gateway</h1><script>alert(1)</script></body></html>"
)
_ENDLESS_BYTES = 1 << 30
_CHUNK = b" " * 65_536
_MOST_DRIPS = 4_000

Headers = list[tuple[bytes, bytes]]


class Whole(Struct):
    """A reply that is complete."""

    status: int
    headers: Headers
    body: bytes

    def with_body(self, body: bytes, media_type: bytes | None = None) -> "Whole":
        """The same with another body, told truly."""
        headers = [pair for pair in self.headers if pair[0].lower() not in (b"content-length", b"etag")]
        if media_type is not None:
            headers = [pair for pair in headers if pair[0].lower() != b"content-type"]
            headers.append((b"content-type", media_type))
        return Whole(self.status, [*headers, (b"content-length", b"%d" % len(body))], body)


def instead(fault: Fault, request_id: str, now: int, location: str) -> Whole | None:
    """The reply that is given without asking the interface, so that nothing happens; None for other faults.
    `now` is in microseconds, `location` where a redirect leads."""
    if fault.kind.isdigit():
        return _refusal(fault, request_id, now)
    if fault.kind == "html":
        empty = Whole(int(fault.number("status", 502)), [], b"")
        return empty.with_body(_HTML, b"text/html; charset=utf-8")
    if fault.kind == "redirect":
        return Whole(307, [(b"location", location.encode("latin-1"))], b"").with_body(b"")
    if fault.kind == "empty":
        return Whole(int(fault.number("status", 200)), [], b"").with_body(b"", b"application/json")
    return None


def _refusal(fault: Fault, request_id: str, now: int) -> Whole:
    status = int(fault.kind)
    code = next((code for code, of in STATUS.items() if of == status), ErrorCode.INTERNAL_ERROR)
    wanted = fault.values.get("code", "")
    if wanted in list(ErrorCode):
        code = ErrorCode(wanted)
    elif status == 409:
        code = ErrorCode.CONFLICT
    elif status == 503:
        code = ErrorCode.UNAVAILABLE
    error = CyberAIError("Refused, as the plan of faults wants it", code=code, reason="Try again")
    headers: Headers = [(b"x-request-id", request_id.encode())]
    if "skew" in fault.values:
        now += int(fault.values["skew"]) * 1_000_000
        headers.append((b"date", formatdate(now / 1_000_000, usegmt=True).encode()))
    after = fault.values.get("retry_after")
    if after is not None and after.startswith("date"):
        after = formatdate(now / 1_000_000 + int(after.removeprefix("date")), usegmt=True)
    if after is not None:
        headers.append((b"retry-after", after.encode()))
    if "reset" in fault.values:
        reset = now // 1_000_000 + int(fault.values["reset"])
        headers += [
            (b"x-ratelimit-limit", b"100"),
            (b"x-ratelimit-remaining", b"0"),
            (b"x-ratelimit-reset", b"%d" % reset),
        ]
    body = error_bytes(error, request_id, "/docs")
    return Whole(status, headers, b"").with_body(body, b"application/json")


def altered(fault: Fault, reply: Whole) -> Whole:
    """The interface's reply with what the fault makes of it, still whole on the wire."""
    if fault.kind == "broken":
        return reply.with_body(reply.body[: max(1, len(reply.body) // 2)])
    if fault.kind == "type":
        return reply.with_body(reply.body, fault.values.get("value", "text/plain").encode("latin-1"))
    if fault.kind in ("set", "drop"):
        return reply.with_body(_edited(fault, reply.body))
    return reply


def _edited(fault: Fault, body: bytes) -> bytes:
    try:
        document = json.loads(body)
        *path, last = fault.values["member"].split(".")
        place: Any = document
        for step in path:
            place = place[int(step)] if isinstance(place, list) else place[step]
        at: Any = int(last) if isinstance(place, list) else last
        if fault.kind == "drop":
            del place[at]
        else:
            place[at] = _value(fault.values.get("value", ""))
    except (ValueError, LookupError, TypeError):
        return body
    return json.dumps(document).encode()


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


async def refuse(scope: Scope, send: Send, reply: Whole) -> None:
    """Send it, to a handshake as well."""
    if scope["type"] == "http":
        await send_whole(send, reply)
        return
    await send({"type": "websocket.http.response.start", "status": reply.status, "headers": reply.headers})
    await send({"type": "websocket.http.response.body", "body": reply.body})


async def send_whole(send: Send, reply: Whole, *, sent: int | None = None) -> None:
    """Send it; with `sent` only so many bytes of the body, and the reply stays open."""
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    body = reply.body if sent is None else reply.body[:sent]
    await send({"type": "http.response.body", "body": body, "more_body": sent is not None})


async def drip(send: Send, reply: Whole, pause: float, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Byte by byte, a long body in larger pieces."""
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    size = max(1, len(reply.body) // _MOST_DRIPS)
    for at in range(0, len(reply.body), size):
        await send({"type": "http.response.body", "body": reply.body[at : at + size], "more_body": True})
        await sleep(pause)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def endless(send: Send, reply: Whole, gone: "asyncio.Task[None]") -> None:
    """A body that goes on until the client leaves, or a GiB was sent."""
    headers = [pair for pair in reply.headers if pair[0].lower() != b"content-length"]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"data": [', "more_body": True})
    sent = 0
    while not gone.done() and sent < _ENDLESS_BYTES:
        await send({"type": "http.response.body", "body": _CHUNK, "more_body": True})
        sent += len(_CHUNK)
        await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b"", "more_body": False})
