"""One altered value that breaks the page must not hide what becomes of the others."""

import asyncio
from collections.abc import AsyncIterator, Callable
from html import escape

from cyberai.checkkit import Hit, HttpResponse, Probe, Scope
from cyberai.domain.http import HttpRequest
from cyberai.domain.insertion import InsertionPoint
from cyberai.engine.body import query_pairs
from cyberai.engine.cookies import request_cookies
from cyberai.engine.scripts import cookie_values, header_fields
from support.fake_checks import fake
from support.miniature_site import html
from support.scan_in_process import scan, spec_of
from support.simulated_network import website


async def _looks(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    await probe.inject(point, "x")
    return
    yield


def opened(answer: Callable[[HttpRequest], HttpResponse]) -> set[str]:
    check = fake(_looks, Scope.INSERTION, id="test.looks")
    finished = asyncio.run(scan(spec_of("http://10.0.0.1/"), website(answer), (check,)))
    return {o.asset.rpartition("#")[2] for o in finished.outcomes if o.requests and "#" in o.asset}


def counts_addresses(request: HttpRequest) -> HttpResponse:
    if "'" in (request.header("x-forwarded-for") or ""):
        return HttpResponse(500, (("Content-Type", "text/html"),), b"<p>error</p>")
    return html(f"<p>Your browser: {request.header('user-agent') or ''}</p>")


def strict_about_cookies(request: HttpRequest) -> HttpResponse:
    kept = {name: value for name, value in request_cookies(request) if not set(value) & set(' "')}
    if "'" in kept.get("lang", "en"):
        return HttpResponse(500, (("Content-Type", "text/html"),), b"<p>error</p>")
    answer = html("<p>Hello</p>")
    return HttpResponse(200, (*answer.headers, ("Set-Cookie", "lang=en")), answer.body)


def test_an_echo_is_seen_although_another_header_breaks_the_page() -> None:
    assert {"header:User-Agent", "header:X-Forwarded-For"} <= opened(counts_addresses)


def test_a_cookie_is_broken_in_a_way_that_strict_frameworks_read() -> None:
    assert "cookie:lang" in opened(strict_about_cookies)


def stores_the_referrer(request: HttpRequest) -> HttpResponse:
    answer = html("<p>Thank you</p>")
    slow = "SLEEP(2)" in (request.header("referer") or "")
    return HttpResponse(200, answer.headers, answer.body, elapsed=2.0 if slow else 0.01)


def looks_for_a_value(request: HttpRequest) -> HttpResponse:
    chosen = next((name for name, value in query_pairs(request) if value == "choice"), "nothing")
    return html(f"<a href='/?rope=choice'>Rope</a><p>You chose {escape(chosen)}</p>")


def asks_by_name(request: HttpRequest) -> HttpResponse:
    chosen = dict(query_pairs(request)).get("rope", "nothing")
    return html(f"<a href='/?rope=choice'>Rope</a><p>You chose {escape(chosen)}</p>")


def sixteen_pages(request: HttpRequest) -> HttpResponse:
    page = dict(query_pairs(request)).get("page", "")
    menu = "".join(f"<a href='/?page={name}'>{name}</a>" for name in "abcdefghijklmnop")
    shown = request.header("x-forwarded-for") or "" if page == "p" else ""
    return html(f"{menu}<input name='about-{page}'>{escape(shown)}")


def greets_by_path(request: HttpRequest) -> HttpResponse:
    name = request.url.path.removeprefix("/tag.php/")
    if name == request.url.path:
        return html("<a href='/tag.php/rope'>Rope</a>")
    return html(f"<p>Nothing is called {escape(name)} here</p>")


def test_a_header_that_is_only_stored_is_told_by_the_time_it_takes() -> None:
    assert "header:Referer" in opened(stores_the_referrer)
    assert "header:X-Forwarded-For" not in opened(stores_the_referrer)


def test_a_name_is_a_value_where_the_program_looks_for_what_stands_beside_it() -> None:
    assert "parameter-name:rope" in opened(looks_for_a_value)
    assert not {place for place in opened(asks_by_name) if place.startswith("parameter-name")}


def test_each_page_of_one_program_may_read_other_headers() -> None:
    assert "header:X-Forwarded-For" in opened(sixteen_pages)


def test_a_program_that_answers_for_every_name_and_shows_it_is_tested_there() -> None:
    assert "path:1" in opened(greets_by_path)


def test_what_a_script_sends_along_is_tested_with_the_value_it_has() -> None:
    code = """x.setRequestHeader("Part", "rope.txt"); y.setRequestHeader('Other', field.value)
    document.cookie = "shelf=" + encodeURIComponent("north") + "; path=/"; document.cookie = "till=7; path=/"
    """
    assert header_fields(code) == (("Part", "rope.txt"), ("Other", ""))
    assert cookie_values(code) == (("shelf", "north"), ("till", "7"))


def goes_where_its_cookie_says(request: HttpRequest) -> HttpResponse:
    if request.url.path == "/":
        return html("<script>document.cookie = 'shelf=/north'</script><form method=post action=/go></form>")
    place = dict(request_cookies(request)).get("shelf", "/")
    return HttpResponse(302, (("Location", place),))


def test_a_cookie_of_the_application_is_tested_where_the_answer_only_redirects() -> None:
    assert "cookie:shelf" in opened(goes_where_its_cookie_says)
