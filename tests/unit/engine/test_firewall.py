"""Firewalls that refuse payloads, applications that refuse some, and sites that refuse everything."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from html import escape
from urllib.parse import unquote, unquote_plus

import pytest

from cyberai.checkkit import Hit, HttpEvidence, InsertionPoint, Oracle, Probe, Proof, replace
from cyberai.domain.check import CheckOutcome, Clean, Found, Skipped, SkipReason
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


# Pages with status 200. A shop in its own frame, behind products that answer in its stead, or with pages of its own
# that only look like theirs.

FRAME = "<header>Harbour shop</header><p>Ropes by the metre</p>{}<footer>Open from nine</footer>"
MASK = re.compile(r"^[\w ]*$")


def framed(request: HttpRequest) -> HttpResponse:
    if request.url.path not in PATHS:
        return html(FRAME.format("<p>Nothing here</p>"), 404)
    return html(FRAME.format("<h1>Shop</h1>" + links("/find?q=rope", "/item?id=5", "/news?tag=old")))


def value_of(request: HttpRequest) -> str:
    return unquote_plus(request.url.query).partition("=")[2]


def product(request: HttpRequest) -> HttpResponse:
    """A block page as products have it, with an incident id that is new each time."""
    if not attacks(request):
        return framed(request)
    incident = hashlib.sha256(request.url.query.encode()).hexdigest()[:12]
    return html(f"<title>Request rejected</title><h1>Blocked</h1><p>Incident {incident}</p>")


def echoing(request: HttpRequest) -> HttpResponse:
    if not attacks(request):
        return framed(request)
    return html(f"<h1>Rejected</h1><p>{escape(value_of(request))}</p>")


def masked(body: str) -> Callable[[HttpRequest], HttpResponse]:
    """An application that takes words only and says so."""
    return lambda request: framed(request) if MASK.match(value_of(request)) else html(body)


def failing(request: HttpRequest) -> HttpResponse:
    """An application whose statement breaks at a quote: a bare error page, with status 200."""
    broken = value_of(request).count("'") % 2
    return html("<h1>An error has occurred</h1>") if broken else framed(request)


def searching(request: HttpRequest) -> HttpResponse:
    """A bare page for whatever is not found."""
    return framed(request) if value_of(request) in ("", "rope", "5", "old") else html("<p>No results</p>")


@pytest.mark.parametrize("answer", [product, echoing])
def test_a_block_page_that_says_200_is_told(answer: Callable[[HttpRequest], HttpResponse]) -> None:
    ledger = outcomes(answer)
    rows = blocked(ledger)
    host = next(row for row in rows if row.asset.startswith("host:"))
    assert isinstance(host.outcome, Skipped)
    assert host.outcome.detail.startswith(
        "the same page, which holds nothing of the site's own, with HTTP 2xx"
    )
    assert len(rows) > 5
    injected = [row for row in ledger if "#" in row.asset]
    assert not any(isinstance(row.outcome, Found) for row in injected)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(masked("<p>Invalid input</p>"), id="takes words only"),
        pytest.param(masked(FRAME.format("<p>Invalid input</p>")), id="takes words only, in its frame"),
        pytest.param(failing, id="an error page"),
        pytest.param(searching, id="nothing found"),
        pytest.param(framed, id="always the same"),
        pytest.param(lambda request: product(request) if request.url.path == "/item" else framed(request),
                     id="one of three"),
    ],
)  # fmt: skip
def test_what_is_no_block_page(answer: Callable[[HttpRequest], HttpResponse]) -> None:
    assert blocked(outcomes(answer)) == []


def test_what_a_block_page_shows_is_no_finding() -> None:
    async def fires(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
        """Claims whatever answers a quote."""
        await probe.baseline(point)
        for payload in ("'", "<b>", "../", "{{x}}", ";x", "%00'"):
            shown = await probe.inject(point, payload)
        yield Hit(proof=Proof(Oracle.ERROR, 2, True), evidence=(HttpEvidence(shown),), url=shown.request.url,
                  point=point)  # fmt: skip

    rash = replace(next(c for c in all_checks() if c.meta.id == "web.sql-injection"), run=fires)

    async def run() -> list[CheckOutcome]:
        finished = await scan(spec_of("http://10.0.0.1/"), website(product), (rash,))
        return finished.outcomes

    last = [row.outcome for row in asyncio.run(run()) if "#" in row.asset][-1]
    assert isinstance(last, Skipped)
    assert last.reason is SkipReason.BLOCKED_BY_WAF
