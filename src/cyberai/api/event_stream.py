"""`GET /v1/events/stream`: the events as server-sent events, the same frames as on the WebSocket."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec

from cyberai.api.call import Call
from cyberai.api.frames import resync_frame
from cyberai.api.interest import Interest, topics_of
from cyberai.api.reply import Reply
from cyberai.domain.errors import InvalidRequest
from cyberai.ports.stream import StreamClosed, Subscription

HEARTBEAT_SECONDS = 15.0
"""After so long without an event a comment is sent: proxies and clients see that the connection lives."""

RETRY_MILLISECONDS = 2000
MEDIA_TYPE = b"text/event-stream"
_CLIENT_LEFT, _GOING_AWAY = 1000, 1001
_BEAT = b": heartbeat\n\n"

_Receive = Callable[[], Awaitable[Any]]
_Send = Callable[[Any], Awaitable[None]]


async def stream(call: Call) -> Reply:
    """GET /v1/events/stream."""
    assert call.principal is not None
    topics = topics_of(call.principal, "Authorization")
    since = _since(call)
    if call.method == "HEAD":
        return Reply(200, b"", MEDIA_TYPE, follow=_end)
    subscription = await call.live.stream.subscribe(call.workspace, since)
    interest = Interest(topics, subscription.start)
    beginning = b"retry: %d\n\n" % RETRY_MILLISECONDS
    if subscription.gap is not None:
        text = resync_frame(call.app, subscription.gap)
        beginning += _event("resync", subscription.gap.head, text)
    follow = partial(_follow, call, subscription, interest)
    return Reply(200, beginning, MEDIA_TYPE, [(b"x-accel-buffering", b"no")], follow=follow)


def _since(call: Call) -> int | None:
    """`Last-Event-ID`, which a reconnecting browser sends, wins over `after_seq` of its address."""
    header = call.headers.get(b"last-event-id")
    if header is None or not header.strip():
        return call.query.seq("after_seq")
    text = header.decode("latin-1").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidRequest(
            "Invalid header", field="Last-Event-ID", reason="Must be the seq of an event, 0 or more"
        )
    return int(text)


async def _follow(
    call: Call, subscription: Subscription, interest: Interest, receive: _Receive, send: _Send
) -> None:
    assert call.principal is not None
    loop = asyncio.get_running_loop()
    # A reader that takes nothing is let go by cancelling this task.
    with contextlib.suppress(asyncio.CancelledError), call.live.watch.watching(call.principal, subscription):
        watchers = [
            loop.create_task(_until_gone(receive, subscription)),
            loop.create_task(_until_stopped(call.live.stopping, subscription)),
        ]
        try:
            await _deliver(subscription, interest, send)
            await _end(receive, send)
        except OSError:
            return  # the peer is gone: what the server raises then is an OSError
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)


async def _end(_receive: _Receive, send: _Send) -> None:
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _deliver(subscription: Subscription, interest: Interest, send: _Send) -> None:
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                frames = await subscription.next()
        except TimeoutError:
            chunk = _BEAT
        except StreamClosed as end:
            if end.code != _CLIENT_LEFT:
                # No id: what the browser sends as Last-Event-ID stays where it was.
                body = b"event: close\ndata: %b\n\n" % msgspec.json.encode(
                    {"code": end.code, "reason": end.reason}
                )
                await send({"type": "http.response.body", "body": body, "more_body": True})
            return
        else:
            chunk = b"".join(
                _event(frame.kind, frame.seq, frame.text) for frame in frames if interest.wants(frame)
            )
        if chunk:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


def _event(kind: str, seq: int, text: str) -> bytes:
    return f"id: {seq}\nevent: {kind}\ndata: {text}\n\n".encode()


async def _until_gone(receive: _Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.close(_CLIENT_LEFT, "The client left")


async def _until_stopped(stopping: asyncio.Event, subscription: Subscription) -> None:
    await stopping.wait()
    subscription.close(_GOING_AWAY, "The server is going down; connect again with Last-Event-ID")
