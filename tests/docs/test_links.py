"""Every link of the documentation to a file or a heading of this repository leads somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.reference.checks import anchor

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)|\b(?:src|href)=\"([^\"]+)\"")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def links(text: str) -> Iterator[str]:
    for match in LINK.finditer(FENCE.sub("", text)):
        target = match[1] or match[2]
        if "://" not in target and not target.startswith("mailto:"):
            yield target


def headings(page: Path) -> set[str]:
    lines = FENCE.sub("", page.read_text()).splitlines()
    return {anchor(line.lstrip("#").strip()) for line in lines if line.startswith("#")}


def broken(page: Path, text: str) -> list[str]:
    found = []
    for target in links(text):
        path, _, fragment = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (fragment and file.suffix == ".md" and fragment not in headings(file)):
            found.append(target)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert broken(page, page.read_text()) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One title\n[a](b.md) [c](#one-title) [d](#two) [e](page.md#one-title) ![f](g.svg)\n")
    assert broken(page, page.read_text()) == ["b.md", "#two", "g.svg"]
