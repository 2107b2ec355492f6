"""The session: failures, boundaries, concurrency, cancellation, determinism, take-over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from cyberai.checkkit import Hit, Probe, Scope, TlsVersion
from cyberai.domain.check import Clean, Errored, Found, Skipped
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.insertion import InsertionPoint
from cyberai.domain.report import CoverageRow
from cyberai.domain.scan import Mode, ScanOptions, ScanPolicies, ScanType
from cyberai.domain.unit import Stage, Unit
from cyberai.engine.plan import entry_units
from cyberai.lab.site import Site
from cyberai.ports.network import Handshake, TransportError, TransportReason
from support.fake_checks import ECHO, ONE_PER_SCOPE, QUIET_PAGE, fake, hit_at
from support.miniature_site import form, html, links, query, site
from support.scan_in_process import Finished, scan, scope_of, session_of, spec_of
from support.simulated_network import Service, SimulatedNetwork, of_lab, website

ENTRY = "http://10.0.0.1/"
SEARCH: dict = {"/": links("/search?q=rope"), "/search": lambda r: f"<p>You searched {query(r).get('q')}</p>"}


def run(
    network: SimulatedNetwork, checks: tuple = ONE_PER_SCOPE, target: str = ENTRY, **spec: Any
) -> Finished:
    return asyncio.run(scan(spec_of(target, **spec), network, checks))


def failing(reason: TransportReason, retryable: bool = False) -> SimulatedNetwork:
    def respond(_: HttpRequest) -> HttpResponse:
        raise TransportError(reason, "as told", retryable=retryable)

    return website(respond)


@pytest.mark.parametrize(
    "reason", [TransportReason.REFUSED, TransportReason.DNS_FAILED, TransportReason.TIMEOUT]
)
def test_an_entry_that_does_not_answer_fails_the_unit_with_the_reason(reason: TransportReason) -> None:
    finished = run(failing(reason))
    assert finished.failures == [(reason.value, "as told")]
    assert finished.outcomes == []


def test_a_passing_error_is_retried() -> None:
    answers = iter([True, True, False])

    def respond(_: HttpRequest) -> HttpResponse:
        if next(answers, False):
            raise TransportError(TransportReason.TIMEOUT, retryable=True)
        return html("here")

    finished = run(website(respond), (QUIET_PAGE,))
    assert finished.failures == []
    assert len(finished.network.log) >= 3


def test_a_page_that_does_not_come_is_an_error_in_the_ledger() -> None:
    def slow(_: HttpRequest) -> HttpResponse:
        raise TransportError(TransportReason.TIMEOUT, "too slow")

    finished = run(website(site({"/": links("/slow"), "/slow": slow})))
    assert finished.failures == []
    assert [(o.check_id, o.outcome) for o in finished.errors] == [
        ("engine.crawl", Errored("timeout", "too slow", False))
    ]


def _point_check(body: Any, **more: Any) -> Any:
    return fake(body, Scope.INSERTION, id="test.body", **more)


async def _raises(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    await probe.baseline(point)
    raise ZeroDivisionError("a bug")
    yield


async def _greedy(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    while True:
        await probe.inject(point, "x")
    yield


async def _hit_then_dies(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    yield hit_at(await probe.baseline(point), point)
    yield hit_at(await probe.baseline(point), point)
    raise TransportError(TransportReason.TIMEOUT)


async def _posts(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    await probe.send(HttpRequest("DELETE", point.request.url))
    yield hit_at(await probe.baseline(point), point)


async def _measures(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    exchange = await probe.baseline(point)
    async with probe.alone():
        await probe.inject(point, "measured")
    yield hit_at(exchange, point)


def test_what_needs_the_host_for_itself_comes_when_everything_else_is_done() -> None:
    measuring = fake(_measures, Scope.INSERTION, id="test.measuring", max_requests=3)
    tree = {"/": links("/search?q=rope", "/list?page=2"), "/list": lambda r: f"<p>{query(r).get('page')}</p>"}
    finished = run(website(site(SEARCH | tree)), (measuring, ECHO))
    values = [value for request in finished.network.log for value in query(request).values()]
    first = values.index("measured")
    # What follows the first measurement: the checks that measure, run again from their start.
    assert set(values[first:]) == {"measured", "rope", "2"} or set(values[first:]) == {"measured"}
    assert values.count("measured") == 2
    ran = [o for o in finished.outcomes if o.check_id == "test.measuring" and "#query:" in o.asset]
    assert sorted(o.asset.partition("#")[2] for o in ran) == ["query:page", "query:q"]
    assert {type(o.outcome) for o in ran} == {Found}
    assert sum(result.requests for result in finished.results) == len(finished.network.log)


def test_what_measures_runs_one_by_one() -> None:
    active: list[str] = []
    most = [0]

    async def measures(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
        alone = probe.alone()
        active.append(point.name)
        most[0] = max(most[0], len(active))
        async with alone:
            await probe.inject(point, "measured")
        active.remove(point.name)
        yield hit_at(await probe.baseline(point), point)

    measuring = fake(measures, Scope.INSERTION, id="test.measuring", max_requests=3)
    tree = {"/": links("/search?q=rope", "/list?page=2"), "/list": lambda r: f"<p>{query(r).get('page')}</p>"}
    run(website(site(SEARCH | tree)), (measuring,), options=ScanOptions(concurrent=4))
    assert most == [1]


async def _transport(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    raise TransportError(TransportReason.TIMEOUT, "slow", retryable=True)
    yield


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (_raises, Errored("internal", "ZeroDivisionError: a bug")),
        (_transport, Errored("timeout", "slow", True)),
        (_posts, "policy"),
        (_greedy, "internal"),
        (_hit_then_dies, Found),
    ],
)
def test_whatever_a_check_does_becomes_one_outcome(body: Any, outcome: Any) -> None:
    finished = run(website(site(SEARCH)), (_point_check(body, max_requests=3), ECHO))
    mine = [o for o in finished.outcomes if o.check_id == "test.body" and o.asset.endswith("#query:q")]
    assert len(mine) == 1
    got = mine[0].outcome
    if isinstance(outcome, str):
        assert got.reason == outcome
    elif isinstance(outcome, type):
        assert isinstance(got, outcome)
        assert len(got.hits) == 1
    else:
        assert got == outcome
    assert mine[0].requests <= 3
    assert any(check.meta.id == "test.echo" for check, _ in finished.hits)


def test_rare_points_without_influence_are_named_and_skipped() -> None:
    finished = run(website(site(SEARCH)), (ECHO,))
    skipped = {o.asset.rpartition("#")[2] for o in finished.outcomes if isinstance(o.outcome, Skipped)}
    assert {"header:User-Agent", "header:Referer", "header:X-Forwarded-For", "parameter-name:"} <= skipped
    assert set(finished.skips("test.echo")) == {"no_influence"}


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        (lambda r: r.header("user-agent") or "", ("header", "User-Agent")),
        (lambda r: (r.header("referer") or "").upper().lower(), ("header", "Referer")),
        (lambda r: r.header("cookie") or "", ("cookie", "theme")),
        (lambda r: next(reversed(query(r)), ""), ("parameter-name", "")),
        (lambda r: r.url.query.replace("%3C", "<").replace("%3E", ">"), ("raw-query", "")),
    ],
)
def test_rare_points_are_found_where_a_program_reads_them(reader: Any, expected: tuple[str, str]) -> None:
    def page(request: HttpRequest) -> HttpResponse:
        return html(f"<p>Seen: {reader(request)}</p>", headers=(("Set-Cookie", "theme=light; Path=/"),))

    finished = run(website(site({"/": "<h1>home</h1>" + links("/stats"), "/stats": page})), (ECHO,))
    assert {(hit.point.kind.value, hit.point.name) for _, hit in finished.hits} == {expected}


@pytest.mark.parametrize(
    ("script", "reader", "expected"),
    [
        ('x.setRequestHeader("Tenant", t.value)', lambda r: r.header("tenant"), ("header", "Tenant")),
        ("fetch(u, {headers: {'X-Shop': s}})", lambda r: r.header("x-shop"), ("header", "X-Shop")),
        ('document.cookie = "choice=" + v', lambda r: r.header("cookie"), ("cookie", "choice")),
    ],
)
def test_headers_and_cookies_that_scripts_set_are_points(
    script: str, reader: Any, expected: tuple[str, str]
) -> None:
    def page(request: HttpRequest) -> str:
        return f"<p>{reader(request) or 'none'}</p>"

    home = f"<script>{script}</script><form action=/page><input type=hidden name=a value=1></form>"
    finished = run(website(site({"/": home, "/page": page})), (ECHO,))
    assert {(hit.point.kind.value, hit.point.name) for _, hit in finished.hits} == {expected}


@pytest.mark.parametrize(
    ("missing", "found"),
    [("<p>No user {}</p>", True), ("<p>Not found</p>", False)],
)
def test_the_last_segment_is_tested_where_an_unknown_name_is_echoed(missing: str, found: bool) -> None:
    def user(request: HttpRequest) -> HttpResponse | str:
        name = request.url.path.rpartition("/")[2].replace("%3C", "<").replace("%3E", ">")
        return "<h1>Alice</h1>" if name == "alice" else html(missing.format(name), 404)

    finished = run(website(site({"/": links("/user/alice"), "/user/*": user})), (ECHO,))
    assert [hit.point.kind.value for _, hit in finished.hits] == (["path"] if found else [])


def test_results_come_as_they_complete_and_no_more_than_concurrent_run_at_once() -> None:
    pages: dict = {"/": links(*(f"/p{chr(97 + i)}" for i in range(20))), "/p*": "<p>x</p>"}
    finished = run(website(site(pages)), (), options=ScanOptions(concurrent=4))
    assert finished.network.most_in_flight == 4


class _Hanging(SimulatedNetwork):
    """Every request waits for ever."""

    async def send(self, request: HttpRequest, **_: Any) -> HttpResponse:
        self.log.append(request)
        await asyncio.Event().wait()
        raise AssertionError("never set")


def test_cancelling_the_consumer_leaves_no_task() -> None:
    async def scenario() -> None:
        network = _Hanging()
        spec = spec_of(tuple(f"http://10.0.0.1:{8000 + n}/" for n in range(9)), ScanOptions(concurrent=5))
        units = entry_units(scope_of(spec).targets, "10.0.0.1", spec)
        before = asyncio.all_tasks()

        async def consume() -> None:
            async with aclosing(session_of(spec, network, ONE_PER_SCOPE).run(units)) as results:
                async for _ in results:
                    raise AssertionError("nothing can complete")

        consumer = asyncio.create_task(consume())
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(asyncio.all_tasks() - before) == 6
        consumer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consumer
        assert asyncio.all_tasks() == before
        assert len(network.log) == 5

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_closing_after_the_first_result_ends_the_others() -> None:
    async def scenario() -> None:
        spec = spec_of(tuple(f"http://10.0.0.1:{8000 + n}/" for n in range(9)), ScanOptions(concurrent=5))
        network = SimulatedNetwork({8000 + n: Service(site(SEARCH)) for n in range(9)})
        before = asyncio.all_tasks()
        units = entry_units(scope_of(spec).targets, "10.0.0.1", spec)
        async with aclosing(session_of(spec, network, ONE_PER_SCOPE).run(units)) as results:
            await anext(results)
        assert asyncio.all_tasks() == before
        assert len(network.log) < 9

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_the_same_target_gives_the_same_findings_and_requests_whatever_the_chance() -> None:
    def attempt(seed: int) -> tuple[set[str], int, list[str]]:
        network = website(of_lab(Site(demo=True)))
        finished = asyncio.run(scan(spec_of(ENTRY), network, (ECHO, QUIET_PAGE), seed=seed))
        plain = sorted(f"{r.method} {r.url.path}" for r in network.log if r.url.path.count("/") == 1)
        return finished.fingerprints, len(network.log), [p for p in plain if len(p) < 14]

    assert attempt(1) == attempt(2)
    assert attempt(1)[0]


@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_take_over_changes_no_finding(every: int) -> None:
    def attempt(new_session_every: int) -> set[str]:
        network = website(of_lab(Site(demo=True)))
        checks = (ECHO, QUIET_PAGE)
        return asyncio.run(
            scan(spec_of(ENTRY), network, checks, new_session_every=new_session_every)
        ).fingerprints

    assert attempt(every) == attempt(0)


def test_safe_mode_sends_nothing_but_reading_requests() -> None:
    network = website(of_lab(Site(demo=True)))
    finished = run(network, (ECHO,), policies=ScanPolicies(mode=Mode.SAFE))
    assert {request.method for request in network.log} <= {"GET", "HEAD", "OPTIONS"}
    assert "policy" in finished.skips("engine.crawl")


def test_standard_mode_leaves_passwords_goods_and_objects_alone() -> None:
    done: list[str] = []

    def act(request: HttpRequest) -> str:
        if request.method == "POST" or request.url.query:
            done.append(f"{request.method} {request.url.target} {request.body.decode()}")
        return (
            "<form method=post action=/account/password><input type=password name=new_password>"
            "<input type=password name=confirm></form>"
            "<form method=post action=/cart/checkout><input name=card_number></form>"
            "<form method=post action=/item><input name=note><button name=do value=delete>Delete</button></form>"
            "<form method=post action=/search><input name=words></form>"
            + links("/logout", "/item/remove?id=4")
        )

    pages: dict = dict.fromkeys(
        ("/", "/account/password", "/cart/checkout", "/item", "/search", "/item/remove"), act
    )
    finished = run(website(site({**pages, "/logout": act})), (ECHO,))
    assert done
    assert all(entry.startswith("POST /search") for entry in done if entry.startswith("POST"))
    assert not any("/logout" in r.url.path or "/remove" in r.url.path for r in finished.network.log)
    assert form(HttpRequest("POST", finished.network.log[0].url, (), b"a=1")) == {"a": "1"}


def test_a_host_is_discovered_and_every_service_reaches_its_checks() -> None:
    hello = Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", (b"der",), False)
    services = {
        80: Service(site({"/": "plain"})),
        443: Service(site({"/": "secure"}), versions=frozenset({TlsVersion.TLS1_2}), handshake=hello),
        22: Service(talk=lambda _: b"SSH-2.0-OpenSSH_9.2\r\n"),
        6379: Service(talk=lambda sent: b"+PONG\r\n" if sent.startswith(b"PING") else b""),
        9999: Service(talk=lambda _: b""),
        8443: Service(versions=frozenset({TlsVersion.TLS1_0})),
    }
    finished = run(SimulatedNetwork(services), target="10.0.0.1", options=ScanOptions(ports="1-10000"))
    assert finished.failures == []
    assets = {(o.check_id, o.asset) for o in finished.outcomes}
    assert {("test.service", f"service:10.0.0.1:{port}") for port in (22, 6379, 9999, 8443)} <= assets
    assert {("test.tls", "tls:10.0.0.1:443"), ("test.tls", "tls:10.0.0.1:8443")} <= assets
    assert {("test.origin", "origin:http://10.0.0.1"), ("test.origin", "origin:https://10.0.0.1")} <= assets
    protocols = {
        (r.unit.asset.port, r.unit.asset.protocol, r.unit.asset.tls)
        for r in finished.results
        if type(r.unit.asset).__name__ == "ServiceAsset"
    }
    assert protocols == {(22, "ssh", False), (6379, "redis", False), (9999, "", False), (8443, "", True)}


def test_a_network_scan_crawls_nothing_and_a_web_scan_scans_no_ports() -> None:
    services = {80: Service(site(SEARCH)), 22: Service(talk=lambda _: b"SSH-2.0-x\r\n")}
    network = run(SimulatedNetwork(services), target="10.0.0.1", scan_type=ScanType.NETWORK)
    assert {o.check_id for o in network.outcomes} == {"test.service"}
    web = run(SimulatedNetwork(services), target="10.0.0.1", scan_type=ScanType.WEB)
    assert {"test.content", "test.echo", "test.page", "test.origin"} == {o.check_id for o in web.outcomes}


def test_a_named_host_without_open_ports_fails_and_an_empty_address_of_a_range_does_not() -> None:
    assert run(SimulatedNetwork({}), target="10.0.0.1").failures[0][0] == "connection_refused"
    assert run(SimulatedNetwork({}), target="10.0.0.0/30").failures == []


def test_a_certificate_nobody_trusts_is_still_tested() -> None:
    def respond(_: HttpRequest) -> HttpResponse:
        raise TransportError(TransportReason.CERTIFICATE, "self-signed")

    services = {443: Service(respond, versions=frozenset({TlsVersion.TLS1_2}))}
    finished = run(SimulatedNetwork(services), target="https://10.0.0.1/")
    assert finished.failures == [("certificate_not_trusted", "self-signed")]
    assert [o.check_id for o in finished.outcomes] == ["test.tls"]


def test_a_target_that_dies_is_left_alone_and_the_ledger_says_so() -> None:
    answered = 0

    def respond(request: HttpRequest) -> HttpResponse:
        nonlocal answered
        answered += 1
        if answered > 30:
            raise TransportError(TransportReason.REFUSED, "gone")
        if len(request.url.path) > 3:
            return html("not found", 404)
        return html(
            f"<h1>{request.url.path * 3}</h1>" + links(*(f"/p{chr(97 + i)}?q={i}" for i in range(20)))
        )

    network = website(respond)
    finished = run(network, ONE_PER_SCOPE)
    skipped = [
        o for o in finished.outcomes if isinstance(o.outcome, Skipped) and o.outcome.reason == "target_health"
    ]
    assert skipped
    assert answered < 80


def test_never_ran_names_every_check_without_a_row() -> None:
    session = session_of(spec_of("10.0.0.1"), SimulatedNetwork({}), ONE_PER_SCOPE)
    rows = (
        CoverageRow(host="10.0.0.1:80", check_id="test.page", clean=1),
        CoverageRow(host="10.0.0.2:80", check_id="test.echo", clean=1),
    )
    missing = session.never_ran(rows)
    assert {o.check_id for o in missing} == {
        "test.content",
        "test.echo",
        "test.origin",
        "test.tls",
        "test.service",
    }
    assert {o.host for o in missing} == {"10.0.0.1"}


def test_a_unit_of_a_stage_that_does_not_know_its_asset_fails_by_itself() -> None:
    spec = spec_of(ENTRY)
    entry = entry_units(scope_of(spec).targets, "10.0.0.1", spec)[0]
    session = session_of(spec, website(site(SEARCH)), ONE_PER_SCOPE)

    async def results() -> list[Any]:
        return [result async for result in session.run([Unit(Stage.DISCOVER, entry.asset), entry])]

    done = {result.unit.stage: result for result in asyncio.run(results())}
    assert done[Stage.DISCOVER].failure == "internal"
    assert done[Stage.IDENTIFY].failure == ""
    assert isinstance(Clean(), Clean)


def test_a_request_that_never_connected_is_none() -> None:
    refused = asyncio.run(scan(spec_of("http://10.0.0.1:81/"), website(site({"/": "x"}))))
    assert [failure for failure, _ in refused.failures] == ["connection_refused"]
    assert sum(result.requests for result in refused.results) == 0
