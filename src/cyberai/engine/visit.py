"""The crawler's visit to one request: whether it is worth it, the fetch, and whether a page came back at all."""

from cyberai.checkkit import PolicyRefused
from cyberai.domain.asset import RequestAsset
from cyberai.domain.check import Skipped, SkipReason
from cyberai.domain.http import Exchange, HttpRequest, Url
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.markup import decode
from cyberai.engine.probe import missing_control, send_fresh
from cyberai.engine.robots import disallowed
from cyberai.engine.shape import shape_of
from cyberai.engine.soft404 import extension, is_missing
from cyberai.ports.network import TransportError

CRAWL_RETRIES = 2
PROVEN_FOLDERS = 10
"""Pages of folders of one depth in a row that a control showed to be real; the others need none each."""

MAX_CATCH_ALLS = 16
"""Programs of one origin that answer for every path below their own."""

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
    exchange = await send_fresh(context, request, asset, tally, retries=CRAWL_RETRIES)
    context.baselines.keep(request, exchange)
    return exchange


async def is_real(context: Context, asset: RequestAsset, exchange: Exchange, tally: Tally) -> bool:
    """False for an answer that stands for "nothing here". The entry is always real.

    A control is asked per origin, and per directory where the origin's own control is no 404 or the body was
    seen before under another path: an application that answers every path with its start page has one page.
    """
    if asset.depth == 0 and not asset.referer:
        context.crawl.duplicate(
            exchange.request.url.origin, exchange.request.url.path, exchange.response.body
        )
        return True
    if is_missing(exchange, None):
        return False
    if exchange.request.method != "GET":
        return True
    url = exchange.request.url
    seen = context.crawl.duplicate(url.origin, url.path, exchange.response.body)
    root = url.with_target("/")
    general = None
    if context.scope.allows_url(root):
        general = await _control(context, root, tally)
    if not seen and (general is None or is_missing(general, None)):
        return True
    level = url.path.count("/")
    program = url.path.split("/")[1] if level > 1 else ""
    place = f"{url.origin}/{program} {level} {extension(url)}"
    if not seen and context.crawl.proven[place] >= PROVEN_FOLDERS:
        usual = url.with_target(f"/index{extension(url)}")
        general = await _control(context, usual, tally) if context.scope.allows_url(usual) else general
        return not is_missing(exchange, general)
    control = await _control(context, url, tally)
    if not is_missing(exchange, control):
        context.crawl.proven[place] += 1
        return True
    context.crawl.proven[place] = 0
    # A program that answers for every path below its own is one page: the first one that is asked for.
    known = context.crawl.catch_alls(url.origin)
    if is_missing(exchange, general) or any(is_missing(exchange, other) for other in known):
        return False
    if len(known) < MAX_CATCH_ALLS:
        known.append(exchange)
    return len(known) < MAX_CATCH_ALLS


async def _control(context: Context, url: Url, tally: Tally) -> Exchange | None:
    """The answer for what is not there; None where none comes: a page is not lost for want of a control."""
    try:
        return await missing_control(context, url, tally)
    except (TransportError, PolicyRefused):
        return None


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
