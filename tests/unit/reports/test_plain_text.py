"""Text of unknown origin is shown, never obeyed."""

import pytest

from cyberai.reports.plain_text import capped, one_line, rfc3339, utc, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("", ""),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("dos\r\nline", "dos\nline"),
        ("\x00\x1b\x7f", "\u2400\u241b\u2421"),
        ("\r", "\u240d"),
        ("\x9b", "<U+009B>"),
        ("a\u202eb", "a<U+202E>b"),
        ("\ufeff\u200b", "<U+FEFF><U+200B>"),
        ("\ud800", "<U+D800>"),
        ("\ue000", "<U+E000>"),
        ("\u00a0\u3000", "  "),
        ("caf\u00e9 \u05e9\u05dc\u05d5\u05dd \u4e2d", "caf\u00e9 \u05e9\u05dc\u05d5\u05dd \u4e2d"),
        ("e" + "\u0301" * 400 + "x", "e" + "\u0301" * 4 + "x"),
    ],
    ids=ascii,
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_one_line_has_no_breaks() -> None:
    assert one_line(" a \n\n b\u2028c\x0bd ") == "a b c d"


def test_a_cap_says_how_much_is_missing() -> None:
    assert capped("x" * 10, 10) == "x" * 10
    assert capped("x" * 1_244, 10) == "x" * 10 + "\u2026 (1,234 more characters)"


def test_times() -> None:
    assert rfc3339(1_705_744_800_000_000) == "2024-01-20T10:00:00Z"
    assert utc(1_705_744_800_000_000) == "2024-01-20 10:00 UTC"
