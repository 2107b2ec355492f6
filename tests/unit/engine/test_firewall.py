"""Firewalls that refuse payloads, applications that refuse some, and sites that refuse everything."""

import asyncio
from collections.abc import Callable
from urllib.parse import unquote

import pytest

from cyberai.domain.check import CheckOutcome, Clean, Skipped, SkipReason
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.report import CoverageRow
from cyberai.domain.scan import VerdictResult
from cyberai.domain.severity import Severity
from cyberai.domain.verdict import decide
from cyberai.engine.registry import all_checks
from cyberai.engine.run import EngineSession
from support.miniature_site import html, links
from support.scan_in_process import scan, session_of, spec_of
from support.simulated_network import website

BAD = ("'", '"', "<", "..", "{{", "etc/passwd", "sleep", ";", "|", "$", "%", "&&", "(", "`", "\n")
PATHS = ("/", "/find", "/item", "/news")


def respond(request: HttpRequest) -> HttpResponse:
    if request.url.path not in PATHS:
        return html("nothing", 404)
    return html("<h1>Shop</h1>" + links("/find?q=rope", "/item?id=5", "/news?tag=old"))


def behind(status: int, refuses: Callable[[HttpRequest], bool]) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: html("<h1>Blocked</h1>", status) if refuses(request) else respond(request)


def attacks(request: HttpRequest) -> bool:
    query = unquote(unquote(request.url.query)).partition("=")[2]
    return any(mark in query for mark in BAD)


def outcomes(answer: Callable[[HttpRequest], HttpResponse]) -> list[CheckOutcome]:
    """The whole ledger of a scan, its end included."""

    async def run() -> list[CheckOutcome]:
        spec, network = spec_of("http://10.0.0.1/"), website(answer)
        session: EngineSession = session_of(spec, network, all_checks())
        finished = await scan(spec, network, all_checks(), session=session)
        return [*finished.outcomes, *session.never_ran((), "10.0.0.1")]

    return asyncio.run(run())


def blocked(ledger: list[CheckOutcome]) -> list[CheckOutcome]:
    return [
        row for row in ledger
        if isinstance(row.outcome, Skipped) and row.outcome.reason is SkipReason.BLOCKED_BY_WAF
    ]  # fmt: skip


@pytest.mark.parametrize("status", [403, 406, 429])
def test_a_firewall_is_told_in_words_and_what_it_refused_is_not_called_clean(status: int) -> None:
    ledger = outcomes(behind(status, attacks))
    rows = blocked(ledger)
    host = next(row for row in rows if row.asset.startswith("host:"))
    assert isinstance(host.outcome, Skipped)
    assert host.outcome.detail.startswith(f"HTTP {status} to ")
    assert "harmless values of the same length pass" in host.outcome.detail
    assert len(rows) > 5
    assert any(isinstance(row.outcome, Clean) for row in ledger)


@pytest.mark.parametrize(
    "refuses",
    [
        pytest.param(lambda _: False, id="nothing"),
        pytest.param(lambda request: request.url.path == "/item" and attacks(request), id="one of three"),
        pytest.param(lambda request: len(request.url.query) > 12, id="whatever is long"),
        pytest.param(lambda request: request.url.path != "/", id="everything"),
    ],
)
def test_what_is_no_firewall(refuses: Callable[[HttpRequest], bool]) -> None:
    assert blocked(outcomes(behind(403, refuses))) == []


def test_the_verdict_says_so() -> None:
    rows = (
        CoverageRow(host="h", check_id="x", clean=1_000),
        CoverageRow(host="h", check_id="engine.crawl", skipped={"blocked_by_waf": 1}),
    )
    verdict = decide(rows, findings=(), fail_on=Severity.HIGH)
    assert verdict.result is VerdictResult.INCONCLUSIVE
    assert "firewall" in verdict.reasons[0]
