"""Server-sent events from bytes, and what of them is new: pure state machines."""

from __future__ import annotations

from dataclasses import dataclass

from cyberai_sdk.errors import InvalidResponse

_LATE = 256
"""How far behind the newest an event may still arrive: a hole older than this is one that stays (events that this
key may not see)."""


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
    """Which events were seen, and from which number to go on after a break: nothing twice, nothing lost.

    Numbers have no holes on the server, but a key may not see every event. So a hole is waited for until `_LATE`
    newer events came; until then a reconnect asks again for what lies behind it.
    """

    def __init__(self, after: int) -> None:
        self._seen: set[int] = set()
        self._complete = after
        self._newest = after

    @property
    def resume_after(self) -> int:
        """Ask for the events after this number."""
        return self._complete

    def is_new(self, seq: int) -> bool:
        """Whether this event was not seen before; it is from now on."""
        if seq <= self._complete or seq in self._seen:
            return False
        self._seen.add(seq)
        self._newest = max(self._newest, seq)
        while self._complete + 1 in self._seen:
            self._complete += 1
            self._seen.discard(self._complete)
        if self._complete < self._newest - _LATE:
            self._complete = self._newest - _LATE
            self._seen = {later for later in self._seen if later > self._complete}
        return True

    def restart(self, after: int) -> None:
        """The server keeps no older events: go on after this number."""
        self._seen.clear()
        self._complete = self._newest = after
