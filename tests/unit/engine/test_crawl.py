"""The crawler over generated sites: reach, traps, soft 404, budgets."""

import asyncio
from itertools import count

import pytest

from cyberai.checkkit import Scope
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.scan import ScanOptions, ScanPolicies
from cyberai.engine.links import MAX_LINKS
from cyberai.engine.registry import all_checks
from support.fake_checks import ECHO, ONE_PER_SCOPE, QUIET_CONTENT, QUIET_PAGE
from support.miniature_site import form, html, links, query, site
from support.scan_in_process import Finished, scan, spec_of
from support.simulated_network import website

ENTRY = "http://10.0.0.1/"


def run(pages: dict, checks: tuple = (), target: str = ENTRY, **terms: object) -> Finished:
    options = terms.pop("options", ScanOptions())
    policies = terms.pop("policies", ScanPolicies())
    return asyncio.run(scan(spec_of(target, options, policies), website(site(pages)), checks, **terms))


def paths(finished: Finished) -> set[str]:
    return {request.url.path for request in finished.network.log}


def _large_site(pages: int = 300) -> dict:
    """Sections of ten articles, each page linking onward; a calendar, a maze and a session id without end."""

    def article(request: HttpRequest) -> str:
        section, _, number = request.url.path.strip("/").partition("/")
        following = f"/{section}/article-{chr(97 + (ord(number[-1]) - 96) % 10)}" if number else ""
        return f"<h1>{section} {number}</h1>{links('/', following, f'/{section}/')}"

    def section(request: HttpRequest) -> str:
        name = request.url.path.strip("/")
        return f"<h1>{name}</h1>" + links(*(f"/{name}/article-{chr(97 + i)}" for i in range(10)))

    def calendar(request: HttpRequest) -> str:
        at = query(request)
        year, month = int(at.get("year", 2024)), int(at.get("month", 1))
        return f"<h2>{month}/{year}</h2>" + links(
            f"/calendar?year={year + month // 12}&month={month % 12 + 1}",
            f"/calendar?year={year - 1}&month={month}",
        )

    def maze(request: HttpRequest) -> str:
        return links(*(f"{request.url.path.rstrip('/')}/{word}" for word in ("left", "right", "ahead")))

    names = [f"section-{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(pages // 11)]
    found: dict = {"/": links("/calendar", "/maze/", *(f"/{name}/" for name in names))}
    found.update({"/calendar": calendar, "/maze/*": maze})
    for name in names:
        found[f"/{name}/"] = section
        found.update({f"/{name}/article-{chr(97 + i)}": article for i in range(10)})
    return found


def test_every_page_of_a_large_site_is_fetched_and_traps_end() -> None:
    pages = _large_site()
    finished = run(pages)
    expected = {path for path in pages if not path.endswith("*")}
    assert expected <= paths(finished)
    assert finished.failures == []
    calendar = [r for r in finished.network.log if r.url.path == "/calendar"]
    maze = [r for r in finished.network.log if r.url.path.startswith("/maze")]
    assert len(calendar) <= 70
    assert len(maze) <= 450


def test_a_site_without_inputs_costs_what_the_design_allows() -> None:
    sections = [f"/topic-{chr(97 + i)}/" for i in range(20)]
    pages: dict = {"/": links(*sections)}
    for name in sections:
        children = [f"{name}page-{chr(97 + i)}.html" for i in range(14)]
        pages[name] = links(*children)
        pages.update({child: f"<h1>{child}</h1><p>Text.</p>" + links("/") for child in children})
    crawl_only = run(pages)
    assert len(crawl_only.network.log) <= 1.2 * len(pages)
    tested = run(pages, ONE_PER_SCOPE)
    assert len(tested.network.log) <= 1.2 * len(pages) + 2 * len(pages) + 150


def test_files_in_folders_of_their_own_are_one_shape_by_their_structure() -> None:
    head = (("Accept-Ranges", "bytes"), ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"))
    names = [f"/blog/on-{chr(97 + i)}{word}/" for i in range(26) for word in ("ropes", "sails", "tides")]
    pages: dict = {"/": lambda _: html(links(*names), headers=head)}
    pages.update(
        {name: (lambda r: html(f"<h1>{r.url.path}</h1><p>text</p>", headers=head)) for name in names}
    )
    tested = run(pages, ONE_PER_SCOPE)
    shapes = 2
    assert len(tested.network.log) <= 1.2 * len(pages) + 2 * shapes + 10


@pytest.mark.parametrize(
    ("target", "tested"), [("/style.css?v=3", False), ("/style.css?theme=dark", True), ("/list?v=3", True)]
)
def test_the_version_of_a_file_is_no_parameter(target: str, tested: bool) -> None:
    def style(_: HttpRequest) -> HttpResponse:
        return HttpResponse(200, (("Content-Type", "text/css"),), b"body { color: black }")

    pages = {"/": links(target), "/style.css": style, "/list": "<p>list</p>"}
    finished = run(pages, (ECHO,))
    assert any("#query:" in outcome.asset for outcome in finished.outcomes) is tested


def test_files_sent_as_they_are_cost_one_request() -> None:
    head = (("Accept-Ranges", "bytes"), ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"))
    children = [f"/page-{chr(97 + i)}.html" for i in range(20)]
    pages: dict = {"/": lambda _: html(links(*children), headers=head)}
    pages.update({child: (lambda _: html("<p>text</p>", headers=head)) for child in children})
    finished = run(pages, ONE_PER_SCOPE)
    assert len(finished.network.log) <= len(pages) + 5


def test_pages_packed_on_the_way_are_files_by_name_and_date() -> None:
    head = (("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"),)
    children = [f"/page-{chr(97 + i)}.html" for i in range(20)]
    pages: dict = {"/": links(*children, "/page-a.html?print=1")}
    pages.update({child: (lambda _: html("<p>text</p>", headers=head)) for child in children})
    finished = run(pages, (ECHO,))
    assert len([path for path in paths(finished) if path.startswith("/page-")]) <= len(children) + 5
    assert any("#query:print" in outcome.asset for outcome in finished.outcomes), (
        "a page with a query is a program"
    )


def test_the_folders_of_a_page_s_files_are_looked_at_once_and_routes_are_left_alone() -> None:
    head = "<link rel=stylesheet href=/assets/css/site.css><img src='/photos/2024/boat.jpg?w=3'>"
    pages: dict = {
        "/": head + links("/shop/list.php", "/blog/a-long-story/comments"),
        "/shop/list.php": head,
        "/blog/a-long-story/comments": "none",
        "/photos/": links("/photos/secret.html"),
        "/photos/secret.html": "only the list of the folder knows",
    }
    finished = run(pages)
    asked = [request.url.path for request in finished.network.log]
    assert {"/assets/", "/assets/css/", "/photos/", "/photos/2024/", "/shop/", "/photos/secret.html"} <= set(
        asked
    )
    assert all(asked.count(path) == 1 for path in asked if path.endswith("/") and path != "/")
    assert not any(path.startswith("/blog/") and path.endswith("/") for path in asked)


def test_content_checks_look_at_every_script_and_page_checks_at_one_of_all_files() -> None:
    def script(_: HttpRequest) -> HttpResponse:
        head = (("Accept-Ranges", "bytes"), ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"))
        return HttpResponse(200, (("Content-Type", "text/javascript"), *head), b"let a = 1;")

    names = [f"/js/{name}.js" for name in ("one", "two", "three")]
    pages: dict = {"/": "".join(f"<script src={name}></script>" for name in names)}
    pages.update(dict.fromkeys(names, script))
    finished = run(pages, (QUIET_PAGE, QUIET_CONTENT))
    looked = {
        check: sum("/js/" in o.asset or "/*" in o.asset for o in finished.outcomes if o.check_id == check)
        for check in ("test.page", "test.content")
    }
    assert looked == {"test.page": 1, "test.content": 3}


def test_an_application_that_answers_every_path_with_its_start_page_has_one_page() -> None:
    shell = "<div id=app></div><script src=/app.js></script>"
    script = 'const r=["/home","/users","/about","/settings"];fetch("/api/items/"+id)'
    pages: dict = {
        "/*": shell,
        "/app.js": lambda _: HttpResponse(
            200, (("Content-Type", "application/javascript"),), script.encode()
        ),
        "/api/items/1": lambda _: HttpResponse(200, (("Content-Type", "application/json"),), b'{"id":1}'),
    }
    finished = run(pages, ONE_PER_SCOPE)
    assert "/api/items/1" in paths(finished)
    tested = {o.asset.split("#")[0] for o in finished.outcomes if o.check_id == "test.echo"}
    assert not any("/users" in asset or "/about" in asset for asset in tested)
    assert len(finished.network.log) < 40


def test_real_pages_of_a_site_that_never_says_404_are_kept() -> None:
    pages: dict = {
        "/*": "<h1>We could not find that</h1><p>Try the search.</p>",
        "/": links("/news", "/gone", "/shop"),
        "/news": "<h2>News</h2><p>Today.</p><form action=/find><input name=q></form>",
        "/shop": "<h2>Shop</h2><table><tr><td>Rope</td></tr></table>" + links("/basket"),
        "/basket": "<h2>Basket</h2><ul><li>empty</li></ul>",
    }
    finished = run(pages, (ECHO, QUIET_PAGE))
    seen = {o.asset for o in finished.outcomes if o.check_id == "test.page"}
    assert {
        f"page:http://10.0.0.1:GET http://10.0.0.1{p}" for p in ("/", "/news", "/shop", "/basket")
    } <= seen
    assert not any("/gone" in asset for asset in seen)


def test_word_values_are_pages_and_number_values_are_variants() -> None:
    def index(request: HttpRequest) -> str:
        page = query(request).get("page", "home")
        return f"<h1>{page}</h1>" + links(
            *(f"/?page={word}" for word in ("about", "contact", "team", "jobs"))
        )

    finished = run({"/": index})
    assert {f"/?page={word}" for word in ("about", "contact", "team", "jobs")} <= {
        r.url.target for r in finished.network.log
    }


def test_out_of_scope_and_excluded_links_are_listed_and_not_fetched() -> None:
    pages: dict = {
        "/": links("http://other.example/", "//10.0.0.2/x", "/private/a", "/ok"),
        "/ok": "ok",
        "/private/*": "p",
    }
    finished = run(pages, policies=ScanPolicies(exclude_paths=("/private",)))
    assert paths(finished).isdisjoint({"/private/a", "/x"})
    assert all(request.url.host == "10.0.0.1" for request in finished.network.log)
    assert finished.skips("engine.crawl") == ["out_of_scope"] * 3


def test_redirects_are_followed_within_scope_only() -> None:
    pages: dict = {
        "/": lambda _: HttpResponse(302, (("Location", "/start/"),)),
        "/start/": links("/away", "/loop"),
        "/away": lambda _: HttpResponse(302, (("Location", "http://elsewhere.example/"),)),
        "/loop": lambda _: HttpResponse(302, (("Location", "/loop"),)),
    }
    finished = run(pages)
    assert [r.url.path for r in finished.network.log].count("/loop") == 1
    assert finished.skips("engine.crawl") == ["out_of_scope"]
    unfollowed = run(pages, options=ScanOptions(follow_redirects=False))
    assert "/start/" not in paths(unfollowed)


def test_robots_and_sitemap_lead_on_and_robots_are_respected_when_asked() -> None:
    pages: dict = {
        "/": "home",
        "/robots.txt": lambda _: HttpResponse(
            200,
            (("Content-Type", "text/plain"),),
            b"User-agent: *\nDisallow: /hidden/\nSitemap: /map-sitemap.xml\n",
        ),
        "/hidden/": "<p>secret</p>",
        "/map-sitemap.xml": lambda _: HttpResponse(
            200,
            (("Content-Type", "application/xml"),),
            b"<urlset><url><loc>http://10.0.0.1/listed</loc></url></urlset>",
        ),
        "/listed": "listed",
    }
    assert {"/hidden/", "/listed"} <= paths(run(pages))
    polite = run(pages, policies=ScanPolicies(respect_robots_txt=True))
    assert "/hidden/" not in paths(polite)
    assert "policy" in polite.skips("engine.crawl")


def test_cookies_travel_from_page_to_page() -> None:
    def start(request: HttpRequest) -> HttpResponse:
        return html(links("/inside"), headers=(("Set-Cookie", "sid=abc; Path=/; HttpOnly"),))

    def inside(request: HttpRequest) -> str:
        return links("/deep") if request.header("cookie") == "sid=abc" else "please log in"

    finished = run({"/": start, "/inside": inside, "/deep": "deep"})
    assert "/deep" in paths(finished)


def test_fields_that_exclude_each_other_are_tried_alone() -> None:
    def find(request: HttpRequest) -> HttpResponse | str:
        at = query(request)
        if not at:
            return "<form action=/find><input name=code><input name=place></form>"
        if at.get("code") and at.get("place"):
            return html("<p>Fill in only one.</p>", 400)
        return f"<p>Results for {at.get('place') or 'x'}</p>"

    finished = run({"/": links("/find"), "/find": find}, (ECHO,))
    assert {hit.point.name for _, hit in finished.hits} == {"place"}


def test_a_form_token_is_renewed_before_every_submission() -> None:
    issued: set[str] = set()
    serial = count()

    def page(request: HttpRequest) -> HttpResponse | str:
        if request.method == "POST":
            sent = form(request)
            if sent.get("csrf") not in issued:
                return html("<p>Forged</p>", 403)
            issued.discard(sent["csrf"])
            return f"<p>Hello {sent.get('name', '')}</p>"
        token = f"token-{next(serial)}"
        issued.add(token)
        return f"<form method=post action=/hello><input type=hidden name=csrf value='{token}'><input name=name></form>"

    finished = run({"/": links("/hello"), "/hello": page}, (ECHO,))
    assert {(hit.point.kind.value, hit.point.name) for _, hit in finished.hits} == {("form", "name")}


def test_what_the_scan_created_is_not_crawled() -> None:
    posts: list[str] = []

    def board(request: HttpRequest) -> str:
        if request.method == "POST":
            posts.append(form(request)["title"])
        listed = links(*(f"/posts/{title}-{i}" for i, title in enumerate(posts)))
        return f"<form method=post action=/board><input name=title></form>{listed}"

    finished = run({"/": links("/board"), "/board": board, "/posts/*": "a post"})
    assert posts == ["cyberai"]
    assert not any(path.startswith("/posts/") for path in paths(finished))


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        b"<a href='" + b"x" * 3_000_000,
        b"<div>" * 300_000,
        b"<form>" * 50_000 + b"<input name=a>" * 50_000,
        b"<select name=a>" + b"<option value=x>" * 100_000,
        b"<script>" + b'"/a"+\'' * 100_000,
        bytes(range(256)) * 4_000,
        b"<!--" * 200_000,
        b"<a href='http://[::1'>" + b"<base href='//x:99999999/'><a href=y>" * 100,
        b"<loc>" * 100_000,
        b"&#" + b"9" * 6_000 + b";<a href='&#" + b"9" * 6_000 + b";'>",
    ],
)
def test_hostile_pages_end_without_an_internal_error(body: bytes) -> None:
    answer = HttpResponse(200, (("Content-Type", "text/html"),), body[:2_097_152])
    finished = run({"/": lambda _: answer, "/sitemap.xml": lambda _: answer})
    assert finished.failures == []
    assert len(finished.network.log) < 2_000


def _files(pages: int) -> dict:
    """A site of files as a web server sends them: one template, a name for each page, a style with a version."""
    dated = (
        ("Content-Type", "text/html"),
        ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"),
        ("Accept-Ranges", "bytes"),
    )
    style = (("Content-Type", "text/css"), ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"))
    names = [f"/page-{chr(97 + i // 26)}{chr(97 + i % 26)}.html" for i in range(pages)]

    def answer(name: str, body: str) -> HttpResponse:
        return HttpResponse(
            200, dated, f"<link href=/s.css?v=2 rel=stylesheet><h1>{name}</h1>{body}".encode()
        )

    found: dict = {"/": lambda _: answer("home", links(*names))}
    found.update({name: lambda _, n=name: answer(n, links("/")) for name in names})
    return found | {"/s.css": lambda _: HttpResponse(200, style, b"body { }")}


def test_a_site_of_files_costs_little_more_than_its_pages() -> None:
    finished = run(_files(100), all_checks())
    assert len([path for path in paths(finished) if path.startswith("/page-")]) >= 100
    assert len(finished.network.log) <= 1.2 * 101 + 2 * 3 + 150


def test_all_checks_together_keep_a_site_without_inputs_cheap() -> None:
    """At most 150 requests for all host-level checks together, and 2 per page for all page checks."""
    hardened = (
        ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    )
    sections = [f"/topic-{chr(97 + i)}/" for i in range(10)]
    pages: dict = {"/": lambda _: html(links(*sections), headers=hardened)}
    for name in sections:
        children = [f"{name}page-{chr(97 + i)}.html" for i in range(9)]
        pages[name] = lambda _, c=tuple(children): html(links(*c), headers=hardened)
        pages.update(
            {
                child: (lambda _, c=child: html(f"<p>{c}</p>" + links("/"), headers=hardened))
                for child in children
            }
        )
    tested = run(pages, all_checks())
    assert tested.hits == []
    spent: dict[str, int] = {}
    for outcome in tested.outcomes:
        spent[outcome.check_id] = spent.get(outcome.check_id, 0) + outcome.requests
    scopes = {check.meta.id: check.meta.scope for check in all_checks()}
    assert sum(n for check, n in spent.items() if scopes.get(check) is Scope.ORIGIN) <= 150
    assert sum(
        n for check, n in spent.items() if scopes.get(check) in (Scope.PAGE, Scope.CONTENT)
    ) <= 2 * len(pages)


def test_what_is_given_up_stands_in_the_ledger() -> None:
    cut = HttpResponse(200, (("Content-Type", "text/html"),), b"<a href=/x>x</a>" * 100, truncated=True)
    many = links(*(f"/p{n}" for n in range(MAX_LINKS + 5)))
    pages = {"/": links("/cut", "/many"), "/cut": lambda _: cut, "/many": many}
    finished = run(pages, options=ScanOptions(depth=1))
    given_up = {
        o.asset for o in finished.outcomes if getattr(o.outcome, "detail", "").startswith("only the first")
    }
    assert given_up == {f"url:{ENTRY}cut", f"url:{ENTRY}many"}


def test_posts_of_a_blog_are_one_shape_by_their_structure() -> None:
    """Forty posts with a name each, a page of each per parameter: the first few are tested, not all."""
    names = [
        f"/blog/on-{word}-{end}/" for word in "abcdefghij" for end in ("ropes", "sails", "tides", "winds")
    ]

    def post(request: HttpRequest) -> str:
        return f"<h1>{request.url.path}</h1><p>told</p>" + links(f"{request.url.path}?replytocom=3")

    pages: dict = {"/": links(*names)} | dict.fromkeys(names, post)
    finished = run(pages, ONE_PER_SCOPE)
    tested = {o.asset for o in finished.outcomes if "#query:replytocom" in o.asset}
    looked = {o.asset for o in finished.outcomes if o.check_id == "test.page" and "/blog/" in o.asset}
    assert 0 < len(tested) <= 8
    assert 0 < len(looked) <= 2 * 8
    assert set(names) <= paths(finished)
