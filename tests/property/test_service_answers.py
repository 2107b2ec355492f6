"""Whatever a service answers, its readers hold their limits."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cyberai.engine.services import catalogue
from fuzz.service_answers import fuzz_one

STARTS = st.sampled_from(
    [ask.payload[:12] for ask in catalogue.everything()]
    + [
        b"SSH-2.0-",
        b"220 ",
        b"+OK ",
        b"* OK ",
        b"\x30\x82",
        b"\x01\x00\x00",
        b"\x00\x00\x00\x50\xfeSMB",
        b"\x84\x00",
    ]
    + [
        b"\x43\x59\x84\x00\x00\x01\x00\x01",
        b"\x05\x00",
        b"R\x00\x00\x00\x08",
        b"INFO {",
        b"\x04\x01\x00\x25",
        b"\x0a",
    ]
)


@settings(deadline=None)
@given(STARTS, st.binary(max_size=400))
@example(
    b"\x43\x59\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00\x07version\x04bind\x00\x00\x10\x00\x03",
    b"\xc0\x0c\x00\x10",
)
@example(b"\x30\x84\xff\xff\xff\xff", b"\x02\x01\x01")
@example(b"\x30\x80", b"\x30\x80" * 200)
def test_readers_of_answers_hold_their_limits(start: bytes, rest: bytes) -> None:
    fuzz_one(start + rest)
