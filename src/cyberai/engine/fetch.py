"""Sending requests for the engine: within the scan's mode and scope, counted, retried where that is harmless."""

from cyberai.checkkit import PolicyRefused
from cyberai.domain.http import Exchange, HttpRequest, Url
from cyberai.domain.scan import Mode
from cyberai.domain.scope import ScanScope
from cyberai.engine.cookies import CookieRules, carried, cookies_after
from cyberai.engine.health import Health
from cyberai.engine.modes import refusal
from cyberai.engine.turns import Turns
from cyberai.engine.writes import Writes
from cyberai.ports.network import NetworkSession, TransportError, TransportReason
from cyberai.ports.runtime import Clock

MAX_REDIRECTS = 5
_NEVER_SENT = frozenset(
    {
        TransportReason.DNS_FAILED,
        TransportReason.NOT_ALLOWED,
        TransportReason.OUT_OF_SCOPE,
        TransportReason.REFUSED,
        TransportReason.UNREACHABLE,
        TransportReason.CONNECT_TIMEOUT,
    }
)
"""No connection came about, so that no request went out."""

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})


class Tally:
    """Counts requests sent for one unit."""

    def __init__(self) -> None:
        self.sent = 0


class Fetcher:
    """The one way of the engine to HTTP."""

    def __init__(self, network: NetworkSession, scope: ScanScope, mode: Mode, clock: Clock) -> None:
        self._network = network
        self._scope = scope
        self._mode = mode
        self._clock = clock
        self._health = Health(clock)
        self.turns = Turns()
        self.writes = Writes()
        self.cookie_rules = CookieRules()

    def forbidden(self, request: HttpRequest) -> str | None:
        """Why the scan's paths or mode forbid this request, or None."""
        if not self._scope.allows_url(request.url):
            return f"{request.url} is outside the scan's scope"
        return refusal(request, self._mode)

    async def send(self, request: HttpRequest, tally: Tally, *, retries: int = 0) -> Exchange:
        """Send once, and again up to `retries` times where the error may pass and the method changes nothing;
        raise PolicyRefused or TransportError."""
        why = self.forbidden(request)
        if why is not None:
            raise PolicyRefused(why)
        place = (request.url.host, request.url.port)
        await self._health.gate(place, lambda: self._answers(request.url, tally))
        for attempt in range(retries + 1):
            try:
                return await self._once(request, tally)
            except TransportError as error:
                if attempt == retries or not error.retryable or request.method not in _REPEATABLE:
                    raise
                await self._clock.sleep(0.5 * 2**attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def follow(self, exchange: Exchange, tally: Tally) -> Exchange:
        """Follow one redirect within scope; return the exchange itself when there is none to follow."""
        target = redirect_request(exchange)
        if target is None or self.forbidden(target) is not None:
            return exchange
        return await self.send(target, tally)

    async def _once(self, request: HttpRequest, tally: Tally) -> Exchange:
        place = (request.url.host, request.url.port)
        tally.sent += 1
        try:
            async with self.turns.shared():
                response = await self._network.http.send(request)
        except TransportError as error:
            tally.sent -= error.reason in _NEVER_SENT
            self._health.failed(place, error.reason)
            raise
        self._health.answered(place)
        self.writes.answered(request, response)
        self.cookie_rules.learn(request, response)
        return Exchange(request, response)

    async def _answers(self, url: Url, tally: Tally) -> bool:
        try:
            await self._once(HttpRequest("GET", url.with_target("/")), tally)
        except TransportError:
            return False
        return True


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
