"""Text for paper: nothing scrolls there, so that long lines are wrapped."""

import unicodedata

from cyberai.reports.page.exchange import Segment

_WIDE = frozenset("WF")


def wrapped(text: str, columns: int) -> str:
    """The text with no line wider than so many columns."""
    return "".join(segment.text for segment in wrapped_segments((Segment(text),), columns))


def wrapped_segments(segments: tuple[Segment, ...], columns: int) -> tuple[Segment, ...]:
    """The same for marked text: a line goes on from one segment to the next."""
    found = []
    column = 0
    for segment in segments:
        pieces = []
        for character in segment.text.replace("\t", "    "):
            width = 2 if unicodedata.east_asian_width(character) in _WIDE else 1
            if character == "\n":
                column = 0
            elif column + width > columns:
                pieces.append("\n")
                column = width
            else:
                column += width
            pieces.append(character)
        found.append(Segment("".join(pieces), segment.marked))
    return tuple(found)
