"""Frames that are no event of the log: they tell a reader something about its own connection."""

from typing import Any

import msgspec
from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.times import rfc3339_millis
from cyberai.ports.stream import Gap

_ENCODER = msgspec.json.Encoder()


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


def resync_frame(app: App, gap: Gap) -> str:
    """Tells a client that its `since` cannot be honoured: read the state again, then go on from `seq`."""
    data = {
        "reason": f"The events after {gap.since} are not all kept: read the state again, then go on from seq",
        "since": gap.since,
        "oldest": gap.oldest,
        "head": gap.head,
    }
    return control_frame(app, "resync", gap.head, data)
