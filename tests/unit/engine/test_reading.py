"""Reading pages: tags, links, scripts, forms, shapes."""

import json

import pytest

from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.engine import scripts
from cyberai.engine.forms import parse_forms
from cyberai.engine.markup import Tag, tags
from cyberai.engine.page import Page, read_page
from cyberai.engine.robots import disallowed
from cyberai.engine.script_calls import calls
from cyberai.engine.shape import VARIANTS, check_shape, crawl_key, only_field, plausible, shape_of
from cyberai.engine.submissions import submissions

URL = Url.parse("http://shop.example/dir/page?x=1")


def read(body: str, content_type: str = "text/html", target: str = "/dir/page?x=1") -> Page:
    response = HttpResponse(200, (("Content-Type", content_type),), body.encode())
    return read_page(Exchange(HttpRequest("GET", URL.with_target(target)), response))


def targets(page: Page) -> list[str]:
    return [str(link.url).removeprefix("http://shop.example") for link in page.links]


def request(target: str, method: str = "GET") -> HttpRequest:
    return HttpRequest(method, URL.with_target(target))


def test_tags_and_their_text() -> None:
    page = """<!doctype html><!-- <a href=/no> --><A HREF=/x/y?a=1&amp;b=2 title='a > b'>go &lt;on</A>
    <script>if (a < b) { "</b>" }</script><br/><p>3 < 4</p><input name="n" value='"' disabled>"""
    found = list(tags(page))
    assert found[0] == Tag("a", False, {"href": "/x/y?a=1&b=2", "title": "a > b"}, "go <on")
    assert found[2] == Tag("script", False, {}, 'if (a < b) { "</b>" }')
    assert [t.name for t in found] == ["a", "a", "script", "script", "br", "p", "p", "input"]
    assert found[-1].attributes == {"name": "n", "value": '"', "disabled": ""}


def test_links_from_everywhere_a_page_hides_them() -> None:
    page = read(
        """<a href="/a">a</a><area href=b><frame src=/c><iframe src='/d?x=1&amp;y=2'></iframe>
        <meta http-equiv=Refresh content="5; URL='/e'"><link rel=next href=/f><link rel=icon href=/g>
        <img src=/h.png><img src="/i?n=1"><script src=/j.js></script>
        <tr onclick="location.href='/k'"><script>var u="/api/l/"+id, m='text/html', d='1/2/3', r="/^x$/g";</script>
        <a href="javascript:go('/no')">n</a><a href="mailto:x@y.z">m</a><a href="#top">t</a><a href=" /o p ">o</a>
        <a href="//other.example/q">q</a><a href="http://[bad">bad</a>"""
    )
    assert targets(page) == [
        "/a", "/dir/b", "/c", "/d?x=1&y=2", "/e", "/f", "/i?n=1", "/j.js", "/k", "/api/l/1", "/no", "/dir/page?x=1", "/o%20p",
        "http://other.example/q",
    ]  # fmt: skip
    assert [link.guessed for link in page.links if str(link.url).endswith(("/k", "/l/1"))] == [True, True]


def test_a_base_element_moves_the_links_behind_it() -> None:
    assert targets(read("<base href='/other/'><a href=x>x</a>")) == ["/other/x"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('fetch("/api/users/" + id)', ["/api/users/1"]),
        ("get(`/api/${kind}/items?id=${i}`)", ["/api/1/items?id=1"]),
        ('path:"/users/:id/edit"', ["/users/1/edit"]),
        ('a="\\/escaped\\/path"', ["/escaped/path"]),
        ('x="report.php?id="+n', ["report.php?id=1"]),
        ("get('/find?q=' + encode(q) + '&page=' + n)", ["/find?q=1&page=1"]),
        ("it's \"/in/double\" don't", ["/in/double"]),
        ('"application/json" "text/html" "/" "//" "a b" "/<x>"', []),
        ('"https://cdn.example/lib.js"', ["https://cdn.example/lib.js"]),
        ('"v1/things/list"', ["v1/things/list"]),
    ],
)
def test_paths_in_scripts(source: str, expected: list[str]) -> None:
    assert list(scripts.paths(source)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "fetch('/api/enter', {method: 'POST', headers: h, body: JSON.stringify({user: 'bo', password: pw, n: 1})})",
            ("POST", "/api/enter", {"user": "bo", "password": "Cyberai-2024", "n": 1}),
        ),
        (
            'x.open("PUT", "/api/note"); x.send(JSON.stringify({"text": `${t}`, done: false, at: {a: 1, b: 2}, id}))',
            ("PUT", "/api/note", {"text": "cyberai", "done": False, "at": {"a": 1, "b": 2}, "id": "1"}),
        ),
        ("client.post('/api/find', {q: value, page: 2})", ("POST", "/api/find", {"q": "cyberai", "page": 2})),
        ("c.put('/api/a', {post: id, by: row.userId})", ("PUT", "/api/a", {"post": "1", "by": "1"})),
    ],
)
def test_json_bodies_in_scripts(source: str, expected: tuple[str, str, object]) -> None:
    (call,) = calls(source, URL)
    assert (call.method, call.url.target, json.loads(call.body)) == expected
    assert call.header("content-type") == "application/json"


@pytest.mark.parametrize(
    "source",
    [
        "JSON.stringify({a: 1})",
        "f('/x', JSON.stringify(value))",
        "a.post(",
        "a.post({" * 3000,
        "JSON.stringify({" * 3000,
    ],
)
def test_scripts_that_name_no_body_or_no_address_make_no_calls(source: str) -> None:
    assert calls(source, URL) == ()


def test_robots_rules_are_weighed_by_length() -> None:
    robots = "User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /private\nAllow: /private/open # yes\nDisallow:\n"
    assert disallowed(robots, "/private/x")
    assert not disallowed(robots, "/private/open/x")
    assert not disallowed(robots, "/public")


def first_submissions(body: str) -> list[tuple[str, str, str]]:
    page = list(tags(body))
    return [
        (s.request.method, s.request.url.target, s.request.body.decode())
        for form in parse_forms(page)
        for s in submissions(form, URL)
    ]


def test_forms_are_filled_with_what_their_fields_want() -> None:
    body = """<form method=post action=/join><input type=hidden name=step value=2><input name=email>
    <input type=password name=pw><input type=number name=age min=18><input type=date name=day><input type=url name=site>
    <input name=nick maxlength=4><textarea name=about> </textarea><select name=land><option value="">-<option>DE<option>FR</select>
    <input type=radio name=kind value=a><input type=radio name=kind value=b><input type=checkbox name=ok>
    <input name=off disabled><input type=reset name=r><input type=submit name=go value=Join></form>"""
    filled_in, untouched, *choices = first_submissions(body)
    assert filled_in[:2] == ("POST", "/join")
    assert filled_in[2] == (
        "step=2&email=cyberai%40example.com&pw=Cyberai-2024&age=18&day=2024-01-15&site=http%3A%2F%2Fexample.com%2F"
        "&nick=cybe&about=%20&land=DE&kind=a&ok=on&go=Join"
    )
    assert untouched[2].endswith("&about=%20&land=&go=Join")
    assert [sent.partition("&land=")[2] for _, _, sent in choices] == ["FR&kind=b&ok=on&go=Join"]


def test_each_submit_button_is_a_way_to_send_the_form() -> None:
    body = """<form action=search?old=1><input name=q><button name=by value=name>By name</button>
    <input type=submit name=by value=date formaction=/by-date></form>"""
    assert first_submissions(body) == [
        ("GET", "/dir/search?q=cyberai&by=name", ""),
        ("GET", "/by-date?q=cyberai&by=date", ""),
    ]


def test_controls_belong_to_the_form_they_name_and_to_the_page_without_an_action() -> None:
    body = "<form id=f></form><input name=late form=f><input name=stray><form method=dialog><input name=d></form>"
    assert first_submissions(body) == [("GET", "/dir/page?late=cyberai", "")]


def test_json_forms_and_uploads() -> None:
    json_form = "<form method=post action=/api enctype=application/json><input name=a value=1></form>"
    assert first_submissions(json_form) == [("POST", "/api", '{"a":"1"}')]
    ((_, _, sent),) = first_submissions(
        "<form method=post action=/up enctype=multipart/form-data><input type=file name=doc><input name=t></form>"
    )
    assert 'name="doc"; filename="cyberai.txt"' in sent
    assert 'name="t"\r\n\r\ncyberai' in sent


def test_shapes_ignore_ids_values_and_order() -> None:
    assert shape_of(request("/item/17?b=1&a=2")) == shape_of(request("/item/18?a=x&b=y"))
    assert shape_of(request("/item/17")) != shape_of(request("/item/17", "POST"))
    assert shape_of(request("/item/17")) != shape_of(request("/thing/17"))


@pytest.mark.slow
def test_crawl_keys_keep_words_and_bound_everything_else() -> None:
    assert crawl_key(request("/?page=about")) != crawl_key(request("/?page=contact"))
    assert len({crawl_key(request(f"/?n={n}")) for n in range(400)}) == 400
    assert len({crawl_key(request(f"/?at=2024-{n}-x{n}")) for n in range(90_000)}) == VARIANTS
    assert len({crawl_key(request(f"/item/{n}")) for n in range(1_000, 9_000)}) == 8_000
    assert len({crawl_key(request(f"/item/{n}/of/{n}")) for n in range(90_000)}) == VARIANTS
    assert crawl_key(request("/f?csrf=a1&q=x")) == crawl_key(request("/f?csrf=b2&q=x"))
    assert crawl_key(request("/?token=a1b2c3")) == crawl_key(request("/?token=a1b2c3"))


def test_structure_is_blind_to_repetition_and_sees_forms() -> None:
    few, many = read("<ul>" + "<li>x</li>" * 3 + "</ul>"), read("<ul>" + "<li>y</li>" * 300 + "</ul>")
    form = read("<ul>" + "<li>x</li>" * 3 + "</ul><form action=/s><input name=q></form>")
    assert few.structure == many.structure != form.structure


def test_a_unit_about_one_field_says_so() -> None:
    shape = check_shape(request("/f?a=1&b="), "0123456789", "query:a")
    assert only_field(shape) == "query:a"
    assert only_field(check_shape(request("/f?a=1"), "0123456789")) == ""


@pytest.mark.parametrize("target", ["/a" * 20, "/x/x/x/x", "/q?" + "a" * 2_500])
def test_addresses_only_traps_make_are_not_plausible(target: str) -> None:
    assert not plausible(request(target))
    assert plausible(request("/a/b/a/b/c"))
