"""What clients send beside bodies: any text gives a wish, a command, or nothing, and never an error."""

from hypothesis import given
from hypothesis import strategies as st

from cyberai.api.interest import Command, parse_command
from cyberai.api.long_poll import MOST_SECONDS, preferred_wait
from fuzz import client_wishes


@given(st.binary(max_size=200) | st.text('wait=;, "0123456789', max_size=40).map(str.encode))
def test_any_prefer_header_is_a_wish_within_bounds_or_none(header: bytes) -> None:
    seconds = preferred_wait(header)
    assert seconds is None or 0 <= seconds <= MOST_SECONDS


@given(st.text(max_size=200) | st.text('{}[]":,acionsube_d0x', max_size=60))
def test_any_text_is_a_command_or_none(text: str) -> None:
    command = parse_command(text)
    assert command is None or isinstance(command, Command)


@given(st.binary(max_size=3000))
def test_the_fuzz_entry(data: bytes) -> None:
    client_wishes.fuzz_one(data)


@given(st.integers(1, 3000))
def test_deep_nesting_is_no_command_and_no_crash(depth: int) -> None:
    parse_command('{"action":' + "[" * depth + "]" * depth + "}")
    assert parse_command("[" * depth) is None
