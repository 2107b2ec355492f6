"""Content and origin checks against answers of real programs, written down apart from the lab, and against hostile
ones."""

import asyncio
import io
import time
import zipfile

import pytest

from cyberai.checkkit import (
    Exchange,
    Handshake,
    Hit,
    HttpRequest,
    HttpResponse,
    OriginAsset,
    PageAsset,
    TlsVersion,
    Url,
)
from cyberai.checkkit.traces import traces
from cyberai.checks.passive.cookie_flags import cookie_flags
from cyberai.checks.passive.directory_listing import directory_listing
from cyberai.checks.passive.mixed_content import mixed_content
from cyberai.checks.passive.source_maps import source_maps
from cyberai.checks.passive.stack_traces import stack_traces
from cyberai.checks.passive.version_disclosure import version_disclosure
from cyberai.checks.web.backup_files import backup_files
from cyberai.checks.web.cors_origin import cors_origin
from cyberai.checks.web.debug_pages import debug_pages
from cyberai.checks.web.host_header import host_header
from cyberai.domain.fingerprint import fingerprint
from cyberai.lab import discovery
from cyberai.lab.http import LabRequest
from cyberai.lab.service import TlsListener
from support.direct_probe import DirectProbe, Respond, collect, run
from support.scan_in_process import Finished, scan, spec_of
from support.simulated_network import Service, SimulatedNetwork

HTML = (("Content-Type", "text/html; charset=utf-8"),)


def page(
    body: str, url: str = "http://shop.test/files/", status: int = 200, headers: tuple = HTML
) -> Exchange:
    return Exchange(HttpRequest("GET", Url.parse(url)), HttpResponse(status, headers, body.encode()))


def look(check, exchange: Exchange, respond: Respond | None = None) -> list[Hit]:
    def same(request: HttpRequest) -> HttpResponse:
        return (
            exchange.response
            if request.url == exchange.request.url
            else HttpResponse(404, HTML, b"<h1>No</h1>")
        )

    probe = DirectProbe(respond or same, budget=check.meta.max_requests)
    return run(collect(check, PageAsset(exchange), probe))


def members(fixed: bool) -> Finished:
    listener: TlsListener = next(item for item in discovery.tls_listeners() if item.name == "members")

    def respond(request: HttpRequest) -> HttpResponse:
        headers = (("Host", request.url.authority), *request.headers)
        answer = listener.respond(
            LabRequest(request.method, request.url.target, headers, request.body), fixed
        )
        return HttpResponse(answer.status, answer.headers, answer.body)

    secure = Service(
        respond, versions=frozenset({TlsVersion.TLS1_3}), handshake=Handshake("TLSv1.3", "x", (), True, "")
    )
    return asyncio.run(scan(spec_of("https://127.0.0.1/"), SimulatedNetwork({443: secure}), (mixed_content,)))


def test_every_load_without_tls_is_found_and_the_fixed_twin_is_silent() -> None:
    found = members(fixed=False)
    listener = next(item for item in discovery.tls_listeners() if item.name == "members")
    assert {hit.url.path for _, hit in found.hits if hit.url} == {flaw.path for flaw in listener.flaws}
    assert members(fixed=True).hits == []


@pytest.mark.parametrize(
    ("url", "form", "found"),
    [
        ("http://shop.test/in", "<form method=post><input type=password name=p></form>", True),
        ("http://127.0.0.1:8000/in", "<form method=post><input type=password name=p></form>", False),
        ("http://localhost/in", "<form action=/in><input type=PASSWORD name=p></form>", False),
        ("http://shop.test/in", "<form action='https://shop.test/in'><input type=password></form>", False),
        ("http://shop.test/in", "<form action=/find><input name=q></form>", False),
        ("https://shop.test/in", "<form action='http://shop.test/in'><input name=q></form>", True),
        ("https://shop.test/in", "<form action=/in><input type=password></form>", False),
    ],
)
def test_forms_by_where_they_go(url: str, form: str, found: bool) -> None:
    assert bool(look(mixed_content, page(f"<!doctype html>{form}", url))) is found


LISTINGS = {
    "Jetty": '<html><head><title>Directory: /files/</title></head><body><h1 class="title">Directory: /files/</h1>'
    '<table><a href="/files/../">Parent</a><a href="/files/a.txt">a.txt</a></table></body></html>',
    "npm http-server": "<html><head><title>Index of /files/</title></head><body><h1>Index of /files/</h1><table>"
    '<tr><td><a href="../">../</a></td></tr><tr><td><a href="./a.zip">a.zip</a></td></tr></table>'
    '<address>Node.js v18.19.0/ <a href="https://github.com/http-party/http-server">http-server</a></address></body></html>',
    "Apache, behind a proxy that changes paths": "<html><head><title>Index of /srv/internal</title></head><body>"
    '<h1>Index of /srv/internal</h1><pre><a href="?C=N;O=D">Name</a> <a href="/srv/">Parent Directory</a> '
    '<a href="db.sql">db.sql</a> <a href="old/">old/</a></pre></body></html>',
    "old Apache": "<HTML><HEAD><TITLE>Index of /files</TITLE></HEAD><BODY><H1>Index of /files</H1>"
    '<PRE><A HREF="?N=D">Name</A> <A HREF="/">Parent Directory</A> <A HREF="a.doc">a.doc</A></PRE></BODY></HTML>',
}


@pytest.mark.parametrize("name", LISTINGS)
def test_listings_of_further_servers(name: str) -> None:
    (hit,) = look(directory_listing, page(LISTINGS[name]))
    assert hit.title == "Directory listing of /files/"


@pytest.mark.parametrize(
    "body",
    [
        "<title>Index of /files/</title><h1>Index of /files/</h1><p>Nothing here yet.</p><a href='../'>..</a>",
        "<title>Files</title><h1>Files</h1><a href=a.txt>a</a><a href=b.txt>b</a>",
        "<title>Index of / by Robin</title><a href=/>Home</a><a href=/about>About</a><a href=/files/one>One</a><a href=/x>x</a>",
        "<h1>Directory listing for beginners</h1><a href=one.html>One</a>",
    ],
)
def test_what_is_no_listing(body: str) -> None:
    assert look(directory_listing, page(body)) == []


def test_a_site_that_answers_every_name_with_a_listing_says_nothing() -> None:
    exchange = page(LISTINGS["Jetty"])
    assert look(directory_listing, exchange, lambda _: exchange.response) == []


TRACES = {
    "Python": (
        500,
        "Traceback (most recent call last):\n  File \"/app/x.py\", line 3, in f\n    g()\nKeyError: 'a'",
    ),
    "Java": (
        500,
        "<pre>java.lang.RuntimeException: x<br/>\tat a.b.C.d(C.java:10)<br/>\tat a.b.E.&lt;init&gt;(E.java:2)</pre>".replace(
            "&lt;init&gt;", "go"
        ),
    ),
    "Node": (500, '{"stack":"Error: x\\n    at f (/app/a.js:1:2)\\n    at g (/app/b.js:3:4)"}'),
    "PHP": (
        200,
        "<br />\n<b>Fatal error</b>:  Uncaught Error: Call to undefined function f() in /var/www/a.php:3\nStack trace:\n"
        "#0 {main}\n  thrown in <b>/var/www/a.php</b> on line <b>3</b><br />",
    ),
    "Laravel": (500, "<script>window.data = {}; window.ignite(window.data);</script>"),
    "Symfony": (500, '<div class="exception-summary"><h1>Oops</h1></div>'),
    "Rails": (404, "<header><h1>Action Controller: Exception caught</h1></header>"),
    "Flask": (500, "<title>KeyError: 'a' // Werkzeug Debugger</title>"),
    "Tomcat": (500, "<p><b>Root Cause</b></p><pre>java.lang.NullPointerException\n</pre>"),
    "ASP.NET": (500, "<h1>Server Error in '/' Application.</h1><b>Stack Trace:</b> <br><br>"),
    "Express": (404, "<pre>NotFoundError: Not Found<br> &nbsp; &nbsp;at /app/app.js:26:8</pre>"),
    "Go": (
        500,
        "goroutine 7 [running]:\nnet/http.(*conn).serve.func1(0xc0000)\n\t/usr/lib/go/src/net/http/server.go:1801",
    ),
}


@pytest.mark.parametrize("source", TRACES)
def test_traces_of_programs(source: str) -> None:
    status, body = TRACES[source]
    assert source in {trace.source for trace in traces(page(body, status=status).response)}


@pytest.mark.parametrize(
    "body",
    [
        "<p>Error at line 3: use quotes.</p>",
        '<pre><code>Traceback (most recent call last):\n  File "a.py", line 1</code></pre>',
        "<article>java.lang.Error\n\tat a.B.c(B.java:1)\n\tat a.B.d(B.java:2)</article>",
        "at home (see /a/b.html:3:4) or at work",
        "<p>Fatal error: Uncaught Error: f() in /var/www/a.php:3\nStack trace: #0 {main}</p>",
        "<p>Stack trace:\n#0 {main}\n#1 {main}</p>",
        "&lt;b&gt;Warning&lt;/b&gt;: x in &lt;b&gt;/a.php&lt;/b&gt; on line &lt;b&gt;1&lt;/b&gt;",
    ],
)
def test_what_is_no_trace(body: str) -> None:
    assert traces(page(body).response) == ()


@pytest.mark.parametrize(
    "trace",
    [
        "java.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\n\tat a.B.d(B.java:2)\n\tat a.B.e(B.java:3)",
        "java.lang.Exception: x\n\tat a.B.c(Native Method)\n\tat a.B.d(Unknown Source)\n\tat a.B.e(B.java:3)",
    ],
)
def test_frames_of_java_are_not_those_of_dotnet(trace: str) -> None:
    assert [found.source for found in traces(page(trace, status=500).response)] == ["Java"]


def test_what_the_visitor_just_wrote_is_no_session() -> None:
    written = "mail=cyberai_46576_kqzvx83x%40example.com&text=Hello"
    kept = ("Set-Cookie", "writer_mail=cyberai_46576_kqzvx83x%40example.com")
    answer = HttpResponse(200, (*HTML, kept), b"<p>Thanks</p>")
    url = Url.parse("http://shop.test/comment")
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    wrote = Exchange(HttpRequest("POST", url, form, written.encode()), answer)
    assert look(cookie_flags, wrote, lambda _: answer) == []
    assert look(
        cookie_flags, Exchange(HttpRequest("POST", url, form, b"text=Hello"), answer), lambda _: answer
    )


@pytest.mark.parametrize(
    "trace",
    [
        "Stack trace:\n#0 /var/www/a.php(7): f('x')\n#1 {main}",
        "Stack trace:\n#0 [internal function]: g()\n#1 /var/www/a.php(7): f()\n#2 {main}",
        "Stack trace:<br />\n#0 C:\\www\\a.php(7): f()<br />\n#1 {main}",
        '{"message":"Stack trace:\\n#0 \\/var\\/www\\/a.php(7): f()\\n#1 {main}"}',
    ],
)
def test_two_frames_of_php(trace: str) -> None:
    assert [found.source for found in traces(page(trace, status=500).response)] == ["PHP"]


@pytest.mark.parametrize(
    ("cookies", "found"),
    [
        (("session_banner_seen=1", "session_banner_seen=1"), False),
        (("login_hint=yes", "login_hint=yes"), False),
        (("session=17", "session=18"), True),
        (("sid=8d7c6b5a4f3e2d1c", "sid=8d7c6b5a4f3e2d1c"), True),
        (("comment_author_email=robin.of.the.quay", "comment_author_email=robin.of.the.quay"), False),
        (("authorization=harbour-robin-17", "authorization=harbour-robin-17"), True),
        (("xauth=harbour-robin-17", "xauth=harbour-robin-17"), True),
    ],
)
def test_a_short_value_that_everybody_gets_is_no_session(cookies: tuple[str, str], found: bool) -> None:
    first, second = (page("<p>x</p>", headers=(*HTML, ("Set-Cookie", cookie))) for cookie in cookies)
    assert bool(look(cookie_flags, first, lambda _: second.response)) is found


@pytest.mark.parametrize(
    "piece", ["Exception at a(b)\n", "at a.b(c.java:1", "<pre>", 'File "', "at /a:1:1 ", "Stack trace:\n"]
)
def test_hostile_text_is_read_in_linear_time(piece: str) -> None:
    response = page(piece * (1_000_000 // len(piece)), status=500).response
    started = time.process_time()
    traces(response)
    assert time.process_time() - started < 5


def test_an_archive_of_a_folder_and_a_site_that_answers_everything() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app/index.php", "<?php ?>")
    entry = OriginAsset(Url.parse("http://shop.test/"))

    def careless(request: HttpRequest) -> HttpResponse:
        if request.url.path == "/app.zip":
            return HttpResponse(200, (("Content-Type", "application/zip"),), buffer.getvalue())
        return page("<a href=/app/list>List</a>").response if request.url.path == "/" else HttpResponse(404)

    (hit,) = run(collect(backup_files, entry, DirectProbe(careless)))
    assert hit.cause == "/app.zip"

    def anything(request: HttpRequest) -> HttpResponse:
        if request.url.path == "/":
            return page("<a href=/app/list.php>List</a>").response
        return HttpResponse(
            200, (("Content-Type", "application/zip"),), buffer.getvalue() + b"<?php echo 1; ?>"
        )

    assert run(collect(backup_files, entry, DirectProbe(anything))) == []


def test_a_site_that_shows_its_source_everywhere_has_no_backup() -> None:
    def raw(request: HttpRequest) -> HttpResponse:
        if request.url.path == "/":
            return page("<a href=/list.php>List</a>").response
        if request.url.path.startswith("/list.php"):
            return HttpResponse(200, (("Content-Type", "text/plain"),), b"<?php echo 1; ?>")
        return HttpResponse(404)

    assert run(collect(backup_files, OriginAsset(Url.parse("http://shop.test/")), DirectProbe(raw))) == []


def test_errors_are_provoked_and_a_trace_for_any_missing_page_is_found() -> None:
    def debugging(request: HttpRequest) -> HttpResponse:
        body = "You're seeing this error because you have <code>DEBUG = True</code> in your settings."
        return HttpResponse(404, HTML, body.encode())

    hits = run(collect(debug_pages, OriginAsset(Url.parse("http://shop.test/")), DirectProbe(debugging)))
    assert [hit.cause for hit in hits] == ["errors: Django"]


def test_an_application_that_echoes_its_address_has_no_debug_pages() -> None:
    def echo(request: HttpRequest) -> HttpResponse:
        return page(f"<title>{request.url.target}</title><p>{request.url}</p>").response

    assert run(collect(debug_pages, OriginAsset(Url.parse("http://shop.test/")), DirectProbe(echo))) == []


@pytest.mark.parametrize(
    ("headers", "causes"),
    [
        (
            (("Server", "Apache/2.4.57 (Debian)"), ("X-Powered-By", "PHP/8.2.7")),
            {"Server: Apache", "X-Powered-By: PHP"},
        ),
        ((("Server", "gunicorn/20.1.0"),), {"Server: gunicorn"}),
        ((("X-Generator", "Drupal 7.0 (https://drupal.org)"),), {"X-Generator: Drupal"}),
        ((("Server", "Werkzeug/2.0.3 Python/3.9.2"),), {"Server: Werkzeug", "Server: Python"}),
        ((("Server", "cloudflare"), ("Via", "HTTP/1.1 proxy"), ("X-Powered-By", "Next.js")), set()),
        ((("X-Request-Id", "a/1.2"), ("Server", "ATS")), set()),
    ],
)
def test_versions_in_headers(headers: tuple, causes: set[str]) -> None:
    assert {
        hit.cause for hit in look(version_disclosure, page("<p>x</p>", headers=(*HTML, *headers)))
    } == causes


def test_a_map_that_is_the_start_page_or_lies_elsewhere_is_none() -> None:
    script = (("Content-Type", "text/javascript"),)
    for name in (
        "app.js.map",
        "https://cdn.test/app.js.map",
        "/../../etc/passwd",
        "data:application/json;base64,@@",
    ):
        exchange = page(f"f();\n//# sourceMappingURL={name}\n", "http://shop.test/js/app.js", headers=script)
        shell = page("<!doctype html><div id=app></div>").response
        assert (
            look(
                source_maps,
                exchange,
                lambda r, e=exchange, s=shell: e.response if r.url == e.request.url else s,
            )
            == []
        )


def test_a_map_cut_off_by_the_cap_is_known_by_its_beginning() -> None:
    script = page(
        "f();\n//# sourceMappingURL=a.map\n",
        "http://shop.test/js/a.js",
        headers=(("Content-Type", "text/javascript"),),
    )
    start = b'{"version":3,"sources":["webpack://shop/./src/a.ts"],"sourcesContent":["let'

    def respond(request: HttpRequest) -> HttpResponse:
        return (
            HttpResponse(200, (), start, truncated=True)
            if request.url.path == "/js/a.map"
            else HttpResponse(404)
        )

    (hit,) = look(source_maps, script, respond)
    assert "webpack://shop/./src/a.ts" in hit.detail


def test_what_cannot_be_repeated_is_not_called_seen_twice() -> None:
    request = HttpRequest("POST", Url.parse("http://shop.test/x"), body=b"a=1")
    answer = HttpResponse(500, (*HTML, ("Server", "quay/1.2")), TRACES["Python"][1].encode())
    for check in (version_disclosure, stack_traces):
        probe = DirectProbe(lambda _: answer)
        (hit,) = run(collect(check, PageAsset(Exchange(request, answer)), probe))
        assert (hit.proof.repeats, probe.requests) == (1, 0)


def test_a_page_that_names_another_host_or_none_costs_nothing() -> None:
    for body in ("<a href=/x>x</a>", "<a href=http://other.test/x>x</a>"):
        probe = DirectProbe(lambda _: HttpResponse(200))
        assert run(collect(host_header, PageAsset(page(body)), probe)) == []
        assert probe.requests == 0


def test_the_server_s_own_redirect_to_a_folder_is_no_finding() -> None:
    def server(request: HttpRequest) -> HttpResponse:
        host = request.header("host") or "shop.test"
        return HttpResponse(301, (("Location", f"http://{host}{request.url.path}/"),))

    request = HttpRequest("GET", Url.parse("http://shop.test/files"))
    assert run(collect(host_header, PageAsset(Exchange(request, server(request))), DirectProbe(server))) == []


@pytest.mark.parametrize(
    ("below", "paths", "mount"),
    [
        ("/", ("/", "/shop/cart", "/wp-json/wp/v2/posts"), "/"),
        ("/wp-json/", ("/wp-json/", "/wp-json/wp/", "/wp-json/wp/v2/posts/7"), "/wp-json/"),
        ("/api/v2/", ("/api/v2/boats/1", "/api/v2/boats", "/api/v2/harbours/7/berths"), "/api/v2/"),
        ("/account", ("/account",), "/account"),
    ],
)
def test_one_program_that_trusts_every_origin_is_one_finding_with_all_its_places(
    below: str, paths: tuple[str, ...], mount: str
) -> None:
    def trusting(request: HttpRequest) -> HttpResponse:
        origin, headers = request.header("origin"), [("Content-Type", "application/json")]
        mine = request.url.path == below or (below.endswith("/") and request.url.path.startswith(below))
        if origin and mine:
            headers += [("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true")]
        return HttpResponse(200 if mine else 404, tuple(headers), b"{}")

    hits = []
    for path in paths:
        request = HttpRequest("GET", Url.parse(f"http://a.test{path}"))
        asset = PageAsset(Exchange(request, trusting(request)), path)
        probe = DirectProbe(trusting, budget=cors_origin.meta.max_requests)
        (hit,) = run(collect(cors_origin, asset, probe))
        assert hit.evidence[0].exchange.request.url.path == path
        hits.append(hit)
    assert {hit.mount for hit in hits} == {Url.parse(f"http://a.test{mount}")}
    assert [hit.url.path for hit in hits if hit.url] == list(paths)
    assert len({fingerprint(cors_origin.meta, hit) for hit in hits}) == 1
