"""Wrapping for paper changes nothing but where lines end."""

from hypothesis import given
from hypothesis import strategies as st

from cyberai.reports.page.exchange import Segment
from cyberai.reports.pdf.fitting import breakable
from cyberai.reports.pdf.wrapping import wrapped, wrapped_segments


def test_a_long_line_goes_on_in_the_next() -> None:
    assert wrapped("a" * 25, 10) == "aaaaaaaaaa\naaaaaaaaaa\naaaaa"
    assert wrapped("ab\n" + "c" * 11, 10) == "ab\ncccccccccc\nc"


def test_wide_letters_take_two_columns() -> None:
    assert wrapped("\u65e5" * 5, 4) == "\u65e5\u65e5\n\u65e5\u65e5\n\u65e5"


def test_a_line_goes_on_over_marks() -> None:
    segments = (Segment("aaaa"), Segment("bbbb", marked=True), Segment("cc"))
    found = wrapped_segments(segments, 6)
    assert found == (Segment("aaaa"), Segment("bb\nbb", marked=True), Segment("cc"))


@given(st.lists(st.tuples(st.text(), st.booleans())), st.integers(2, 40))
def test_no_line_is_too_wide_and_no_letter_is_lost(pieces: list[tuple[str, bool]], columns: int) -> None:
    segments = tuple(Segment(text, marked) for text, marked in pieces)
    found = wrapped_segments(segments, columns)
    before = "".join(s.text for s in segments).replace("\t", "    ").replace("\n", "")
    assert "".join(s.text for s in found).replace("\n", "") == before
    assert all(len(line) <= columns for line in "".join(s.text for s in found).split("\n"))
    assert [s.marked for s in found] == [s.marked for s in segments]


@given(st.text(alphabet=st.characters(exclude_characters="\u200b")))
def test_only_places_to_break_are_added(text: str) -> None:
    found = breakable(text)
    assert found.replace("\u200b", "") == text
    assert all(len(piece) <= 28 for word in found.split() for piece in word.split("\u200b"))
