"""The fuzz entry of logins under Hypothesis, and the time that hostile answers take."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fuzz import login_answer

PIECES = (
    b'<form action="/in" method="post">', b'<input type="password" name="p">', b'<input name="user">', b"</form>",
    b'Digest realm="', b'", nonce="', b"\\", b'"', b",", b"=", b"sid=", b"; Max-Age=0", b'{"token":"', b"[", b"}",
    b'<a href="/login">Sign in</a>', b"wrong password", b"\x00", b"\xff", b"http://", b"//",
)  # fmt: skip


@given(st.binary(max_size=2_000))
@example(b"sid=a\r\nb; Path=/")
@example(b'{"token":"\xff<form action="/in" method="post">')
def test_any_bytes(data: bytes) -> None:
    login_answer.fuzz_one(data)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
def test_pieces_of_logins(data: bytes) -> None:
    login_answer.fuzz_one(data)


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_answer_takes_no_long_time(piece: bytes) -> None:
    started = time.process_time()
    login_answer.fuzz_one(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 5
