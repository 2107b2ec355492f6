"""Reads fields of length and bytes out of a message, and never beyond its end."""

from cyberai.domain.tls.records import NotTls


class Fields:
    """The fields of one message, in their order. Every method raises NotTls where the message breaks off."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes that were not read yet."""
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        """The next bytes."""
        if size > self.left:
            raise NotTls("a message breaks off within a field")
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, size: int) -> int:
        """An unsigned number of so many bytes."""
        return int.from_bytes(self.take(size), "big")

    def sized(self, width: int) -> bytes:
        """A field whose length stands in front of it, in `width` bytes."""
        return self.take(self.number(width))
