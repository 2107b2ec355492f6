"""Server-sent events from bytes, and what of them is new: pure state machines."""

from __future__ import annotations

from dataclasses import dataclass

from cyberai_sdk.errors import InvalidResponse

_NORMAL_HOLES = 3


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event of the stream. `id` is None where the event has none of its own."""

    type: str
    data: str
    id: str | None
    retry_milliseconds: int | None = None


class Parser:
    """Feed bytes as they come; complete events come out. At most `limit` bytes are held for one event."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._size = 0
        self._fields: dict[str, list[str]] = {}

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """The events that these bytes complete; raise InvalidResponse when one is too large."""
        self._buffer += data
        if b"\n" not in data:
            self._check(self._size + len(self._buffer))
            return []
        *lines, rest = bytes(self._buffer).split(b"\n")
        self._buffer = bytearray(rest)
        events = []
        for line in lines:
            self._size += 0 if line.startswith(b":") else len(line)
            self._check(self._size)
            event = self._line(line.removesuffix(b"\r"))
            if event is not None:
                events.append(event)
        self._check(self._size + len(rest))
        return events

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise InvalidResponse(f"An event is larger than {self._limit} bytes")

    def _line(self, line: bytes) -> ServerSentEvent | None:
        if not line:
            fields, self._fields, self._size = self._fields, {}, 0
            return _event(fields)
        if line.startswith(b":"):
            return None
        name, _, value = line.decode("utf-8", "replace").partition(":")
        self._fields.setdefault(name, []).append(value.removeprefix(" "))
        return None


def _event(fields: dict[str, list[str]]) -> ServerSentEvent | None:
    retry = fields.get("retry", [""])[-1]
    known = int(retry) if retry.isascii() and retry.isdigit() and len(retry) < 9 else None
    if "data" not in fields and known is None:
        return None
    id = fields["id"][-1] if "id" in fields else None
    return ServerSentEvent(fields.get("event", ["message"])[-1], "\n".join(fields.get("data", [])), id, known)


class Progress:
    """Which events were handed on: in the order of their numbers, nothing twice, nothing lost.

    Numbers have no holes on the server, but a key may not see every event. So a hole is looked into; once looking
    has shown nothing `_NORMAL_HOLES` times, holes are taken for what this key may not see.
    """

    def __init__(self, after: int) -> None:
        self.last = after
        self._empty_holes = 0

    def is_old(self, seq: int) -> bool:
        """Whether it was handed on before, or lies before the beginning."""
        return seq <= self.last

    def leaves_hole(self, seq: int) -> bool:
        """Whether something that should be looked for lies between the last event and this one."""
        return seq > self.last + 1 and self._empty_holes < _NORMAL_HOLES

    def advance(self, seq: int) -> None:
        """This one is handed on, or the server keeps no older ones."""
        self.last = seq

    def hole_was_empty(self) -> None:
        """What lies between is not for this key."""
        self._empty_holes += 1
