"""No page, however built, makes the crawler's readers fail or loop."""

from hypothesis import example, given
from hypothesis import strategies as st

from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.engine import scripts
from cyberai.engine.forms import parse_forms
from cyberai.engine.links import MAX_LINKS
from cyberai.engine.markup import MAX_TAGS, tags
from cyberai.engine.modes import Seen, recognise
from cyberai.engine.page import read_page
from cyberai.engine.robots import disallowed
from cyberai.engine.shape import crawl_key, plausible, shape_of
from cyberai.engine.submissions import submissions

PIECES = st.sampled_from(
    [
        "<a href=", "'", '"', ">", "<", "/", "</", "<form ", "action=", "<input name=a ", "value=", "<select name=s>",
        "<option>", "<textarea name=t>", "<script>", "</script>", "<!--", "-->", "<base href=", "http://", "//[", "?a=",
        "&", "&#", "99999999999", ";", "\x00", "\ud800", "é", "${", "}", "`", "location", "onclick=", "<meta http-equiv=refresh ",
        "content=", "0;url=", "=", " ", "\n", "type=radio ", "form=x ", "<button formaction=", "method=post ", "<link href=", "{", "[",
    ]
)  # fmt: skip
PAGES = st.lists(PIECES | st.text(max_size=8), max_size=80).map("".join)
URL = Url.parse("http://shop.example/dir/page?x=1")


@given(
    PAGES,
    st.sampled_from(["text/html", "", "application/json", "text/javascript; charset=utf-16le", "text/xml"]),
)
@example("<a href='&#" + "9" * 5000 + ";'>", "text/html")
def test_any_page_is_read(page: str, content_type: str) -> None:
    body = page.encode("utf-8", "surrogatepass")
    response = HttpResponse(200, (("Content-Type", content_type),), body)
    for target in ("/robots.txt", "/sitemap.xml", "/dir/page"):
        request = HttpRequest("GET", URL.with_target(target))
        read = read_page(Exchange(request, response))
        assert len(read.links) <= MAX_LINKS
        for link in read.links:
            follow = HttpRequest("GET", link.url)
            plausible(follow)
            recognise(follow, Seen(link.label))
            assert crawl_key(follow).startswith(shape_of(follow))


@given(PAGES)
def test_forms_submit_or_do_not_but_never_fail(page: str) -> None:
    for form in parse_forms(list(tags(page))):
        for submission in submissions(form, URL):
            assert submission.request.method in ("GET", "POST")
            crawl_key(submission.request)


@given(PAGES)
def test_tags_are_bounded_and_scripts_are_scanned(page: str) -> None:
    assert sum(1 for _ in tags(page)) <= min(MAX_TAGS, page.count("<"))
    assert all(scripts.is_path(path) for path in scripts.paths(page))
    assert disallowed(page, "/x") in (True, False)


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_robots_file_answers(robots: str, path: str) -> None:
    assert disallowed(f"User-agent: *\nDisallow: /{path}\n{robots}", "/zzz") in (True, False)
