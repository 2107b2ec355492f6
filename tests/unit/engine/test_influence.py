"""One altered value that breaks the page must not hide what becomes of the others."""

import asyncio
from collections.abc import AsyncIterator, Callable

from cyberai.checkkit import Hit, HttpResponse, Probe, Scope
from cyberai.domain.http import HttpRequest
from cyberai.domain.insertion import InsertionPoint
from cyberai.engine.cookies import request_cookies
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
