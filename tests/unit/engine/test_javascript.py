"""Reading scripts: addresses put together by code, the requests the code makes, and code that means harm."""

import json
import time

import pytest

from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.engine import scripts
from cyberai.engine.body import multipart_parts
from cyberai.engine.page import read_page
from cyberai.engine.script_calls import calls

PAGE = Url.parse("http://shop.example/dir/page")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('var b="/api/";get(b+"users/"+id)', "/api/users/1"),
        ("const t='/v',n={a:t+'/items'};fetch(n.a+'?q='+q)", "/v/items?q=1"),
        ("`${this.host}/rest/x/${id}/y`", "/rest/x/1/y"),
        ("const A='/api';f(`${A}/u/${u.id}`)", "/api/u/1"),
        ("'/a/' + enc(x, 1) + '/b?since=' + d", "/a/1/b?since=1"),
        ("'/list?date=' + d", "/list?date=2024-01-15"),
        ("'/list?mail=' + d", "/list?mail=1"),
        ("'/cut' + suffix", "/cut"),
        (r"s='it\'s';u='/after/escape'", "/after/escape"),
        ("/* it's */ // don't\nu='/after/comment'", "/after/comment"),
        ("""r=/["']/g;u="/after/regex" """, "/after/regex"),
        ("x=a/b;y='/after/division'", "/after/division"),
        ("document.write('<a href=\"w.php?d=1\">w</a>')", "w.php?d=1"),
        ("u='\\u002Fescaped\\u002Fpath'", "/escaped/path"),
        ("import('./chunk.js')", "./chunk.js"),
        ("a='x'; //# sourceMappingURL=app.js.map", "./app.js.map"),
    ],
)
def test_addresses_that_code_puts_together(source: str, expected: str) -> None:
    assert expected in list(scripts.paths(source))


def test_what_a_handler_leaves_open() -> None:
    assert list(scripts.open_paths("location='/p?id='+this.value")) == ["/p?id="]
    assert list(scripts.open_paths("location='/p?id=7'; go(1)")) == []


def request(source: str) -> HttpRequest:
    (made,) = calls(source, PAGE)
    return made


@pytest.mark.parametrize(
    ("source", "method", "target", "body"),
    [
        ("fetch(B+'/x',{method:'PUT',body:JSON.stringify({a:{b:1,c:[v]}})})", "PUT", "/x", {"a": {"b": 1, "c": ["cyberai"]}}),
        ("$.ajax({url:'/f',type:'POST',contentType:'application/json',data:JSON.stringify({mail:u})})", "POST", "/f",
         {"mail": "cyberai@example.com"}),
        ("axios.post('/f',{name:n})", "POST", "/f", {"name": "cyberai"}),
        ("var d={name:n};fetch('/f',{method:'POST',body:JSON.stringify(d)})", "POST", "/f", {"name": "cyberai"}),
        ("axios({url:'/f',method:'patch',data:{ok:true}})", "PATCH", "/f", None),
    ],
)  # fmt: skip
def test_bodies_in_json(source: str, method: str, target: str, body: object) -> None:
    made = request(source)
    assert (made.method, made.url.target) == (method, target)
    if body is not None:
        assert json.loads(made.body) == body


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("$.post('/f', {vote: 1, item: i})", b"vote=1&item=cyberai"),
        (
            "fetch('/f',{method:'POST',body:new URLSearchParams({event:z,label:'a'})})",
            b"event=cyberai&label=a",
        ),
        ("x.open('POST','/f');x.send('from='+a+'&total='+b)", b"from=1&total=1"),
    ],
)
def test_bodies_as_forms_send_them(source: str, expected: bytes) -> None:
    made = request(source)
    assert (made.method, made.header("content-type")) == ("POST", "application/x-www-form-urlencoded")
    assert made.body == expected


def test_form_data_is_gathered() -> None:
    made = request(
        "var d=new FormData();d.append('avatar',f);d.append('title',t);fetch('/u',{method:'POST',body:d})"
    )
    assert [part.name for part in multipart_parts(made)] == ["avatar", "title"]


def test_parameters_headers_and_bases() -> None:
    assert request("c.get('/o',{params:{status:s,page:1}})").url.target == "/o?status=cyberai&page=1"
    assert request("$.getJSON('/s',{from:a})").url.target == "/s?from=cyberai"
    assert request("fetch('/h',{headers:{'X-Client':'web'}})").header("x-client") == "web"
    based = calls("c=axios.create({baseURL:'/api/v2'});c.put('/i/'+id,{stars:5})", PAGE)
    assert [made.url.target for made in based] == ["/i/1", "/api/v2/i/1"]
    assert request("fetch('/c/'+x+'/apply',{method:'PUT'})").body == b""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("var b='/api';function get(p,o){return fetch(b+p,o||{mode:'cors'})} get('/s?term='+t)", ["GET /api/s?term=1"]),
        ("const A='/rest';const call=async(p,o)=>{await fetch(`${A}${p}`,o)};call('/y',{method:'PUT',body:JSON.stringify({a:1})})",
         ['PUT /rest/y {"a":1}']),
        ("class C{root='/v1';send(path,data){return fetch(this.root+path,{method:'POST',body:JSON.stringify(data)})}"
         "run(){this.send('/notes',{t:'a'})}}", ['POST /v1/notes {"t":"a"}']),
        ("var api=function(u){return fetch('/api'+u)};api('/list/'+id);napi('/no')", ["GET /api/list/1"]),
        ("function f(u){return fetch(u)}; f('/z')", []),
        ("if(p){fetch(b+p)} if('/x')", []),
    ],
)  # fmt: skip
def test_functions_that_put_a_beginning_before_each_address(source: str, expected: list[str]) -> None:
    made = calls(source, PAGE)
    assert [f"{m.method} {m.url.target} {m.body.decode()}".strip() for m in made] == expected


def read(body: str, target: str, media_type: str) -> list[str]:
    response = HttpResponse(200, (("Content-Type", media_type),), body.encode())
    page = read_page(Exchange(HttpRequest("GET", PAGE.with_target(target)), response), PAGE)
    return [link.url.target for link in page.links] + [call.url.target for call in page.calls]


def test_a_script_speaks_of_its_page_and_loads_from_its_folder() -> None:
    assert read("go('list.php?a='+b);import('./more.js')", "/js/a.js", "text/javascript") == [
        "/dir/list.php?a=1",
        "/js/more.js",
    ]


def test_a_source_map_shows_the_original_code() -> None:
    value = {
        "version": 3,
        "mappings": "",
        "sources": ["a.ts"],
        "sourcesContent": ["fetch('/debug?cmd=' + c)"],
    }
    assert "/debug?cmd=1" in read(json.dumps(value), "/js/a.js.map", "application/json")


def test_json_leads_to_its_objects_and_links() -> None:
    value = {
        "data": [{"id": 7, "links": {"self": "/api/items/7"}}, {"id": 8}],
        "next": "/api/items?cursor=x",
        "t": "1/2",
    }
    assert read(json.dumps(value), "/api/items", "application/json") == [
        "/api/items/7",
        "/api/items?cursor=x",
    ]
    assert read('[{"_id":"ab12"}]', "/api/notes/", "application/json") == ["/api/notes/ab12"]
    assert read('{"url":"/api/x?y=1"}', "/ajax.php", "text/html") == ["/api/x?y=1"]
    assert read("[" * 100_000, "/api/deep", "application/json") == []


HOSTILE = {
    "quotes": "\"'`" * 300_000,
    "expressions": "=/[" * 300_000,
    "escapes": '\\"' * 500_000,
    "templates": "`${" * 300_000,
    "sums": '"a"+' * 250_000,
    "calls": ".post('/x',{" * 80_000,
    "opened": ".send(" * 100_000 + ".open('POST','/x')" * 10_000,
    "backslashes": '"' + "\\" * 1_000_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_code_that_means_harm_takes_bounded_time(name: str) -> None:
    start = time.process_time()
    list(scripts.paths(HOSTILE[name]))
    calls(HOSTILE[name], PAGE)
    assert time.process_time() - start < 8


def test_a_method_that_is_handed_the_body_sends_what_its_caller_put_together() -> None:
    bundle = """class a{login(e){return this.http.post("/rest/login",e).pipe(x)}save(e,t){return t.post("/rest/save",e)}}
    class b{enter(){this.user={};this.user.email=this.mail.value;this.user.password=this.word.value;
    this.service.login(this.user).subscribe(f)}keep(){this.service.save({title:"rope",count:2},h)}}"""
    made = {r.url.path: json.loads(r.body) for r in calls(bundle, Url.parse("http://h/")) if r.body}
    assert set(made["/rest/login"]) == {"email", "password"}
    assert made["/rest/save"] == {"title": "rope", "count": 2}


def test_a_default_of_the_code_is_the_value() -> None:
    bundle = 'axios.get("/api/file", {params: {name: n || "guide.txt", lang: l ?? \'en\'}})'
    assert [r.url.target for r in calls(bundle, Url.parse("http://h/"))] == [
        "/api/file?name=guide.txt&lang=en"
    ]
