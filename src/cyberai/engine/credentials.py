"""Requests with less of the session than the application's own pages send: as another site makes a visitor's browser send
them, or as a stranger does. What the request carries and what the scan's login adds are both meant."""

from cyberai.checkkit import Credentials
from cyberai.domain.http import Exchange, HttpRequest
from cyberai.engine.context import Context
from cyberai.engine.cookies import with_cookies
from cyberai.engine.fetch import Tally


async def send_with(
    context: Context, credentials: Credentials, request: HttpRequest, tally: Tally
) -> Exchange:
    """See checkkit.Probe.send_with; raise what Fetcher.send raises."""
    fetcher = context.fetcher
    if credentials is Credentials.INCLUDE:
        return await fetcher.send(request, tally)
    await fetcher.admit(request, tally)
    own = _carried(context, credentials, request)
    sent = _with_login(context, credentials, own)
    # An answer to a stranger says nothing about the session: the login does not hear of it.
    exchange = Exchange(own, await fetcher.transmit(tally)(sent, sent is not own))
    fetcher.noted.answered(exchange)
    return exchange


def crosses_sites(context: Context, request: HttpRequest) -> bool:
    """See checkkit.Probe.crosses_sites."""
    own = _carried(context, Credentials.ACROSS_SITES, request)
    sent = _with_login(context, Credentials.ACROSS_SITES, own)
    return sent.header("cookie") is not None or sent.header("authorization") is not None


def _carried(context: Context, credentials: Credentials, request: HttpRequest) -> HttpRequest:
    if credentials is Credentials.OMIT:
        return with_cookies(request, ())
    return context.fetcher.noted.cookie_rules.across(request)


def _with_login(context: Context, credentials: Credentials, own: HttpRequest) -> HttpRequest:
    login = context.logins.of(own.url)
    if login is None or credentials is Credentials.OMIT:
        return own
    return login.across_sites(own)
