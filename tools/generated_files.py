"""Files that a program makes and the repository keeps: which of them differ, and writing those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def stale(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """The names of the files in `folder` that differ from their text or are missing."""
    return [name for name, text in wanted.items() if not _is_so(folder / name, text)]


def bring_up_to_date(folder: Path, wanted: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Write what differs, or with --check only tell it; the exit code."""
    differing = stale(folder, wanted)
    if "--check" in arguments:
        print("\n".join(f"stale: {name}" for name in differing) or f"{folder.relative_to(ROOT)} is current")
        return 1 if differing else 0
    for name in differing:
        (folder / name).write_text(wanted[name])
        print(f"wrote {name}")
    return 0


def _is_so(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text
