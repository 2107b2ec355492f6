"""Writes the skeleton of a check and of its lab page: `make new-check name=web.foo_bar`."""

from __future__ import annotations

import keyword
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parent.parent
SKELETONS = Path(__file__).resolve().parent / "skeletons"

KINDS = {
    "web": ("check_insertion", "lab_page"),
    "passive": ("check_page", "lab_page"),
    "tls": ("check_tls", "lab_tls"),
    "network": ("check_service", "lab_service"),
    "dns": ("check_domain", "lab_zone"),
}
"""The skeletons of each folder of checks."""


class Refused(Exception):
    """The name is no name for a check, or is taken; the text says what to do."""


def parse(name: str) -> tuple[str, str]:
    """Split `folder.name`; raise Refused with what is wrong."""
    folder, _, short = name.partition(".")
    if folder not in KINDS or not short:
        raise Refused(
            f"name it FOLDER.NAME with one of the folders {', '.join(KINDS)}: make new-check name=web.foo_bar"
        )
    if not (short.isascii() and short.isidentifier() and short == short.lower()) or keyword.iskeyword(short):
        raise Refused(f"{short!r}: use lower-case letters, digits and underscores, as in web.foo_bar")
    return folder, short


def render(name: str) -> dict[str, str]:
    """Path below src/cyberai -> text, for the check and for its lab page."""
    folder, short = parse(name)
    check, lab = KINDS[folder]
    words = short.replace("_", " ").capitalize()
    dashed = short.replace("_", "-")
    values = {"id": f"{folder}.{dashed}", "name": short, "title": words, "path": dashed}
    return {
        f"checks/{folder}/{short}.py": filled(check, values),
        f"lab/{folder}/{short}.py": filled(lab, values),
    }


def filled(skeleton: str, values: dict[str, str]) -> str:
    return Template((SKELETONS / f"{skeleton}.txt").read_text()).substitute(values)


def write(name: str, package: Path) -> list[Path]:
    """Write both files below `package`; raise Refused when one exists."""
    texts = {package / path: text for path, text in render(name).items()}
    taken = [path for path in texts if path.exists()]
    if taken:
        raise Refused(f"{taken[0]} exists; choose another name")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(texts)


def main(arguments: Sequence[str]) -> int:
    try:
        written = write(arguments[0] if arguments else "", ROOT / "src" / "cyberai")
    except Refused as refusal:
        print(f"new-check: {refusal}", file=sys.stderr)
        return 2
    subprocess.run([Path(sys.executable).with_name("ruff"), "format", "--quiet", *written], check=True)
    for path in written:
        print(path.relative_to(ROOT))
    print("Next: the flaw in the lab page, then the check; docs/how-to/add-a-check.md walks through both.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
