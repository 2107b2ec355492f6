"""What the scan's depth means, and that it means the same requests each time."""

import asyncio
from collections import Counter

import pytest

from cyberai.domain.http import HttpRequest, HttpResponse, Url
from cyberai.domain.scan import ScanOptions
from cyberai.engine.body import query_pairs
from cyberai.engine.memory import CrawlMemory
from cyberai.engine.shape import kin_of
from support.fake_checks import ECHO
from support.miniature_site import html
from support.scan_in_process import Finished, scan, spec_of
from support.simulated_network import website

CASES = [f"case{number:02}" for number in range(30)]


def cases(ending: str, between: str = "") -> list[str]:
    return [f"/lab/{case}{between}{ending}" for case in CASES]


def site(request: HttpRequest) -> HttpResponse:
    """A folder of programs that each take the same parameter, a folder of articles that do, and a long list."""
    path, sent = request.url.path, dict(query_pairs(request))
    if path == "/":
        links = [*cases(".php"), *cases("/", "-an-article")]
        return html(
            "".join(f"<a href='{link}?input=rope'>x</a>" for link in links) + "<a href='/list?page=1'>l</a>"
        )
    if path == "/list":
        number = int(sent.get("page", "1")) if sent.get("page", "1").isdecimal() else 1
        return html(f"<p>Page {number}</p><a href='/list?page={number + 1}'>next</a>")
    return (
        html(f"<p>You said {sent.get('input', '')} to {path}</p>")
        if path.startswith("/lab/")
        else html("no", 404)
    )


def at_depth(depth: int, seed: int = 1) -> Finished:
    spec = spec_of("http://10.0.0.1/", ScanOptions(depth=depth))
    return asyncio.run(scan(spec, website(site), (ECHO,), seed=seed))


def reached(finished: Finished, ending: str) -> int:
    return len({str(hit.url).partition("?")[0] for _, hit in finished.hits if f"{ending}?" in str(hit.url)})


def test_every_program_of_a_folder_is_tested_and_the_first_articles_of_a_template() -> None:
    finished = at_depth(3)
    assert reached(finished, ".php") == len(CASES)
    assert reached(finished, "/") == 8


@pytest.mark.slow
def test_the_same_depth_sends_the_same_requests() -> None:
    def sent(seed: int) -> Counter[tuple[str, int]]:
        return Counter((r.method, r.url.path.count("/")) for r in at_depth(3, seed).network.log)

    assert sent(1) == sent(1)
    assert sent(1) == sent(2)


def test_more_depth_is_more_of_the_site() -> None:
    shallow, usual, deep = (at_depth(depth) for depth in (1, 3, 6))
    assert len(shallow.network.log) < len(usual.network.log) < len(deep.network.log)
    assert reached(shallow, "/") < reached(usual, "/") < reached(deep, "/")


@pytest.mark.parametrize(("depth", "structures"), [(1, 2), (3, 4), (10, 11)])
def test_structures_of_one_shape_that_are_tested(depth: int, structures: int) -> None:
    memory = CrawlMemory(depth)
    found = 0
    for number in range(40):
        found += memory.testable("GET /index.php?page", f"structure {number}")
        memory.learn("GET /index.php?page", f"structure {number}", (), said=True)
    assert found == structures


def test_routes_fall_into_few_kinds_and_articles_into_one() -> None:
    def kinds(paths: list[str]) -> int:
        urls = [HttpRequest("GET", u) for u in map(_url, paths)]
        return len({kin_of(request, "s") for request in urls})

    assert kinds(cases("/", "-an-article")) == 1
    assert kinds(cases("")) == 4
    assert kinds(cases(".jsp")) == len(CASES)


def _url(path: str) -> Url:
    return Url.parse(f"http://h{path}?input=x")
