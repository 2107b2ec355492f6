"""Linear-time pattern search on bytes that come from a target.

Everything runs on RE2 (automata: time linear in the text whatever the pattern), never on a backtracking
engine, because both the pattern's worst case and the text may be in an attacker's hands. Patterns are Latin-1,
so that one character is one byte and no byte of a response is unmatchable.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import re2

PatternError: type[Exception] = re2.error
"""The pattern is none that can be compiled."""


class Match:
    """One match: `text` is the whole match, `groups` its groups (empty bytes where one took no part)."""

    __slots__ = ("end", "groups", "start", "text")

    def __init__(self, raw: Any) -> None:
        self.start: int = raw.start()
        self.end: int = raw.end()
        self.text: bytes = raw.group(0)
        self.groups: tuple[bytes, ...] = tuple(group or b"" for group in raw.groups())


class Pattern:
    """One compiled pattern."""

    __slots__ = ("_regexp",)

    def __init__(self, source: str, *, ignore_case: bool = False, dot_all: bool = False) -> None:
        self._regexp = re2.compile(source.encode("latin-1"), _options(ignore_case, dot_all))

    def search(self, body: bytes) -> Match | None:
        """The leftmost match, or None."""
        raw = self._regexp.search(body)
        return Match(raw) if raw else None

    def finditer(self, body: bytes) -> Iterator[Match]:
        """All matches that do not overlap, from left to right."""
        return (Match(raw) for raw in self._regexp.finditer(body))

    def full(self, body: bytes) -> Match | None:
        """The match of the whole text, or None."""
        raw = self._regexp.fullmatch(body)
        return Match(raw) if raw else None


class PatternSet:
    """Many patterns, told apart only where any of them matches.

    One search of their alternation decides for most texts. (RE2's own pattern sets stop without a result when
    their automaton grows too large; a search falls back to a slower one, so it never misses.)
    """

    __slots__ = ("_any", "_patterns")

    def __init__(self, sources: Sequence[str], *, ignore_case: bool = False) -> None:
        self._any = Pattern("|".join(f"(?:{source})" for source in sources), ignore_case=ignore_case)
        self._patterns = [Pattern(source, ignore_case=ignore_case) for source in sources]

    def matches(self, body: bytes) -> list[tuple[int, Match]]:
        """(index of the pattern, its leftmost match) for every pattern that matches, in the given order."""
        if self._any.search(body) is None:
            return []
        found = ((index, pattern.search(body)) for index, pattern in enumerate(self._patterns))
        return [(index, match) for index, match in found if match is not None]


def escape(literal: str) -> str:
    """The literal as a pattern that matches exactly its UTF-8 bytes."""
    raw = literal.encode()
    return "".join(chr(b) if chr(b).isascii() and chr(b).isalnum() else f"\\x{b:02x}" for b in raw)


def excerpt(raw: bytes, limit: int = 200) -> str:
    """Bytes as text for evidence: UTF-8 where it is, at most `limit` characters."""
    return raw[: limit * 4].decode("utf-8", "replace")[:limit]


def _options(ignore_case: bool, dot_all: bool) -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.case_sensitive = not ignore_case
    options.dot_nl = dot_all
    options.log_errors = False
    return options
