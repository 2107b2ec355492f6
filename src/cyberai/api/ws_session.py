"""An open WebSocket: events go out, commands come in."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial

from cyberai.api.call import Call, rate_headers
from cyberai.api.commands import obey
from cyberai.api.frames import on_the_wire, resync_frame
from cyberai.api.handshake import Handshake
from cyberai.api.incoming import Receive, Send
from cyberai.api.interest import Interest, parse_command
from cyberai.ports.stream import StreamClosed, StreamFrame, Subscription

COMMAND_PAUSE = 0.02
"""Seconds between two commands of one client, so that nobody keeps the server busy with them."""

Write = Callable[[bytes], bool]
"""Writes a whole frame at once; False when the peer cannot take it now."""

_CLIENT_LEFT = 1000
_MAX_REASON = 120
"""Bytes of a close reason; the protocol allows 123."""


async def serve(
    call: Call,
    handshake: Handshake,
    subscription: Subscription,
    receive: Receive,
    send: Send,
    write: Write | None = None,
) -> None:
    """Accept the handshake and hand events over until one side ends it. `write` puts a whole frame on the wire now."""
    assert call.rate is not None
    headers = [(b"x-request-id", call.request_id.encode()), *rate_headers(call.rate, call.app.clock.now())]
    await send({"type": "websocket.accept", "headers": headers})
    interest = Interest(handshake.topics, subscription.start)
    if write is not None:
        subscription.at_once(partial(_take, interest, write))
    reader = asyncio.get_running_loop().create_task(_listen(call, interest, subscription, receive, send))
    try:
        if subscription.gap is not None:
            await send({"type": "websocket.send", "text": resync_frame(call.app, subscription.gap)})
        await _deliver(subscription, interest, send)
    except OSError:
        return  # the peer is gone: what the server raises then is an OSError
    finally:
        reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reader


async def _listen(
    call: Call, interest: Interest, subscription: Subscription, receive: Receive, send: Send
) -> None:
    """Obey what the client says, or answer that it is no command; end the subscription when the client leaves."""
    while (message := await receive())["type"] != "websocket.disconnect":
        command = parse_command(message.get("text") or "")
        answer = await obey(call, interest, command)
        with contextlib.suppress(OSError):
            await send({"type": "websocket.send", "text": answer})
        await call.app.clock.sleep(COMMAND_PAUSE)
    subscription.close(_CLIENT_LEFT, "The client left")


def _take(interest: Interest, write: Write, frame: StreamFrame) -> bool:
    seq = interest.seq
    if not interest.wants(frame) or write(on_the_wire(frame)):
        return True
    interest.seq = seq
    return False


async def _deliver(subscription: Subscription, interest: Interest, send: Send) -> None:
    try:
        while True:
            for frame in await subscription.next():
                if interest.wants(frame):
                    await send({"type": "websocket.send", "text": frame.text})
    except StreamClosed as end:
        if end.code != _CLIENT_LEFT:
            await send({"type": "websocket.close", "code": end.code, "reason": end.reason[:_MAX_REASON]})
