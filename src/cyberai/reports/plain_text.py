"""Text of unknown origin, made harmless to read: nothing invisible, nothing that reorders, nothing endless."""

import unicodedata
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT = frozenset("\n\t")
_MAX_MARKS = 4
_DELETE = 0x7F
_PICTURES = 0x2400
_DELETE_PICTURE = "\u2421"


def visible(text: str) -> str:
    """The text with everything a reader cannot see spelled out; line feeds and tabs stay.

    C0 controls become their Unicode control pictures; format characters (among them the bidirectional
    overrides of Unicode TR 36, section 2.6), C1 controls, surrogates, private and unassigned code points become
    `<U+202E>`.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = (c if c.isprintable() or c in _KEPT else _spelled(c) for c in text.replace("\r\n", "\n"))
    return _without_towers("".join(shown))


def _without_towers(text: str) -> str:
    """No more marks on one letter than any script needs: hundreds would climb over the lines around."""
    if text.isascii():
        return text
    kept = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def one_line(text: str) -> str:
    """`visible`, on one line: runs of white space become one space."""
    return visible(" ".join(text.split()))


def capped(text: str, limit: int) -> str:
    """At most `limit` characters, and how many were left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\u2026 ({len(text) - limit:,} more characters)"


def rfc3339(microseconds: int) -> str:
    """`2024-01-20T10:00:00Z`."""
    return (_EPOCH + timedelta(microseconds=microseconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc(microseconds: int) -> str:
    """`2024-01-20 10:00 UTC`, which reads the same in every language."""
    return (_EPOCH + timedelta(microseconds=microseconds)).strftime("%Y-%m-%d %H:%M UTC")


def _spelled(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(_PICTURES + code)
    if code == _DELETE:
        return _DELETE_PICTURE
    # Other kinds of space are not "printable" for Python, yet readers take them for what they are.
    if unicodedata.category(character) == "Zs":
        return " "
    return f"<U+{code:04X}>"
