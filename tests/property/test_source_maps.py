"""The fuzz entry of source maps under Hypothesis."""

from hypothesis import example, given
from hypothesis import strategies as st

from fuzz import source_map

PIECES = (
    b'{"version":3,', b'"sources":["', b'"sourcesContent":["', b'"mappings":"', b'"sections":[', b'{"map":', b'"],', b'",',
    b"[", b"]", b"}", b")]}'\n", b"webpack:///./src/a.js", b"node_modules/", b"\xff", b"\x00", b"\\ud800", b"null", b"1e999",
)  # fmt: skip


@given(st.binary(max_size=2_000))
@example(b'{"version":"\xff<form action="')
@example(b'{"sections":' * 5_000)
def test_any_bytes(data: bytes) -> None:
    source_map.fuzz_one(data)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
def test_pieces_of_maps(data: bytes) -> None:
    source_map.fuzz_one(data)
