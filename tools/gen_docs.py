"""Writes docs/reference from the code: `python -m tools.gen_docs`. With --check it only tells what differs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.reference import checks, interfaces, values
from tools.reference.page import NOTICE, Page

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"

BUILDERS: tuple[Callable[[], Page | None], ...] = (
    interfaces.command_line,
    interfaces.settings,
    interfaces.api,
    values.errors,
    values.events,
    checks.checks,
)


def pages() -> list[Page]:
    """The pages of the parts that exist."""
    return [page for build in BUILDERS if (page := build())]


def files(present: Sequence[Page]) -> dict[str, str]:
    """File name -> text, the index included."""
    links = [f"- [{page.title}]({page.name}.md)" for page in present]
    links += [f"- [{name}]({name})" for name in interfaces.documents()]
    index = "\n\n".join(
        ["# Reference", NOTICE, "Made from the code, so it says what the code does.", "\n".join(links)]
    )
    pages = {"README.md": index + "\n", **{f"{page.name}.md": page.text() for page in present}}
    return pages | interfaces.documents()


def _made(folder: Path) -> list[Path]:
    """The files that are made from the code."""
    return [*folder.glob("*.md"), *folder.glob("*.json")]


def stale(wanted: dict[str, str], folder: Path) -> list[str]:
    """The files that differ from what is wanted, are missing, or are left over."""
    existing = {path.name: path.read_text() for path in _made(folder)}
    return sorted(name for name in wanted.keys() | existing.keys() if wanted.get(name) != existing.get(name))


def write(wanted: dict[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in _made(folder):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text)


def main(arguments: Sequence[str]) -> int:
    present = pages()
    for name in (name for page in present for name in page.undocumented):
        print(f"undocumented: {name}", file=sys.stderr)
    wanted = files(present)
    differing = stale(wanted, FOLDER)
    if "--check" in arguments:
        for name in differing:
            print(f"docs/reference/{name} differs from the code; run `make docs`", file=sys.stderr)
        return 1 if differing else 0
    write(wanted, FOLDER)
    for name in differing:
        print(f"docs: docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
