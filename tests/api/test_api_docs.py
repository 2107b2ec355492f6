"""`/docs`: every operation of the document, as people read it."""

import re
import shlex
from html import unescape
from itertools import pairwise

import pytest
from site_under_test import Site

from cyberai.api.app import all_routes, make_asgi
from cyberai.domain.errors import ErrorCode
from cyberai.web.site import Site as Pages

BROWSER = {"accept": "text/html", "host": "127.0.0.1:8080"}


@pytest.fixture(scope="module")
def page(shared_site: Site) -> str:
    site = shared_site
    plain = site.asgi
    pages = Pages(site.app, site.limiter, site.hub)
    site.asgi = make_asgi(site.app, site.limiter, site.hub, live=site.live, pages=pages)
    try:
        answer = site.get("/docs", headers=BROWSER)
        other = site.get("/docs?x=1", headers={**BROWSER, "host": 'a"><script>'})
    finally:
        site.asgi = plain
    assert answer.status == other.status == 200
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert b"<script>" not in other.body
    return answer.body.decode()


def test_every_operation_is_there_with_its_parameters_and_errors(page: str) -> None:
    for route in all_routes():
        article = page.partition(f'id="{route.operation}"')[2].partition("</article>")[0]
        assert f"<code>{route.path}</code>" in article, route.operation
        for name in [param.name for param in route.query if param.carried]:
            assert f"<code>{name}</code>" in article, (route.operation, name)
        assert 'href="/docs/errors/internal_error"' in article, route.operation
    assert set(re.findall(r'href="/docs/errors/([a-z_]+)"', page)) <= {code.value for code in ErrorCode}
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


def test_nothing_is_fetched_from_elsewhere_and_nothing_is_inline(page: str) -> None:
    assert not re.search(r'<script(?! src="/static/)|<style| style=| on[a-z]+="', page)
    fetched = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page)
    assert fetched
    assert all(address.startswith("/static/") for address in fetched)


def test_the_curl_lines_are_good_requests(page: str, site: Site) -> None:
    lines = [unescape(line) for line in re.findall(r"<code>(curl .*?)</code></pre>", page, re.DOTALL)]
    assert len(lines) == len(all_routes())
    for line in lines:
        words = shlex.split(line)
        options = {word: value for word, value in pairwise(words) if word in ("-X", "-d")}
        method = options.get("-X", "GET")
        path = words[-1].removeprefix("http://127.0.0.1:8080")
        if method == "GET" and "_ID" not in path and path != "/v1/events/stream":
            assert site.get(path).status == (400 if path == "/v1/ws" else 200), line
        if path in ("/v1/scans", "/v1/api-keys") and method == "POST":
            assert site.call(method, path, raw=options["-d"].encode()).status == 201, line
