"""A file of real blocks beside the store that is given up when the disk is full.

What it frees lets the log be checkpointed and small changes (a cancel, the end of a scan) go on, until there is
space again and it is laid anew.
"""

import contextlib
import os
from pathlib import Path

SIZE = 8 << 20
"""Bytes."""
FULL = 1 << 18
"""Free bytes below which nothing new is promised."""
ROOM = 2 * SIZE
"""Free bytes that must be there before the ballast is laid."""


class Ballast:
    """The ballast of one store; several processes share it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lay(self) -> bool:
        """Make sure that it is there; False when the disk has no room for it."""
        if self._path.exists():
            return True
        try:
            space = os.statvfs(self._path.parent)
            if space.f_bavail * space.f_frsize < ROOM:
                return False
            handle = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return True
        except OSError:
            return False
        try:
            os.posix_fallocate(handle, 0, SIZE)
        except OSError:
            self.drop()
            return False
        finally:
            os.close(handle)
        return True

    def laid(self) -> bool:
        """False once any process has given it up. Where the whole folder is gone, nobody has."""
        return self._path.exists() or not self._path.parent.exists()

    def disk_is_full(self) -> bool:
        """True when not even a small scan fits beside the ballast; False when that cannot be told."""
        try:
            space = os.statvfs(self._path.parent)
        except OSError:
            return False
        return space.f_bavail * space.f_frsize < FULL

    def drop(self) -> None:
        """Give its space back."""
        with contextlib.suppress(OSError):
            self._path.unlink()
