"""What another site can make a browser send, and what it cannot know or set."""

from urllib.parse import parse_qsl

import pytest

from cyberai.checkkit import Exchange, HttpRequest, HttpResponse, Url
from cyberai.checkkit.forgery import forged, ways

URL = Url.parse("http://a.example/save")
OWN = (
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Cookie", "sid=1"),
    ("X-CSRF-Token", "s3cret"),
)
FORM = Exchange(
    HttpRequest("GET", URL),
    HttpResponse(
        200,
        (("Content-Type", "text/html"),),
        b"<form><input type=hidden name=opaque value=strangers><input type=hidden name=kind value=note></form>",
    ),
)


def sent(
    body: bytes, way: int, ours: str = "text", headers: tuple[tuple[str, str], ...] = OWN
) -> HttpRequest:
    request = HttpRequest("POST", URL, headers, body)
    return forged(list(ways(request, "evil.example"))[way], request, FORM, ours)


def fields(request: HttpRequest) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def test_hidden_fields_are_those_of_a_stranger() -> None:
    request = sent(b"text=hello&opaque=victims&kind=note", 0)
    assert fields(request) == {"text": "hello", "opaque": "strangers", "kind": "note"}


@pytest.mark.parametrize("way", [0, 1])
@pytest.mark.parametrize(
    "secret",
    [
        b"csrf_token=abc",
        b"_token=1",
        b"nonce=x",
        b"x=4f1d2c3b4a5968778695a4b3c2d1e0ff",
        b"key=918273645546372819",
        b"__VIEWSTATE=a",
    ],
)
def test_a_secret_that_a_stranger_does_not_have_is_left_out(secret: bytes, way: int) -> None:
    assert fields(sent(b"text=hello&" + secret, way)) == {"text": "hello"}


def test_the_field_that_carries_our_value_stays_whatever_it_is_called() -> None:
    assert fields(sent(b"opaque=hello&kind=note", 0, ours="opaque"))["opaque"] == "hello"


def test_header_fields_of_the_application_are_not_sent() -> None:
    for way in (0, 1):
        names = {name for name, _ in sent(b"text=hello", way).headers}
        assert "X-CSRF-Token" not in names
        assert names <= {"Content-Type", "Origin", "Referer", "Cookie"}
    assert sent(b"text=hello", 0).header("origin") == "https://evil.example"
    assert sent(b"text=hello", 1).header("origin") == "null"


def test_json_goes_as_plain_text() -> None:
    headers = (("Content-Type", "application/json"), ("X-Requested-With", "XMLHttpRequest"))
    request = sent(b'{"text": "hello"}', 0, headers=headers)
    assert (request.header("content-type"), request.body) == ("text/plain", b'{"text": "hello"}')
    assert request.header("x-requested-with") is None


@pytest.mark.parametrize("kind", ["application/xml", "multipart/form-data; boundary=x", ""])
def test_other_types_are_not_forged(kind: str) -> None:
    headers = (("Content-Type", kind),) if kind else ()
    assert list(ways(HttpRequest("POST", URL, headers, b"x"), "evil.example")) == []
