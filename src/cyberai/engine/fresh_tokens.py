"""Sending a form with its anti-forgery token, from a fresh look at its page or from one that is good for many sendings.

Most frameworks tie the token to the session: it may be sent again and again. A look before each payload would double
what a scan sends. So the form's own values are sent once more with a token that was used, and with one that is wrong:
where the first is taken like a fresh one and the second is not, the token is kept, until an answer looks like that to a
wrong one.
"""

from collections.abc import Awaitable, Callable

from msgspec import structs

from cyberai.domain.asset import RequestAsset
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse
from cyberai.engine.context import Context
from cyberai.engine.cookies import Cookies, cookies_after, request_cookies, with_cookies
from cyberai.engine.csrf import leading_to, renewed, replace_field, token_fields, token_values
from cyberai.engine.difference import MAX_COMPARED, same_head, similarity
from cyberai.engine.fetch import Tally
from cyberai.engine.kept_token import Kept, Values

Send = Callable[[HttpRequest], Awaitable[Exchange]]

TRIED_AT = 3
"""The sending of a form before which it is tried whether its token may be kept: most forms are sent once or twice."""

MAX_HEALED = 3
"""Times that a kept token is replaced because it seems to be refused; then every sending has its own."""

_ALIKE = 0.95


async def send_fresh(
    context: Context, request: HttpRequest, asset: RequestAsset, tally: Tally, *, retries: int = 0
) -> Exchange:
    """The answer to the request, sent with fresh tokens where it has any; raise PolicyRefused or TransportError."""
    return await submit(
        context, request, asset, tally, lambda sent: context.fetcher.send(sent, tally, retries=retries)
    )


async def submit(
    context: Context, request: HttpRequest, asset: RequestAsset, tally: Tally, send: Send
) -> Exchange:
    """The answer to the request as `send` gets it, with tokens that the site takes."""
    if not token_fields(request) or not leading_to(asset):
        return await send(request)
    kept = context.crawl.tokens.setdefault(asset.request, Kept())
    # A token goes with the session's cookies: where these are altered, it is looked for beside them.
    usual = request_cookies(request) == request_cookies(asset.request)
    if usual and kept.values and kept.refused is not None:
        exchange = await send(_with_token(request, kept.values, kept.cookies))
        if not _alike(exchange.response, kept.refused):
            return exchange
        kept.values = ()
        kept.healed += 1
    async with context.fetcher.turns.alone():
        kept.sendings += 1
        if kept.sendings >= TRIED_AT and not kept.tried:
            kept.tried = True
            await _try(context, asset, kept, tally)
        values, cookies = await _look(context, request, asset, tally)
        if usual and kept.refused is not None and kept.healed <= MAX_HEALED:
            kept.values, kept.cookies = values, cookies
        return await send(_with_token(request, values, cookies))


async def _try(context: Context, asset: RequestAsset, kept: Kept, tally: Tally) -> None:
    """Find out whether a used token is taken like a fresh one, and a wrong one is told from it."""
    request = asset.request
    values, cookies = await _look(context, request, asset, tally)
    wrong = tuple((name, context.rng.letters(min(max(len(value), 8), 64))) for name, value in values)
    if not values:
        return
    fresh, used, refused = [
        await context.fetcher.send(_with_token(request, token, cookies), tally)
        for token in (values, values, wrong)
    ]
    if _alike(fresh.response, used.response) and not _alike(fresh.response, refused.response):
        kept.refused = structs.replace(refused.response, body=refused.response.body[:MAX_COMPARED])


async def _look(
    context: Context, request: HttpRequest, asset: RequestAsset, tally: Tally
) -> tuple[Values, Cookies]:
    """The token's values on a fresh look at the page its form stands on, the earlier steps of the form repeated, and
    the cookies they are tied to."""
    cookies, page = request_cookies(request), None
    for step in leading_to(asset):
        if page is not None:
            step = renewed(step, page.response, token_fields(step))
        sent = with_cookies(step, cookies) if cookies else step
        page = await context.fetcher.send(sent, tally, retries=1)
        cookies = cookies_after(page.request, page.response)
    assert page is not None
    return token_values(page.response, token_fields(request)), cookies


def _with_token(request: HttpRequest, values: Values, cookies: Cookies) -> HttpRequest:
    for name, value in values:
        request = replace_field(request, name, value)
    return request if cookies == request_cookies(request) else with_cookies(request, cookies)


def _alike(one: HttpResponse, other: HttpResponse) -> bool:
    return same_head(one, other) and similarity(one, other) >= _ALIKE
