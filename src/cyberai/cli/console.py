"""Where people read: stdout for results, stderr for everything on the way."""

import sys
from collections.abc import Iterable
from typing import IO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from cyberai.reports.plain_text import capped, one_line, visible

SEVERITY_STYLES = {
    "critical": "bold white on dark_red",
    "high": "bold red",
    "medium": "yellow",
    "low": "blue",
    "info": "bright_black",
}
TIER_MARKS = {"confirmed": "\u25cf", "strong": "\u25d0", "lead": "\u25cb"}
FILE_WIDTH = 100


class _Screen(Console):
    """A console that leaves it to `main.run` what a closed pipe means: rich ends the process with 1, which here
    means findings."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Whatever a store or a server holds in the place of a word: no control of a terminal gets through. Rich takes
        out a few only."""
        for segment in super().render(renderable, options):
            shown = segment.control or segment.text.isprintable() or segment.text == "\n"
            yield segment if shown else Segment(visible(segment.text), segment.style)

    def on_broken_pipe(self) -> None:
        """Re-raise what rich has caught."""
        raise


def stdout() -> Console:
    """Results. Colours only on a terminal, and never with NO_COLOR."""
    return _Screen(file=sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=False)


def stderr() -> Console:
    """Progress and remarks."""
    return _Screen(file=sys.stderr, highlight=False, markup=False, emoji=False)


def to_file(file: IO[str]) -> Console:
    """Plain text of a fixed width."""
    return Console(file=file, width=FILE_WIDTH, no_color=True, highlight=False, markup=False, emoji=False)


def plain(text: object, limit: int = 500) -> str:
    """Text of unknown origin for a terminal: no escape sequence, one line, not endless."""
    return one_line(capped(str(text), limit))


def severity(name: str) -> Text:
    """A severity in its colour."""
    return Text.assemble((name, SEVERITY_STYLES.get(name, "")))


def tier(name: str, confidence: int) -> str:
    """How good the proof is: a mark that needs no colour, the word, the confidence."""
    return f"{TIER_MARKS.get(name, ' ')} {name} {confidence} %"
