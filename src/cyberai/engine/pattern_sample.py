"""A text that a form field's `pattern` accepts, for the part of the regular expressions that pages use.

The pattern is the target's: it is parsed by steps that only move forward, never compiled by a backtracking engine,
and what comes out is checked against it by a linear one.
"""

import re2

MAX_PATTERN = 200
MAX_SAMPLE = 200
_MAX_NESTING = 10
_DIGITS, _LOWER, _UPPER = "123456789", "cyberai", "CYBERAI"
_CLASSES = {"d": _DIGITS, "w": _LOWER + _UPPER + _DIGITS, "s": " ", "D": _LOWER, "W": "-", "S": _LOWER}
_PLAIN = _LOWER + _UPPER + _DIGITS
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 1 << 20


class _Unknown(ValueError):
    """A part of the pattern this module does not know."""


def sample(pattern: str, shortest: int = 0, longest: int = 0) -> str | None:
    """A text of at least `shortest` and at most `longest` characters (0: no limit) that matches the whole
    pattern; None when none is found."""
    if not pattern or len(pattern) > MAX_PATTERN:
        return None
    for extra in (0, 1, 3, 7, 15):
        try:
            text = _Sampler(pattern, extra).whole()
        except (_Unknown, IndexError):
            return None
        if len(text) >= shortest and (longest <= 0 or len(text) <= longest) and _accepts(pattern, text):
            return text
    return None


def _accepts(pattern: str, text: str) -> bool:
    try:
        return re2.fullmatch(f"(?:{pattern})", text, options=_OPTIONS) is not None
    except re2.error:
        return False


class _Sampler:
    """Walks through the pattern once. `extra` repetitions are added wherever a quantifier allows them."""

    def __init__(self, pattern: str, extra: int) -> None:
        self._pattern = pattern
        self._at = 0
        self._extra = extra

    def whole(self) -> str:
        text = self._either(0)
        if self._at < len(self._pattern):
            raise _Unknown(self._pattern)
        return text

    def _either(self, nesting: int) -> str:
        """Alternatives: the first one counts, the others are passed over."""
        if nesting > _MAX_NESTING:
            raise _Unknown(self._pattern)
        chosen = self._sequence(nesting)
        while self._peek() == "|":
            self._at += 1
            self._sequence(nesting)
        return chosen

    def _sequence(self, nesting: int) -> str:
        text = ""
        while self._peek() not in ("", "|", ")"):
            piece = self._piece(nesting)
            low, high = self._repetition()
            wanted = min(high, low + self._extra)
            text += (piece * wanted)[: MAX_SAMPLE + 1]
            if len(text) > MAX_SAMPLE:
                raise _Unknown(self._pattern)
        return text

    def _piece(self, nesting: int) -> str:
        char = self._next()
        if char == "(":
            return self._group(nesting)
        if char == "[":
            return self._chosen(self._set())
        if char == "\\":
            return self._escaped(self._next())
        if char == ".":
            return self._chosen(_PLAIN)
        return "" if char in "^$" else char

    def _group(self, nesting: int) -> str:
        if self._peek() == "?":
            self._at += 1
            if self._next() != ":":  # re2 knows no look-around, so nothing could be checked
                raise _Unknown(self._pattern)
        text = self._either(nesting + 1)
        if self._next() != ")":
            raise _Unknown(self._pattern)
        return text

    def _set(self) -> str:
        negated = self._peek() == "^"
        self._at += negated
        members = ""
        while (char := self._next()) != "]" or not members:
            if char == "\\":
                escaped = self._next()
                members += _CLASSES.get(escaped, escaped)
            elif self._peek() == "-" and self._pattern[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                members += _between(char, self._next())
            else:
                members += char
        if not negated:
            return members
        return "".join(c for c in _PLAIN + "-_ " if c not in members)

    def _chosen(self, members: str) -> str:
        if not members:
            raise _Unknown(self._pattern)
        return next((c for c in _PLAIN if c in members), members[0])

    def _escaped(self, char: str) -> str:
        if char in _CLASSES:
            return self._chosen(_CLASSES[char])
        if char.isalnum():
            raise _Unknown(self._pattern)
        return char

    def _repetition(self) -> tuple[int, int]:
        low, high = 1, 1
        mark = self._peek()
        if mark in ("*", "+", "?"):
            self._at += 1
            low, high = {"*": (1, MAX_SAMPLE), "+": (1, MAX_SAMPLE), "?": (0, 1)}[mark]
        elif mark == "{":
            end = self._pattern.find("}", self._at)
            least, comma, most = self._pattern[self._at + 1 : max(end, 0)].partition(",")
            if end < 0 or not least.isdecimal() or not (most or "0").isdecimal():
                raise _Unknown(self._pattern)
            self._at = end + 1
            low = int(least[:4])
            high = int(most[:4]) if most else (MAX_SAMPLE if comma else low)
        if self._peek() == "?":
            self._at += 1
        return low, min(high, MAX_SAMPLE)

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _next(self) -> str:
        char = self._pattern[self._at]
        self._at += 1
        return char


def _between(first: str, last: str) -> str:
    return "".join(map(chr, range(ord(first), min(ord(last), ord(first) + 127) + 1)))
