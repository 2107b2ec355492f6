"""Writing files, which only an intrusive scan does: it proves it, and leaves nothing behind."""

import asyncio

import pytest

from cyberai.checkkit import HttpRequest, HttpResponse, OriginAsset, Url
from cyberai.checks.web.http_methods import http_methods
from cyberai.domain.finding import Tier
from cyberai.domain.scan import Mode, ScanPolicies
from cyberai.lab.site import Site
from support.direct_probe import DirectProbe, collect, run
from support.scan_in_process import Finished, scan, spec_of
from support.simulated_network import of_lab, website

ENTRY = "http://127.0.0.1/"


def whole(site: Site, mode: Mode) -> Finished:
    spec = spec_of(ENTRY, policies=ScanPolicies(mode=mode))
    return asyncio.run(scan(spec, website(of_lab(site)), (http_methods,)))


def test_an_intrusive_scan_finds_every_writable_folder_and_leaves_no_file() -> None:
    site = Site()
    finished = whole(site, Mode.INTRUSIVE)
    wanted = {f.parameter for f in site.flaws if f.check == http_methods.meta.id}
    assert {hit.cause for _, hit in finished.hits} == wanted == {"TRACE", "PUT in /", "PUT in /deliveries/"}
    assert {hit.proof.tier for _, hit in finished.hits} == {Tier.CONFIRMED}
    assert site._state.uploads == {}
    (outcome,) = finished.outcomes[-1:]
    assert outcome.requests <= http_methods.meta.max_requests


def test_an_intrusive_scan_of_the_fixed_twin_finds_nothing() -> None:
    finished = whole(Site(fixed=True), Mode.INTRUSIVE)
    assert finished.hits == []
    assert finished.errors == []


@pytest.mark.parametrize(("mode", "found"), [(Mode.SAFE, set()), (Mode.STANDARD, {"TRACE"})])
def test_other_modes_write_nothing(mode: Mode, found: set[str]) -> None:
    finished = whole(Site(), mode)
    assert {hit.cause for _, hit in finished.hits} == found
    assert {r.method for r in finished.network.log} <= {"GET", "HEAD", "OPTIONS", "POST"} | found
    assert whole(Site(fixed=True), mode).skips(http_methods.meta.id) == ["policy"]


def test_a_page_that_shows_every_request_is_no_echo() -> None:
    def shows(request: HttpRequest) -> HttpResponse:
        lines = "".join(f"<li>{name}: {value}</li>" for name, value in request.headers)
        return HttpResponse(200, (("Content-Type", "text/html"),), f"<ul>{lines}</ul>".encode())

    probe = DirectProbe(shows)
    assert run(collect(http_methods, OriginAsset(Url.parse("http://shop.test/")), probe)) == []


def test_a_file_that_cannot_be_removed_is_told() -> None:
    kept: dict[str, bytes] = {}

    def stubborn(request: HttpRequest) -> HttpResponse:
        if request.method == "PUT":
            kept[request.url.path] = request.body
            return HttpResponse(201)
        if request.method == "GET" and request.url.path in kept:
            return HttpResponse(200, (("Content-Type", "text/plain"),), kept[request.url.path])
        return HttpResponse(405)

    (hit,) = run(collect(http_methods, OriginAsset(Url.parse("http://shop.test/")), DirectProbe(stubborn)))
    assert hit.title == "Files can be written by PUT"
    assert f"http://shop.test{next(iter(kept))} is left on the server" in hit.detail
