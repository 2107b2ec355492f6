"""One server per data directory: a lock that the kernel drops with the process, and who holds it.

Command-line scans share the store with a server. Two servers would not: each knows only its own listeners, so a scan
of one could reach the API of the other, and both would start a worker per core.
"""

import fcntl
import os
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from cyberai.domain.errors import StoreError

NAME = "server.lock"
_TRIES, _PAUSE = 10, 0.05
"""Whoever only asks who holds the lock takes it for a moment."""


class Holder(Struct, frozen=True):
    """The server that uses a data directory."""

    pid: int
    url: str
    listeners: tuple[tuple[str, int], ...] = ()


class ServerLock:
    """Held from `take` until `release` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._handle = -1

    def take(self) -> None:
        """Take it; raise StoreError that names the server which has it."""
        try:
            self._handle = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"The data directory {self._path.parent} cannot be written: {error.strerror}. "
                "Change its owner or its mount, or choose another with --data-dir"
            ) from error
        for _ in range(_TRIES):
            if _locked(self._handle):
                return
            time.sleep(_PAUSE)
        self.release()
        holder = _read(self._path)
        who = f"process {holder.pid} at {holder.url}" if holder else "another process"
        raise StoreError(
            f"The data directory {self._path.parent} belongs to a running server, {who}. "
            "Stop that one, or give this one a directory of its own with --data-dir"
        )

    def tell(self, holder: Holder) -> None:
        """Write down who holds it, for people and for scans that must keep away from the listeners."""
        content = msgspec.json.encode(holder)
        os.pwrite(self._handle, content, 0)
        os.ftruncate(self._handle, len(content))

    def release(self) -> None:
        """Give it back; harmless when repeated."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def server_of(folder: Path) -> Holder | None:
    """The server that runs on this data directory now, or None."""
    path = folder / NAME
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return None if _locked(handle) else _read(path) or Holder(0, "unknown")
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path) -> Holder | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Holder)
    except (OSError, msgspec.MsgspecError):
        return None
