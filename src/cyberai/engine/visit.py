"""The crawler's visit to one request: whether it is worth it, and the fetch."""

from cyberai.domain.asset import RequestAsset
from cyberai.domain.check import Skipped, SkipReason
from cyberai.domain.http import Exchange, HttpRequest
from cyberai.engine.catch_all import echoed_name as echoed_name
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.markup import decode
from cyberai.engine.presence import is_real as is_real
from cyberai.engine.probe import send_fresh
from cyberai.engine.robots import disallowed
from cyberai.engine.shape import shape_of
from cyberai.ports.network import TransportError

CRAWL_RETRIES = 2
UNSURE = 8
"""Requests without a sign of the session after which a page is not read before the session was seen."""

_NEAR_DUPLICATE = Skipped(SkipReason.NOT_APPLICABLE)


async def closed(context: Context, asset: RequestAsset) -> Skipped | None:
    """Why the request is not fetched, with a text where the ledger should say so; None when it is to be."""
    url = asset.request.url
    if context.crawl.exhausted(shape_of(asset.request)):
        return _NEAR_DUPLICATE
    if context.crawl.pages[url.origin] >= context.max_pages:
        if not context.crawl.first_mention(f"pages {url.origin}"):
            return _NEAR_DUPLICATE
        return Skipped(
            SkipReason.BUDGET, f"only {context.max_pages} pages per origin are fetched at this depth"
        )
    if context.spec.policies.respect_robots_txt and await _robots_forbid(context, asset):
        return Skipped(SkipReason.POLICY, "robots.txt asks not to fetch it, and the scan respects that")
    return None


async def fetch(context: Context, asset: RequestAsset, tally: Tally) -> Exchange:
    """The answer to the request, kept as its baseline; from memory where it is there. Raise PolicyRefused or
    TransportError."""
    request = asset.request
    kept = context.baselines.get(request)
    if kept is not None:
        return kept
    context.crawl.pages[request.url.origin] += 1
    login = context.logins.of(request.url)
    since = login.span if login is not None else 0
    exchange = await send_fresh(context, request, asset, tally, retries=CRAWL_RETRIES)
    if login is not None and login.unsure >= UNSURE and request.method == "GET":
        await login.confirm(context.fetcher.transmit(tally))
        if login.doubted(since, login.span):
            exchange = await send_fresh(context, request, asset, tally, retries=CRAWL_RETRIES)
    context.baselines.keep(request, exchange)
    return exchange


async def _robots_forbid(context: Context, asset: RequestAsset) -> bool:
    url = asset.request.url

    async def fetch() -> str:
        request = HttpRequest("GET", url.with_target("/robots.txt"))
        if context.fetcher.forbidden(request) is not None:
            return ""
        try:
            exchange = await context.fetcher.send(request, Tally(), retries=1)
        except TransportError:
            return ""
        return decode(exchange.response) if exchange.response.status == 200 else ""

    return disallowed(await context.robots.get(url.origin, fetch), url.path)
