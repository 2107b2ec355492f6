"""Insertion points: which there are, and exactly what goes on the wire."""

import pytest

from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from cyberai.engine.body import FORM, JSON, encode_multipart, field_part, multipart_parts, query_pairs
from cyberai.engine.insertion import label, ordinary_points, own_points, path_point, rare_points
from cyberai.engine.rendering import render


def request_of(
    target: str, body: bytes = b"", content_type: str = "", *headers: tuple[str, str]
) -> HttpRequest:
    typed = (("Content-Type", content_type),) if content_type else ()
    url = Url.parse(f"http://shop.example{target}")
    return HttpRequest("POST" if body else "GET", url, (*typed, *headers), body)


def point(request: HttpRequest, name: str) -> InsertionPoint:
    return next(p for p in (*ordinary_points(request), *rare_points(request)) if label(p) == name)


def test_every_place_of_the_application_is_a_point() -> None:
    request = request_of("/shop/42/item?a=1&b=x%20y&a=2")
    assert [(label(p), p.value) for p in ordinary_points(request)] == [
        ("path:1", "42"),
        ("query:a", "1"),
        ("query:b", "x y"),
    ]
    body = request_of("/f", b"name=a%2Bb&csrf_token=zz&empty=", FORM)
    assert [(label(p), p.value) for p in ordinary_points(body)] == [("form:name", "a+b"), ("form:empty", "")]
    nested = request_of("/f", b'{"user":{"tags":["x",7],"ok":true,"odd.key":"v","none":null}}', JSON)
    assert [(label(p), p.value) for p in ordinary_points(nested)] == [
        ("json:user.tags[0]", "x"),
        ("json:user.tags[1]", "7"),
        ("json:user.ok", "true"),
        ('json:user["odd.key"]', "v"),
    ]


def test_a_query_without_names_is_one_value() -> None:
    request = request_of("/glossary?knots%20and")
    assert [(p.kind, p.name, p.value) for p in ordinary_points(request)] == [
        (InsertionKind.RAW_QUERY, "", "knots and")
    ]
    assert InsertionKind.RAW_QUERY not in {p.kind for p in rare_points(request)}


@pytest.mark.parametrize(
    ("target", "name", "payload", "append", "wire"),
    [
        ("/a?x=1&y=%7e&x=2", "query:x", "<'&=+ é", False, "/a?x=%3C%27%26%3D%2B%20%C3%A9&y=%7e&x=2"),
        ("/a?x=1&flag", "query:flag", "z", False, "/a?x=1&flag=z"),
        ("/a?x=1", "query:x", "'--", True, "/a?x=1%27--"),
        ("/a/7/b?q=1", "path:1", "../x", False, "/a/..%2Fx/b?q=1"),
        ("/a/7/b", "path:1", "..", False, "/a/%2E%2E/b"),
        ("/a?x=1", "raw-query:", "<b> &\"'", False, "/a?<b>%20&\"'"),
        ("/a?x=1", "parameter-name:", "n<", False, "/a?x=1&n%3C=1"),
        ("/a", "parameter-name:", "n", False, "/a?n=1"),
    ],
)
def test_payloads_in_the_request_line(target: str, name: str, payload: str, append: bool, wire: str) -> None:
    assert render(point(request_of(target), name), payload, append).url.target == wire


def test_json_types_are_kept_where_the_payload_has_one() -> None:
    request = request_of("/f", b'{"n":5,"s":"x","b":true,"f":1.5,"other":"\\u00e9"}', JSON)
    rendered = {
        (name, payload): render(point(request, f"json:{name}"), payload).body.decode()
        for name, payload in [
            ("n", "6"),
            ("n", "6'"),
            ("s", "6"),
            ("b", "false"),
            ("b", "1"),
            ("f", "2.5"),
            ("n", "06"),
        ]
    }
    assert '"n":6,' in rendered["n", "6"]
    assert '"n":"6\'"' in rendered["n", "6'"]
    assert '"s":"6"' in rendered["s", "6"]
    assert '"b":false' in rendered["b", "false"]
    assert '"b":"1"' in rendered["b", "1"]
    assert '"f":2.5' in rendered["f", "2.5"]
    assert '"n":"06"' in rendered["n", "06"]
    assert all('"other":"é"' in text for text in rendered.values())


def test_headers_lose_line_breaks_and_cookies_lose_semicolons_only() -> None:
    request = request_of("/a", b"", "", ("Cookie", "a=1; theme=light"), ("User-Agent", "x"))
    header = render(point(request, "header:User-Agent"), "b\r\nEvil: 1")
    assert header.headers == (("Cookie", "a=1; theme=light"), ("User-Agent", "b  Evil: 1"))
    cookie = render(point(request, "cookie:theme"), "d'ark; x=<é")
    assert cookie.header("cookie") == "a=1; theme=d'ark%3B x=<%C3%A9"
    absent = render(InsertionPoint(request_of("/a"), InsertionKind.COOKIE, "new"), "v")
    assert absent.header("cookie") == "new=v"


def test_multipart_keeps_the_other_parts_and_its_boundary_stays_outside_the_payload() -> None:
    content_type, body = encode_multipart(
        (field_part("a", "1"), field_part("f", "data", "x.txt"), field_part("b", "2"))
    )
    request = request_of("/f", body, content_type)
    assert [label(p) for p in ordinary_points(request)] == ["multipart:a", "multipart:b", "file-name:f"]
    hostile = content_type.partition("boundary=")[2]
    changed = render(point(request, "multipart:b"), f"\r\n--{hostile}--")
    parts = multipart_parts(changed)
    assert [(p.name, p.content) for p in parts] == [
        ("a", b"1"),
        ("f", b"data"),
        ("b", f"\r\n--{hostile}--".encode()),
    ]
    assert parts[1].filename == "x.txt"


def test_the_last_segment_is_a_point_and_a_directory_has_none() -> None:
    found = path_point(request_of("/user/ali%20ce?x=1"))
    assert found is not None
    assert (found.name, found.value) == ("1", "ali ce")
    assert path_point(request_of("/user/")) is None


def test_a_file_name_is_a_place_and_its_part_keeps_its_content() -> None:
    part = field_part("f", "content", "a.txt")
    content_type, body = encode_multipart((part,))
    place = ordinary_points(request_of("/f", body, content_type))[0]
    assert (place.kind, place.name, place.value) == (InsertionKind.FILE_NAME, "f", "a.txt")
    changed = multipart_parts(render(place, '<b>"\r\nX: y'))
    assert [(p.filename, p.content) for p in changed] == [("<b>%22  X: y", b"content")]


def test_text_in_base64_is_a_place_of_its_own_and_words_are_none() -> None:
    request = HttpRequest(
        "GET", Url.parse("http://10.0.0.1/x?d=aGVsbG8geW91&w=harbours&n=12345678&h=d2hhdA%3D%3D")
    )
    points = {label(place): place for place in ordinary_points(request)}
    assert [name for name in points if "~" in name] == ["query:d~base64", "query:h~base64"]
    coded = points["query:d~base64"]
    assert coded.value == "hello you"
    assert "d=aGVsbG8geW91IQ%3D%3D&" in render(coded, "!", append=True).url.target


def test_members_of_an_object_in_a_parameter_are_places_of_their_own() -> None:
    request = HttpRequest(
        "GET",
        Url.parse(
            "http://10.0.0.1/x?f=%7B%22kind%22%3A%22rope%22%2C%22of%22%3A%7B%22n%22%3A4%7D%7D&g=%7Bno%7D"
        ),
    )
    points = {label(place): place for place in ordinary_points(request)}
    assert list(points) == ["query:f", "query:g", "query:f~json:kind", "query:f~json:of.n"]
    changed = render(points["query:f~json:kind"], "'", append=True)
    assert query_pairs(changed)[0] == ("f", '{"kind":"rope\'","of":{"n":4}}')
    assert query_pairs(render(points["query:f~json:of.n"], "7"))[0] == ("f", '{"kind":"rope","of":{"n":7}}')
    assert query_pairs(render(points["query:f~json:of.n"], "7 x"))[0] == (
        "f",
        '{"kind":"rope","of":{"n":"7 x"}}',
    )


def test_a_cookie_in_base64_is_read_as_well() -> None:
    request = HttpRequest("GET", Url.parse("http://10.0.0.1/"), (("Cookie", "seen=c2FmZXR5; lang=harbours"),))
    points = {label(place): place for place in own_points(request)}
    assert list(points) == ["cookie:seen", "cookie:lang", "cookie:seen~base64"]
    assert (
        render(points["cookie:seen~base64"], "'", append=True).header("cookie")
        == "seen=c2FmZXR5Jw==; lang=harbours"
    )
