"""The first page of a web server: fetched once, kept for the crawler, and read for what serves it."""

from cyberai.domain.http import HttpRequest, Url
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.services.identity import UNKNOWN, Identity
from cyberai.engine.services.learned import bettered_page
from cyberai.engine.services.web import from_response, from_second, second_looks
from cyberai.engine.visit import CRAWL_RETRIES
from cyberai.ports.network import TransportError


async def enter(
    context: Context, url: Url, tally: Tally, retries: int = CRAWL_RETRIES
) -> TransportError | None:
    """Fetch the entry and keep it for the crawler; the error when it does not come."""
    request = HttpRequest("GET", url)
    try:
        context.baselines.keep(request, await context.fetcher.send(request, tally, retries=retries))
    except TransportError as error:
        return error
    return None


async def recognised(context: Context, url: Url, tally: Tally) -> Identity:
    """What serves the entry that was fetched; where its sign is seen, one more request tells what that leaves open."""
    kept = context.baselines.get(HttpRequest("GET", url))
    if kept is None:
        return UNKNOWN
    first = from_response(kept.response)
    for path in second_looks(kept.response):
        request = HttpRequest("GET", url.with_target(path))
        if context.fetcher.forbidden(request) is not None:
            continue
        try:
            more = await context.fetcher.send(request, tally)
        except TransportError:
            break
        told = from_second(more.response)
        if told is not None:
            return told
    return await bettered_page(context, first, kept.response)


def wants_tls(context: Context, url: Url) -> bool:
    """True when a web server says that this port expects TLS (nginx, Apache and others answer 400)."""
    kept = context.baselines.get(HttpRequest("GET", url))
    return kept is not None and kept.response.status == 400 and b"https" in kept.response.body[:2_000].lower()
