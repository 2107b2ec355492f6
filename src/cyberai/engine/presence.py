"""Whether a page came back at all, or what the site answers where nothing is."""

from cyberai.checkkit import PolicyRefused
from cyberai.domain.asset import RequestAsset
from cyberai.domain.http import Exchange, Url
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.links import is_json, is_script
from cyberai.engine.missing import missing_control
from cyberai.engine.page import is_file, is_html
from cyberai.engine.soft404 import extension, is_missing, stands_out
from cyberai.ports.network import TransportError

WELL_KNOWN = ("/robots.txt", "/sitemap.xml")
"""Asked for on every origin, linked or not."""

PROVEN_FOLDERS = 10
"""Pages of folders of one depth in a row that a control showed to be real; the others need none each."""

MAX_CATCH_ALLS = 16
"""Programs of one origin that answer for every path below their own."""


async def is_real(context: Context, asset: RequestAsset, exchange: Exchange, tally: Tally) -> bool:
    """False for an answer that stands for "nothing here". The entry is always real, and so is what a page links with
    parameters: what it shows for these does not tell what it does with others.

    A control is asked per origin, and per directory where the origin's own control is no 404 or the body was
    seen before under another path: an application that answers every path with its start page has one page.
    """
    url = exchange.request.url
    if asset.depth == 0 and not asset.referer:
        context.crawl.duplicate(url.origin, url.path, exchange.response.body)
        return True
    if is_missing(exchange, None):
        return False
    if exchange.request.method != "GET":
        return True
    distinct = await _is_distinct(context, exchange, tally)
    linked = asset.depth > 1 or url.path not in WELL_KNOWN
    context.crawl.met(url.origin, distinct=distinct and _speaks(exchange), alike=linked and not distinct)
    return distinct or (bool(asset.referer and url.query) and not is_file(exchange.response))


def _speaks(exchange: Exchange) -> bool:
    """True for what tells that the application itself answers: a page, or the data or code of one whose pages are made
    in the browser. A picture or a style is served before a closed door as well."""
    response = exchange.response
    return (
        is_html(response)
        or is_json(exchange.request.url, response)
        or is_script(exchange.request.url, response)
    )


async def _is_distinct(context: Context, exchange: Exchange, tally: Tally) -> bool:
    """True when the answer differs from those for what is not there."""
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
        return not await _absent(context, exchange, usual if context.scope.allows_url(usual) else root, tally)
    if not await _absent(context, exchange, url, tally):
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


async def _absent(context: Context, exchange: Exchange, place: Url, tally: Tally) -> bool:
    """True when the answer is that for what is not there beside `place`, less what changes by itself: only where
    something differs at all is that worth a second sample."""
    control = await _control(context, place, tally)
    if control is None or not is_missing(exchange, control):
        return False
    if not stands_out(exchange, control):
        return True
    again = await _control(context, place, tally, 2)
    return again is not None and not stands_out(exchange, control, again)


async def _control(context: Context, url: Url, tally: Tally, sample: int = 1) -> Exchange | None:
    """The answer for what is not there; None where none comes: a page is not lost for want of a control."""
    try:
        return await missing_control(context, url, tally, sample)
    except (TransportError, PolicyRefused):
        return None
