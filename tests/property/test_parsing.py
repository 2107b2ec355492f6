"""Parsers of what users and targets write end in a value or in their own error, whatever comes."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from cyberai.app.times import parse_time, rfc3339
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.reproduce import curl
from cyberai.domain.target import TargetError, literal_address, parse_target


@given(st.text(max_size=200))
def test_any_text_is_a_target_or_a_target_error(text: str) -> None:
    with suppress(TargetError):
        parse_target(text)


@given(st.lists(st.sampled_from("0123456789abcxX.:/[]@%-_ex\\"), max_size=40).map("".join))
def test_near_targets_too(text: str) -> None:
    with suppress(TargetError):
        parse_target(text)
    with suppress(TargetError):
        literal_address(text)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_reference_joins_or_is_refused(path: str, reference: str) -> None:
    with suppress(ValueError):
        joined = Url.parse("http://host/" + path.replace("#", "")).join(reference)
        assert Url.parse(str(joined)) == joined


@given(st.integers(min_value=0, max_value=4_000_000_000).map(lambda s: s * 1_000_000))
def test_times_survive_the_round_trip(at: int) -> None:
    assert parse_time(rfc3339(at)) == at


@given(st.binary(max_size=60), st.text(max_size=30))
def test_a_curl_line_is_always_one_line_of_words(body: bytes, value: str) -> None:
    request = HttpRequest("POST", Url("http", "h", 80, "/x"), (("X", value),), body)
    assert curl(request).startswith("curl ")
