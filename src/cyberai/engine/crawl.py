"""The CRAWL stage: fetch a request, run the page checks on the answer, find further requests."""

from collections.abc import Awaitable, Callable

from cyberai.checkkit import PolicyRefused, TransportError
from cyberai.domain.asset import RequestAsset
from cyberai.domain.check import Skipped, SkipReason
from cyberai.domain.http import Exchange, Url
from cyberai.domain.unit import Unit, UnitResult
from cyberai.engine.context import Context
from cyberai.engine.coverage import crawl_outcome, transport_outcome
from cyberai.engine.fetch import Tally, redirect_request
from cyberai.engine.follow import next_requests
from cyberai.engine.page import read_page
from cyberai.engine.page_checks import check_page
from cyberai.engine.testable import tests_of
from cyberai.engine.visit import closed, echoed_name, fetch, is_real

_CLOSED_DOORS = frozenset({401, 403, 407, 421, 429})
"""Statuses of an entry that is there and is not shown to us."""

MOST_REDIRECTS = 20
"""Redirects after which browsers give up, too (Fetch standard, HTTP-redirect fetch)."""


async def crawl_request(context: Context, unit: Unit, asset: RequestAsset) -> UnitResult:
    """Fetch the request and say what it leads to. The entry's failure is the unit's; any other page that does
    not come is an error in the ledger."""
    place = context.order.take()
    try:
        why = await closed(context, asset)
        if why is not None:
            result = UnitResult(unit, (crawl_outcome(asset.request.url, why),) if why.detail else ())
        else:
            result = await _visit(context, unit, asset, place.wait)
        await place.wait()
        return result
    finally:
        place.done()


async def _visit(
    context: Context, unit: Unit, asset: RequestAsset, in_order: Callable[[], Awaitable[None]]
) -> UnitResult:
    tally = Tally()
    try:
        exchange = await fetch(context, asset, tally)
        await in_order()
        return await _read(context, unit, asset, exchange, tally)
    except PolicyRefused as refused:
        skipped = Skipped(SkipReason.POLICY, str(refused)[:300])
        return UnitResult(unit, (crawl_outcome(asset.request.url, skipped),), requests=tally.sent)
    except TransportError as error:
        return _not_fetched(unit, asset, error, tally)


async def _read(
    context: Context, unit: Unit, asset: RequestAsset, exchange: Exchange, tally: Tally
) -> UnitResult:
    """What the answer says and leads to; nothing when it stands for a page that is not there."""
    if not await is_real(context, asset, exchange, tally):
        beside = await echoed_name(context, asset, exchange, tally)
        return UnitResult(unit, found=beside, requests=tally.sent)
    page = read_page(exchange, Url.parse(asset.referer) if asset.referer else None)
    outcomes = await check_page(context, asset, page, tally)
    tests = await tests_of(context, asset, page, tally)
    noted, found = next_requests(context, asset, page)
    failure = ""
    if _is_entry(asset):
        failure = await _endless(context, exchange, tally) if found else _shut(context, exchange)
    return UnitResult(
        unit,
        (*outcomes, *noted),
        (*found, *tests),
        requests=tally.sent,
        urls=1,
        failure=failure,
    )


async def _endless(context: Context, exchange: Exchange, tally: Tally) -> str:
    """Why an entry that only redirects leads to no page; empty where a browser would arrive at one."""
    for _ in range(MOST_REDIRECTS):
        if redirect_request(exchange) is None:
            return ""
        following = await context.fetcher.follow(exchange, tally)
        if following is exchange:
            return ""
        exchange = following
    return "the start page redirects again and again and leads to no page"


def _shut(context: Context, exchange: Exchange) -> str:
    """Why an entry that leads nowhere says nothing about the site behind it; empty when it is simply small."""
    status = exchange.response.status
    if status >= 500:
        return "the start page answers with a server error"
    if status in _CLOSED_DOORS:
        return f"the start page is closed to us (HTTP {status})"
    target = redirect_request(exchange)
    if target is not None and not context.scope.allows_url(target.url):
        return "the start page redirects out of the scan's scope"
    return ""


def _is_entry(asset: RequestAsset) -> bool:
    return asset.depth == 0 and not asset.referer


def _not_fetched(unit: Unit, asset: RequestAsset, error: TransportError, tally: Tally) -> UnitResult:
    outcome = crawl_outcome(asset.request.url, transport_outcome(error))
    if _is_entry(asset):
        return UnitResult(
            unit, (outcome,), requests=tally.sent, failure=error.reason.value, detail=error.detail
        )
    return UnitResult(unit, (outcome,), requests=tally.sent)
