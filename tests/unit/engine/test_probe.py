"""The probe: budget, caches, policy, redirects; and what checks share."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from cyberai.checkkit import BudgetExceeded, Hit, HttpRequest, PageAsset, PolicyRefused, Probe, Scope
from cyberai.domain.http import HttpResponse, Url
from cyberai.domain.scan import Mode
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.insertion import ordinary_points
from cyberai.engine.probe import EngineProbe
from cyberai.ports.network import TransportError, TransportReason
from netkit.clocks import SimulatedClock
from support.fake_checks import fake
from support.miniature_site import html, links, site
from support.scan_in_process import SeededRng, scan, scope_of, spec_of
from support.simulated_network import Service, SimulatedNetwork, website

HOME = Url.parse("http://10.0.0.1/")
PAGES: dict = {
    "/": "home",
    "/s": "search",
    "/moved": lambda _: HttpResponse(302, (("Location", "/moved-again"),)),
    "/moved-again": lambda _: HttpResponse(302, (("Location", "/s"),)),
    "/away": lambda _: HttpResponse(302, (("Location", "http://10.0.0.9/"),)),
    "/round": lambda _: HttpResponse(302, (("Location", "/round"),)),
}


def with_probe(
    use: Callable[[EngineProbe], Awaitable[Any]], budget: int = 10, network: SimulatedNetwork | None = None
) -> tuple[Any, int]:
    spec = spec_of("http://10.0.0.1/")
    tally = Tally()

    async def go() -> Any:
        context = Context(
            spec=spec,
            scope=scope_of(spec),
            network=network or website(site(PAGES)),
            clock=SimulatedClock(),
            rng=SeededRng(1),
            checks=(),
        )
        return await use(EngineProbe(context, budget, tally))

    return asyncio.run(go()), tally.sent


def test_the_budget_is_enforced_and_caches_are_charged_once() -> None:
    point = ordinary_points(HttpRequest("GET", HOME.with_target("/s?q=1")))[0]

    async def use(probe: EngineProbe) -> None:
        for _ in range(3):
            await probe.baseline(point)
            await probe.missing(HOME.with_target("/s"))
            await probe.missing(HOME.with_target("/other"))
        await probe.inject(point, "x")
        with pytest.raises(BudgetExceeded):
            await probe.inject(point, "x")

    assert with_probe(use, budget=3)[1] == 3


def test_redirects_are_followed_within_scope_and_five_times_at_most() -> None:
    async def use(probe: EngineProbe) -> list[str]:
        ends = []
        for target in ("/moved", "/away", "/round"):
            exchange = await probe.send(HttpRequest("GET", HOME.with_target(target)), follow=True)
            ends.append(f"{exchange.request.url.target} {exchange.response.status}")
        return ends

    ends, sent = with_probe(use, budget=20)
    assert ends == ["/s 200", "/away 302", "/round 302"]
    assert sent == 3 + 1 + 6


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest("GET", Url.parse("http://10.0.0.9/")),
        HttpRequest("GET", Url.parse("http://10.0.0.1:81/")),
        HttpRequest("DELETE", HOME),
        HttpRequest("GET", HOME.with_target("/logout")),
    ],
)
def test_what_scope_or_mode_forbid_is_not_sent(request_: HttpRequest) -> None:
    async def use(probe: EngineProbe) -> None:
        with pytest.raises(PolicyRefused):
            await probe.send(request_)
        with pytest.raises(PolicyRefused):
            await probe.talk("10.0.0.9", 80, b"x")

    assert with_probe(use)[1] == 0
    assert spec_of("http://10.0.0.1/").policies.mode is Mode.STANDARD


def test_a_connection_closed_under_us_is_tried_once_more() -> None:
    answers = iter([False, True])

    def respond(_: HttpRequest) -> HttpResponse:
        if not next(answers, True):
            raise TransportError(TransportReason.RESET, retryable=True)
        return html("ok")

    async def use(probe: EngineProbe) -> int:
        return (await probe.get(HOME)).response.status

    assert with_probe(use, network=website(respond)) == (200, 2)


def test_other_protocols_cost_a_request_each() -> None:
    network = SimulatedNetwork({80: Service(talk=lambda _: b"hello")})

    async def use(probe: EngineProbe) -> bytes:
        said = await probe.talk("10.0.0.1", 80, b"x")
        with pytest.raises(TransportError):
            await probe.handshake("10.0.0.1", 80)
        return said

    assert with_probe(use, network=network) == (b"hello", 2)


def test_page_checks_share_their_second_look_and_none_shares_its_own() -> None:
    async def looks_twice(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
        first = await probe.send(page.exchange.request)
        second = await probe.send(page.exchange.request)
        assert first is not second
        return
        yield

    async def looks_once(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
        await probe.send(page.exchange.request)
        return
        yield

    checks = tuple(
        fake(body, Scope.PAGE, id=name)
        for name, body in (("a.twice", looks_twice), ("b.once", looks_once), ("c.once", looks_once))
    )
    network = website(site({"/": links("/x"), "/x": "x"}))
    finished = asyncio.run(scan(spec_of("http://10.0.0.1/"), network, checks))
    assert finished.errors == []
    assert finished.crawled.count("GET /x") == 3
    assert sum(o.requests for o in finished.outcomes) == 4


class Cutting:
    """Ends without an answer on what `cuts` says."""

    def __init__(self, cuts: Callable[[str], bool]) -> None:
        self.cuts = cuts

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.cuts(request.url.query):
            raise TransportError(TransportReason.RESET, retryable=True)
        return html("shop")


def test_one_payload_that_ends_the_connection_is_an_answer_and_many_are_an_error() -> None:
    point = ordinary_points(HttpRequest("GET", HOME.with_target("/s?q=1")))[0]

    async def one(probe: EngineProbe) -> list[int]:
        return [(await probe.inject(point, value)).response.status for value in ("a", "a\0", "b")]

    async def many(probe: EngineProbe) -> None:
        for _ in range(3):
            await probe.inject(point, "x'")

    assert with_probe(one, network=website(Cutting(lambda query: "%00" in query)))[0] == [200, 0, 200]
    with pytest.raises(TransportError):
        with_probe(many, network=website(Cutting(lambda query: "%27" in query)))
    with pytest.raises(TransportError):
        with_probe(one, network=website(Cutting(lambda query: True)))


def test_checks_of_one_unit_share_looks_at_the_unaltered_request() -> None:
    looked: dict[str, list[int]] = {}

    def counting(id: str, looks: int) -> Any:
        async def run(point: Any, probe: Probe) -> AsyncIterator[Hit]:
            for _ in range(looks):
                answer = await probe.inject(point, point.value)
                looked.setdefault(f"{id} {point.name}", []).append(int(answer.response.text))
            await probe.inject(point, probe.token())
            return
            yield

        return fake(run, Scope.INSERTION, id=id)

    served = 0

    def respond(request: HttpRequest) -> HttpResponse:
        nonlocal served
        if request.url.path == "/":
            return html(links("/count?a=1&b=2"))
        served += request.url.target == "/count?a=1&b=2"
        return HttpResponse(200, (("Content-Type", "text/plain"),), str(served).encode())

    checks = (counting("test.one", 1), counting("test.two", 2))
    asyncio.run(scan(spec_of("http://10.0.0.1/"), website(respond), checks))
    assert set(looked) == {f"test.{check} {name}" for check in ("one", "two") for name in "ab"}
    once = {tuple(looks) for key, looks in looked.items() if "one" in key}
    twice = {tuple(looks) for key, looks in looked.items() if "two" in key}
    # The first look of each check at each point is one answer; who looks twice gets another one.
    assert (len(once), len(twice)) == (1, 1)
    (first,), ((also_first, second),) = next(iter(once)), twice
    assert first == also_first < second
