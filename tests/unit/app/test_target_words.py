"""People are told what a target may be; everything else, and the API's own words, stay as they are."""

import pytest
from msgspec import UNSET

from cyberai.app.requests import OptionsRequest, ScanRequest
from cyberai.app.scan_request import read_scan_request
from cyberai.app.target_words import POSSIBLE, told_to_people
from cyberai.domain.errors import InvalidRequest


def problems(request: ScanRequest) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as caught, told_to_people(request):
        read_scan_request(request)
    errors = caught.value.extra["errors"]
    assert (caught.value.field, caught.value.reason) == (errors[0]["field"], errors[0]["reason"])
    return [(error["field"], error["reason"]) for error in errors]


def test_the_value_is_named_where_it_stood() -> None:
    request = ScanRequest(targets=["example.com", "ht!tp", 3, "a" * 300])
    assert problems(request) == [
        ("targets[1]", f"'ht!tp' is no target; give {POSSIBLE}"),
        ("targets[2]", f"Give {POSSIBLE}"),
        ("targets[3]", f"'{'a' * 100}...' is no target; give {POSSIBLE}"),
    ]


@pytest.mark.parametrize("given", [UNSET, None, "", "  ", 5, ["a"]])
def test_nothing_that_can_be_shown_is_asked_for(given: object) -> None:
    assert problems(ScanRequest(target=given)) == [("target", f"Give {POSSIBLE}")]


def test_other_problems_keep_their_words() -> None:
    request = ScanRequest(target="ht!tp", options=OptionsRequest(depth=77))
    assert problems(request) == [
        ("target", f"'ht!tp' is no target; give {POSSIBLE}"),
        ("options.depth", "Must be a whole number from 1 to 10"),
    ]
    assert problems(ScanRequest(target="10.0.0.0/1"))[0][1].startswith("'10.0.0.0/1'") is False


def test_another_refusal_passes_untouched() -> None:
    refusal = InvalidRequest("No", field="x", reason="y")
    with pytest.raises(InvalidRequest) as caught, told_to_people(ScanRequest(target="a")):
        raise refusal
    assert caught.value is refusal
