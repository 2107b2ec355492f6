"""Where a download goes: an open file, or a path that appears only when it is complete."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self


class Destination:
    """A context manager with `write`."""

    def __init__(self, to: str | os.PathLike[str] | BinaryIO) -> None:
        self._path: Path | None = None
        self._part: Path | None = None
        if isinstance(to, str | os.PathLike):
            self._path = Path(to)
            self._part = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}.part")
            self._file: BinaryIO = self._part.open("xb")
        else:
            self._file = to

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._file.write(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._path is None or self._part is None:
            return
        self._file.close()
        if error is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)
