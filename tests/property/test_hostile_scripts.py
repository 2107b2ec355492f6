"""Scripts and answers as a hostile page writes them: read within bounds, never an error."""

from base64 import b64encode

from hypothesis import given
from hypothesis import strategies as st

from fuzz.script_source import fuzz_one

_PIECES = st.sampled_from(
    ["setRequestHeader(", "document.cookie=", "encodeURIComponent(", ".post(", "login(e){", ".login(", "this.user.",
     "JSON.stringify(", "'X-Name'", '"/api/a"', "'", '"', "`", "(", ")", "{", "}", ",", ":", "=", "+", "||", "??", ";",
     "e", "name", "\n", "\x00", "é"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=60))
def test_pieces_of_scripts_in_any_order(pieces: list[str]) -> None:
    fuzz_one("".join(pieces).encode())


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    fuzz_one(data)
    fuzz_one(b64encode(data) + b"\n" + b64encode(data))
