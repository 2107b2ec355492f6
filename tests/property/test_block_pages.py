"""The fuzz entry of block pages under Hypothesis, and the time that hostile answers take."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cyberai.domain.http import HttpResponse
from cyberai.engine.block_page import BlockPages
from fuzz import block_page

PIECES = (
    b"<h1>", b"Blocked", b"</h1>", b"<p>Request id 1b0c4f", b"<!-- ", b"-->", b"<html>", b"<form action='/'>", b"'", b"&#39;",
    b"<", b">", b",", b"\n", b"0", b"\x00", b"\xff", b"\xed\xa0\x80", b"payload", b"%27", b"\\u0027",
)  # fmt: skip


@given(st.binary(max_size=600))
@example(b"\xff'\x00<p>Shop</p>\x00<p>Blocked</p>")
@example(b"\xed\xa0\x80\x00<p>Shop</p>\x00<h1>Blocked</h1>")
def test_any_bytes(data: bytes) -> None:
    block_page.fuzz_one(data)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
def test_pieces_of_pages(data: bytes) -> None:
    block_page.fuzz_one(data)


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_page_takes_no_long_time(piece: bytes) -> None:
    started = time.process_time()
    block_page.fuzz_one(b"word\x00<p>Shop</p>\x00" + piece * (200_000 // len(piece)))
    assert time.process_time() - started < 5


def test_thousands_of_pages_are_not_kept() -> None:
    pages, usual = BlockPages(), HttpResponse(200, (), b"<p>Shop</p>")
    shapes = [
        pages.answered("'", HttpResponse(200, (), b"<p>%s</p>" % _word(n)), usual) for n in range(2_000)
    ]
    assert sum(shape is not None for shape in shapes) < 100


def _word(number: int) -> bytes:
    return bytes(97 + (number // 26**place) % 26 for place in range(4))
