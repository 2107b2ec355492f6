"""Frames of the WebSocket: events as they go over the wire, and what tells a reader about its own connection."""

from typing import Any

import msgspec
from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.memo import Memo
from cyberai.app.times import rfc3339_millis
from cyberai.ports.stream import Gap, StreamFrame

WRITE_FRAME = "cyberai.write_frame"
"""The extension of the ASGI scope by which our server offers to write a whole frame without waiting."""

_ENCODER = msgspec.json.Encoder()
_WHOLE_TEXT = 0x81
"""A text message in one frame."""


class ControlFrame(Struct):
    """Shaped like every frame. `seq` is where the reader stands, so that it may be kept like any other."""

    id: str
    type: str
    timestamp: str
    seq: int
    data: dict[str, Any]


def control_frame(app: App, kind: str, seq: int, data: dict[str, Any]) -> str:
    """The JSON text."""
    frame = ControlFrame(app.ids.new("evt"), kind, rfc3339_millis(app.clock.now()), seq, data)
    return _ENCODER.encode(frame).decode()


def _framed(frame: StreamFrame) -> bytes:
    text = frame.text.encode()
    size = len(text)
    if size < 126:
        head = bytes((_WHOLE_TEXT, size))
    elif size < 1 << 16:
        head = bytes((_WHOLE_TEXT, 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((_WHOLE_TEXT, 127)) + size.to_bytes(8, "big")
    return head + text


on_the_wire: Memo[StreamFrame, bytes] = Memo(_framed, 16)
"""The event as a WebSocket frame (RFC 6455 section 5.2; a server masks nothing): the same bytes for every client."""


def resync_frame(app: App, gap: Gap) -> str:
    """Tells a client that its `since` cannot be honoured: read the state again, then go on from `seq`."""
    data = {
        "reason": f"The events after {gap.since} are not all kept: read the state again, then go on from seq",
        "since": gap.since,
        "oldest": gap.oldest,
        "head": gap.head,
    }
    return control_frame(app, "resync", gap.head, data)
