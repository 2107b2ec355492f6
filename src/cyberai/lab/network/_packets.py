"""What the services of binary protocols share: bytes are collected until a message is whole."""

from collections.abc import Callable

MAX_BUFFER = 65_536


class PacketSession:
    """One connection of a protocol whose messages tell their length. `size(buffer)` is the length of the message that
    begins the buffer, 0 while it cannot be told, negative for what is no message; `answer(message)` is what is said to it."""

    def __init__(self, size: Callable[[bytes], int], answer: Callable[[bytes], bytes]) -> None:
        self.closed = False
        self._size = size
        self._said_to = answer
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        output = b""
        while self._buffer and not self.closed:
            size = self._size(self._buffer)
            if size < 0 or size > MAX_BUFFER:
                self.closed = True
            elif size == 0 or len(self._buffer) < size:
                break
            else:
                message, self._buffer = self._buffer[:size], self._buffer[size:]
                output += self._said_to(message)
        return output
