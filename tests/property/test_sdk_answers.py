"""Whatever a server sends, the Python SDK has a value or an error of its own."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from fuzz import sdk_answers

LINES = st.lists(
    st.sampled_from(["data: {", "id: 1", "event: x", "retry: 9", ":", "", "\r", "data", "id: \u0663"])
)


@given(st.binary(max_size=3000) | LINES.map(lambda lines: "\n".join(lines).encode()))
def test_the_fuzz_entry(data: bytes) -> None:
    sdk_answers.fuzz_one(data)


@given(st.binary(max_size=8000))
def test_packed_bodies(data: bytes) -> None:
    sdk_answers.fuzz_one(gzip.compress(data))
