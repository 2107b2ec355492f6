"""Whatever a file of fingerprints holds, it is read within limits or refused with words."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from fuzz.recog import fuzz_one

PIECES = st.sampled_from(
    [b"<fingerprints>", b"<fingerprint pattern='(a)'>", b"<param pos='1' name='x'/>", b"</fingerprint>", b"&amp;", b"]]>",
     b"<!DOCTYPE a>", b"<!ENTITY x 'y'>", b"&x;", b"(?i)", b"\\h", b"[^\\d]", b"(?:", b")", b"{2,}", b"PK\x03\x04", b"\xff"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(PIECES | st.binary(max_size=12), max_size=12).map(b"".join))
@example(b"\xfd7zXZ\x00")
@example(b"[[:alpha:]" * 30)
def test_files_of_fingerprints_are_read_within_limits(data: bytes) -> None:
    fuzz_one(data)
