"""Whatever payload is put into a request, a server that decodes by the standard reads exactly that payload."""

import json
from urllib.parse import parse_qsl, unquote

from hypothesis import given
from hypothesis import strategies as st

from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from cyberai.engine.body import FORM, JSON, encode_multipart, encode_pairs, field_part, multipart_parts
from cyberai.engine.insertion import ordinary_points
from cyberai.engine.rendering import render

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
NAME = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda n: "csrf" not in n
)
PAIRS = st.lists(st.tuples(NAME, TEXT), min_size=1, max_size=5, unique_by=lambda pair: pair[0])
URL = Url.parse("http://shop.example/a/7/b")


def decoded(raw: str) -> list[tuple[str, str]]:
    return parse_qsl(raw, keep_blank_values=True, max_num_fields=50)


@given(PAIRS, TEXT, st.booleans())
def test_query_and_form(pairs: list[tuple[str, str]], payload: str, append: bool) -> None:
    raw = encode_pairs(tuple(pairs))
    query = HttpRequest("GET", URL.with_target(f"{URL.path}?{raw}"))
    form = HttpRequest("POST", URL, (("Content-Type", FORM),), raw.encode())
    for request, kind in ((query, InsertionKind.QUERY), (form, InsertionKind.FORM)):
        name, value = pairs[-1]
        changed = render(InsertionPoint(request, kind, name, value), payload, append)
        read = decoded(changed.url.query if kind is InsertionKind.QUERY else changed.body.decode())
        assert read == [*pairs[:-1], (name, value + payload if append else payload)]
        assert changed.headers == request.headers


@given(TEXT)
def test_path(payload: str) -> None:
    changed = render(InsertionPoint(HttpRequest("GET", URL), InsertionKind.PATH, "1", "7"), payload)
    segments = changed.url.target.split("/")
    assert len(segments) == 4
    assert [unquote(s) for s in segments] == ["", "a", payload, "b"]
    assert "." not in segments[2].strip(".") or set(payload) != {"."}


@given(PAIRS, TEXT)
def test_multipart(pairs: list[tuple[str, str]], payload: str) -> None:
    content_type, body = encode_multipart(tuple(field_part(f"n{i}", v) for i, (_, v) in enumerate(pairs)))
    request = HttpRequest("POST", URL, (("Content-Type", content_type),), body)
    changed = render(InsertionPoint(request, InsertionKind.MULTIPART, "n0", pairs[0][1]), payload)
    read = [(part.name, part.content.decode()) for part in multipart_parts(changed)]
    assert read == [("n0", payload), *((f"n{i}", v) for i, (_, v) in enumerate(pairs) if i)]


JSON_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def json_points(request: HttpRequest) -> list[InsertionPoint]:
    return [p for p in ordinary_points(request) if p.kind is InsertionKind.JSON]


@given(JSON_VALUE, TEXT)
def test_json_leaves(value: object, payload: str) -> None:
    request = HttpRequest("POST", URL, (("Content-Type", JSON),), json.dumps({"top": value}).encode())
    points = json_points(request)
    for point in points:
        changed = json.loads(render(point, payload).body)
        others = {(p.name, p.value) for p in points if p.name != point.name}
        now = HttpRequest("POST", URL, request.headers, json.dumps(changed).encode())
        read = {(p.name, p.value) for p in json_points(now)}
        assert others <= read
        assert (point.name, payload) in read
