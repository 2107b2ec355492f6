"""A parameter as the first entry of a list."""

import pytest

from cyberai.checkkit.lists import as_list
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.insertion import InsertionKind, InsertionPoint


def query(target: str, name: str) -> InsertionPoint:
    return InsertionPoint(
        HttpRequest("GET", Url.parse(f"http://a.test{target}")), InsertionKind.QUERY, name, "1"
    )


@pytest.mark.parametrize(
    ("target", "name", "expected"),
    [
        ("/s?q=1", "q", "/s?q[]=1"),
        ("/s?a=2&q=1&b=3", "q", "/s?a=2&q[]=1&b=3"),
        ("/s?q", "q", "/s?q[]"),
        ("/s?the%20word=1", "the word", "/s?the%20word[]=1"),
        ("/s?q=1&q=2", "q", "/s?q[]=1&q=2"),
    ],
)
def test_the_name_of_the_first_such_parameter_changes(target: str, name: str, expected: str) -> None:
    listed = as_list(query(target, name))
    assert listed is not None
    assert listed.request.url.target == expected
    assert (listed.name, listed.value) == (f"{name}[]", "1")


def test_a_field_of_a_form() -> None:
    request = HttpRequest("POST", Url.parse("http://a.test/"), body=b"a=1&b=%E9")
    listed = as_list(InsertionPoint(request, InsertionKind.FORM, "b", "é"))
    assert listed is not None
    assert listed.request.body == b"a=1&b[]=%E9"


@pytest.mark.parametrize("kind", [InsertionKind.COOKIE, InsertionKind.PATH, InsertionKind.JSON])
def test_other_places_have_no_such_form(kind: InsertionKind) -> None:
    assert as_list(InsertionPoint(query("/s?q=1", "q").request, kind, "q", "1")) is None


def test_a_list_stays_as_it_is() -> None:
    assert as_list(query("/s?q[]=1", "q[]")) is None
