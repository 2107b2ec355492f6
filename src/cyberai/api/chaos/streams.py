"""Faults of streams: what becomes of the events on their way out, the same for WebSockets and server-sent events."""

import re
from typing import NamedTuple

from cyberai.api.chaos.plan import Fault

LEAVE = "leave"
CLOSE = "close"
STRANGE = "moon.landed"
"""A type that no version has."""

_TYPE = re.compile(r'("type":\s*)"[a-z_]+\.[a-z_]+"')
_EVENT = re.compile(r"^event: .*$", re.MULTILINE)


class Dialect(NamedTuple):
    """How a stream writes what no server should write."""

    garbage: str
    is_event: str
    """What the text of an event holds; other texts pass."""


FRAMES = Dialect('{"id": "evt_', '"seq":')
BLOCKS = Dialect('data: {"id": "evt_', "\nevent: ")


class Tampering:
    """Takes each event as a text and gives what is sent instead. `end` is set once the stream is to be cut or closed."""

    def __init__(self, fault: Fault, dialect: Dialect) -> None:
        self._fault = fault
        self._dialect = dialect
        self._held: str | None = None
        self._seen = 0
        self.end = ""

    def events(self, text: str) -> list[str]:
        """What is sent in place of this event."""
        if self.end:
            return []
        if self._dialect.is_event not in text:
            return [text]
        self._seen += 1
        match self._fault.kind:
            case "duplicate":
                return [text, text]
            case "reorder":
                return self._in_pairs(text)
        return self._after(text)

    def _in_pairs(self, text: str) -> list[str]:
        if self._held is None:
            self._held = text
            return []
        held, self._held = self._held, None
        return [text, held]

    def rest(self) -> list[str]:
        """What is still held back, for when no further event comes."""
        held, self._held = self._held, None
        return [] if held is None else [held]

    def _after(self, text: str) -> list[str]:
        after = int(self._fault.number("after", 1))
        kind = self._fault.kind
        if kind in (LEAVE, CLOSE):
            if self._seen >= max(1, after):
                self.end = kind
            return [text] if after else []
        if self._seen != after + 1:
            return [text]
        # The one after so many events is left out, follows garbage, or becomes something else under its own seq.
        return {"gap": [], "garbage": [self._dialect.garbage, text], "unknown": [_strange(text)]}[kind]


def _strange(text: str) -> str:
    return _EVENT.sub(f"event: {STRANGE}", _TYPE.sub(rf'\1"{STRANGE}"', text, count=1), count=1)
