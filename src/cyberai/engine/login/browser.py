"""What a browser does during a login: cookies kept, redirects followed, nothing sent out of the scan's scope."""

from collections.abc import Awaitable, Callable

from cyberai.domain.http import Exchange, Headers, HttpRequest, HttpResponse, Url
from cyberai.domain.scope import ScanScope
from cyberai.engine.login.jar import Jar
from cyberai.engine.redirects import redirect_request

MAX_REDIRECTS = 8

Transmit = Callable[[HttpRequest, bool], Awaitable[HttpResponse]]
"""Sends a request exactly as it is; True where it holds a secret."""


class Browser:
    """One host, one jar. `headers` are the operator's own, sent with each request."""

    def __init__(self, transmit: Transmit, jar: Jar, scope: ScanScope, home: Url, headers: Headers) -> None:
        self._transmit = transmit
        self._jar = jar
        self._scope = scope
        self._home = home
        self._headers = headers

    def allows(self, url: Url) -> bool:
        """Whether this login may ask for the address: within scope, the same host, and never from HTTPS to HTTP."""
        downgrade = self._home.scheme == "https" and url.scheme != "https"
        return url.host == self._home.host and not downgrade and self._scope.allows_url(url)

    async def visit(self, request: HttpRequest, *, follow: bool = True) -> Exchange:
        """Send, take over the cookies, and follow redirects; the last answer. Raise TransportError."""
        for _ in range(MAX_REDIRECTS if follow else 1):
            exchange = await self._send(request)
            following = redirect_request(exchange) if follow else None
            if following is None or not self.allows(following.url):
                return exchange
            request = following
        return exchange

    async def open(self, url: Url) -> Exchange:
        """GET."""
        return await self.visit(HttpRequest("GET", url))

    async def twice(self, request: HttpRequest) -> tuple[list[HttpResponse], list[HttpResponse]]:
        """The answers to two requests within the session, and to two without it."""
        inside = [(await self._send(request)).response for _ in range(2)]
        outside = [await self._transmit(self._jar.bare(request), False) for _ in range(2)]
        return inside, outside

    def dressed(self, request: HttpRequest) -> HttpRequest:
        """The request with the session's cookies and the operator's header fields."""
        for name, value in self._headers:
            if request.header(name) is None:
                request = request.with_header(name, value)
        return self._jar.dressed(request)

    async def _send(self, request: HttpRequest) -> Exchange:
        bare = self._jar.bare(request)
        response = await self._transmit(self.dressed(bare), True)
        self._jar.learn(bare, response)
        return Exchange(bare, response)
