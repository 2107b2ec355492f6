"""Whether the store's file is still where it was opened.

A file that was deleted or replaced can go on being written by whoever has it open, and everything written so is
gone when that process ends. Nothing of that kind may be acknowledged.
"""

import os

from cyberai.domain.errors import Unavailable


class Presence:
    """The place of one open store file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._identity = _identity(path)

    def loss(self) -> Unavailable | None:
        """What to tell a caller when the file has gone; None while it is there (2 µs)."""
        if _identity(self._path) == self._identity:
            return None
        return Unavailable(
            "The data directory was removed or replaced while the store was open",
            reason="Nothing of this was stored. Put the data directory back, or restore a backup and start again",
        )


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
