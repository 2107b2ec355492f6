"""Which events a reader gets: those its key may read, and of these the scans it subscribed to."""

from typing import Any

import msgspec
from msgspec import Struct

from cyberai.app.keys import Principal
from cyberai.domain.api_key import ApiScope
from cyberai.domain.errors import Forbidden
from cyberai.ports.stream import StreamFrame

MOST_SCANS = 100
"""Scans that one connection may subscribe to."""

MOST_CHARACTERS = 2_000
"""Of a command; longer ones are none."""

_TOPIC_OF = {
    ApiScope.SCANS_READ: "scan",
    ApiScope.VULNERABILITIES_READ: "vulnerability",
    ApiScope.REPORTS_READ: "report",
}


class Command(Struct):
    """What a WebSocket client may say; anything else is answered by an error."""

    action: Any
    scan_id: Any = None


_decoder = msgspec.json.Decoder(Command)


def topics_of(principal: Principal, field: str) -> frozenset[str]:
    """The parts of event types that the key may read; raise Forbidden when there is none."""
    topics = frozenset(topic for wanted, topic in _TOPIC_OF.items() if wanted in principal.scopes)
    if not topics:
        raise Forbidden(
            "The API key may not do this",
            field=field,
            reason=f"Use a key with at least one of the scopes {', '.join(_TOPIC_OF)}",
        )
    return topics


def parse_command(text: str) -> Command | None:
    """The command; None for whatever is none: no JSON, no object, no action, or too long."""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


class Interest:
    """What one connection wants. Without a subscription it is everything the key may read; with some it is these
    scans, and with the last one taken back it is everything again."""

    __slots__ = ("_topics", "scans", "seq")

    def __init__(self, topics: frozenset[str], seq: int) -> None:
        self._topics = topics
        self.scans: dict[str, None] = {}
        self.seq = seq
        """Number of the last event that was handed to this connection, wanted or not."""

    def wants(self, frame: StreamFrame) -> bool:
        """Whether to send it; remembers that it went by."""
        self.seq = frame.seq
        return frame.topic in self._topics and (not self.scans or frame.scan in self.scans)
