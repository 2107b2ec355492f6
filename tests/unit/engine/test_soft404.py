"""Sites that answer 200 for what is not there, in a template that is nearly all of every page."""

import asyncio
from collections.abc import Callable
from html import escape
from itertools import count

import pytest

from cyberai.checks.web.reflected_xss import reflected_xss
from cyberai.domain.finding import Tier
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.report import CoverageRow
from cyberai.domain.scan import VerdictResult
from cyberai.domain.severity import Severity
from cyberai.domain.verdict import decide
from cyberai.engine.coverage import CRAWL
from support.miniature_site import html, links, query
from support.scan_in_process import Finished, scan, session_of, spec_of
from support.simulated_network import website

Main = Callable[[HttpRequest], str]
ENTRY = "http://10.0.0.1/"


def templated(pages: dict[str, Main], rows: int, noise: Callable[[], str] = str) -> Callable:
    """A site of pages in a template of so many rows; what is not there is answered 200 in it as well."""
    head = "".join(
        f"<li class='item'><a href='#s'>Part {chr(97 + i % 26)}{i // 26}</a></li>" for i in range(rows)
    )
    shown = links(*(path for path in pages if path != "/"))

    def respond(request: HttpRequest) -> HttpResponse:
        main = pages.get(request.url.path, lambda _: "Sorry, this page is gone")
        return html(f"<nav>{head}</nav>{shown}<i>{noise()}</i><main>{main(request)}</main>")

    return respond


def crawl(respond: Callable, checks: tuple = ()) -> Finished:
    return asyncio.run(scan(spec_of(ENTRY), website(respond), checks))


def visited(finished: Finished) -> set[str]:
    return {result.unit.asset.request.url.path for result in finished.results if result.urls}


@pytest.mark.parametrize("rows", [0, 10, 60, 400])
def test_a_reflection_in_a_large_template_is_found(rows: int) -> None:
    pages: dict[str, Main] = {
        "/": lambda _: f"Welcome{links('/search?q=rope')}",
        "/search": lambda r: f"Results for {query(r).get('q', '')}: none",
    }
    finished = crawl(templated(pages, rows), (reflected_xss,))
    assert {hit.point.name for _, hit in finished.hits if hit.point} == {"q"}


TURNS = count()


def server_in_turn() -> str:
    return f"served by {'abcdefgh'[next(TURNS) % 8]}"


@pytest.mark.parametrize("noise", [str, server_in_turn])
def test_pages_are_told_from_what_is_not_there_by_what_the_template_leaves(noise: Callable[[], str]) -> None:
    pages: dict[str, Main] = {"/": lambda _: "Welcome" + links("/gone", "/lost/page")}
    pages |= {
        f"/{name}": lambda r: f"<h2>{r.url.path[1:]}</h2><p>Of old</p><p>times</p>"
        for name in ("ropes", "sails")
    }
    found = visited(crawl(templated(pages, 100, noise)))
    assert {"/ropes", "/sails"} <= found
    assert not {"/gone", "/lost/page"} & found


def test_a_linked_page_with_parameters_is_kept_though_it_looks_like_the_missing_page() -> None:
    """What it shows for this value tells nothing of others."""
    pages: dict[str, Main] = {
        "/": lambda _: "Welcome" + links("/find?q=1", "/gone"),
        "/find": lambda r: query(r)["q"] if len(query(r).get("q", "")) > 3 else "Sorry, this page is gone",
    }
    finished = crawl(templated(pages, 100), (reflected_xss,))
    assert {hit.point.name for _, hit in finished.hits if hit.point} == {"q"}
    assert "/gone" not in visited(finished)


def ending(respond: Callable) -> tuple[CoverageRow, ...]:
    """The crawler's rows that the end of the shard adds."""

    async def run() -> tuple[CoverageRow, ...]:
        spec, network = spec_of(ENTRY), website(respond)
        session = session_of(spec, network, ())
        await scan(spec, network, session=session)
        return tuple(
            CoverageRow(host=outcome.host, check_id=outcome.check_id, errored={outcome.outcome.reason: 1})
            for outcome in session.never_ran((), "10.0.0.1")
            if outcome.check_id == CRAWL
        )

    return asyncio.run(run())


def test_a_site_of_which_all_pages_look_like_the_missing_page_is_inconclusive() -> None:
    home = html("<h1>All there is</h1>" + links("/one", "/two?x=1", "/three"))
    rows = ending(lambda _: home)
    clean = CoverageRow(host="10.0.0.1", check_id="x", clean=1_000)
    verdict = decide((clean, *rows), findings=(), fail_on=Severity.HIGH)
    assert verdict.result is VerdictResult.INCONCLUSIVE
    assert "All pages look like the missing page" in verdict.reasons
    assert verdict.coverage_percent > 95


def test_a_site_with_a_page_of_its_own_says_nothing_of_the_kind() -> None:
    assert ending(templated({"/": lambda _: links("/gone"), "/a": lambda r: escape(r.url.path)}, 50)) == ()
    assert ending(lambda r: html(links("/gone")) if r.url.path == "/" else html("no", 404)) == ()


def test_an_application_whose_pages_are_made_in_the_browser_is_read() -> None:
    home = html("<app-root></app-root><a href='/about'>About</a><script src=/main.js></script>")

    def served(request: HttpRequest) -> HttpResponse:
        if request.url.path == "/main.js":
            return HttpResponse(200, (("Content-Type", "text/javascript"),), b"load('/api/items')")
        return home

    assert ending(served) == ()


def test_findings_do_not_hide_that_the_site_was_not_read() -> None:
    row = CoverageRow(host="10.0.0.1", check_id=CRAWL, clean=100, errored={"pages_alike": 1})
    verdict = decide((row,), findings=((Severity.CRITICAL, Tier.CONFIRMED),), fail_on=Severity.HIGH)
    assert verdict.result is VerdictResult.INCONCLUSIVE
