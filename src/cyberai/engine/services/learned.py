"""Our own readings, bettered by imported fingerprints."""

from cyberai.domain.http import HttpResponse
from cyberai.engine.context import Context
from cyberai.engine.services.identity import Identity
from cyberai.engine.services.imported import improved
from cyberai.engine.services.quotes import headers_of, quoted


async def bettered(context: Context, own: Identity, said: bytes) -> Identity:
    """The reading of an answer."""
    quote = quoted(own.protocol, said) if own.protocol else None
    return improved(await context.imported(), own, *quote) if quote is not None else own


async def bettered_page(context: Context, own: Identity, response: HttpResponse) -> Identity:
    """The reading of a website's answer; what it carries beside a website keeps its own name."""
    if own.protocol != "http":
        return own
    lookup = await context.imported()
    for matches, text in headers_of(response):
        own = improved(lookup, own, matches, text)
    return own
