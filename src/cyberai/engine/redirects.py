"""Where an answer sends a browser next."""

from cyberai.domain.http import Exchange, HttpRequest
from cyberai.engine.cookies import carried, cookies_after, request_cookies, with_cookies


def redirect_request(exchange: Exchange) -> HttpRequest | None:
    """The request a browser would send next, or None when the answer is no redirect it would follow."""
    response, request = exchange.response, exchange.request
    location = response.header("location")
    if response.status not in (301, 302, 303, 307, 308) or not location:
        return None
    try:
        url = request.url.join(location)
    except ValueError:
        return None
    keeps = response.status in (307, 308)
    next_request = HttpRequest(
        request.method if keeps or request.method == "HEAD" else "GET",
        url,
        request.headers if keeps and url.origin == request.url.origin else (),
        request.body if keeps else b"",
    )
    return carried(cookies_after(request, response), request.url, next_request)


def with_cookies_after(exchange: Exchange, request: HttpRequest) -> HttpRequest:
    """The request with the cookies that a browser has after this exchange, beside those it has of its own."""
    held = dict(cookies_after(exchange.request, exchange.response))
    return with_cookies(request, tuple({**dict(request_cookies(request)), **held}.items()))
