"""The part that all services of lines have in common: one line in, one reply out."""

from collections.abc import Callable

MAX_LINE = 2_048


class LineSession:
    """One connection to a service that reads lines. `reply(line)` answers one of them; it may set `closed`."""

    def __init__(self, greeting: str, reply: Callable[[str], str]) -> None:
        self.closed = False
        self._greeting = greeting
        self._reply = reply
        self._greeted = False
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        output = b"" if self._greeted else self._greeting.encode()
        self._greeted = True
        self._buffer += data
        while b"\n" in self._buffer and not self.closed:
            line, _, self._buffer = self._buffer.partition(b"\n")
            output += self._reply(line.rstrip(b"\r").decode("latin-1")).encode("latin-1")
        if len(self._buffer) > MAX_LINE:
            self.closed = True
        return output
