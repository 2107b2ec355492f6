"""Prose of the checks as blocks: paragraphs, lists and `code`, so that the template escapes every piece."""

from msgspec import Struct

from cyberai.reports.plain_text import capped, visible

_MAX_PROSE = 6_000


class Span(Struct, frozen=True):
    """A piece of a line; `code` stood between backticks."""

    text: str
    code: bool = False


class Block(Struct, frozen=True):
    """A paragraph (one line) or a list (a line per item)."""

    lines: tuple[tuple[Span, ...], ...]
    is_list: bool = False


def blocks(text: str) -> tuple[Block, ...]:
    """Paragraphs are parted by blank lines; lines that start with `- ` are list items."""
    found: list[Block] = []
    for paragraph in visible(capped(text.strip(), _MAX_PROSE)).split("\n\n"):
        found += _paragraph([line.strip() for line in paragraph.splitlines() if line.strip()])
    return tuple(found)


def _paragraph(lines: list[str]) -> list[Block]:
    sentence: list[str] = []
    items: list[str] = []
    for line in lines:
        if line.startswith(("- ", "* ")):
            items.append(line[2:])
        elif items:
            items[-1] += " " + line
        else:
            sentence.append(line)
    made = []
    if sentence:
        made.append(Block(lines=(_spans(" ".join(sentence)),)))
    if items:
        made.append(Block(lines=tuple(_spans(item) for item in items), is_list=True))
    return made


def _spans(line: str) -> tuple[Span, ...]:
    pieces = line.split("`")
    if len(pieces) % 2 == 0:  # an unpaired backtick is just a backtick
        return (Span(line),)
    return tuple(Span(piece, code=index % 2 == 1) for index, piece in enumerate(pieces) if piece)
