"""Sending requests for the engine: within the scan's mode and scope, counted, retried where that is harmless."""

from cyberai.checkkit import PolicyRefused
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.domain.scan import Mode
from cyberai.domain.scope import ScanScope
from cyberai.engine.health import Health
from cyberai.engine.login.browser import Transmit
from cyberai.engine.login.logins import Logins
from cyberai.engine.modes import refusal
from cyberai.engine.noted import Noted
from cyberai.engine.redirects import redirect_request as redirect_request
from cyberai.engine.redirects import with_cookies_after as with_cookies_after
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
    """Counts requests sent for one unit. `sure`: each answer is to be known to have come within the session."""

    def __init__(self, *, sure: bool = False) -> None:
        self.sent = 0
        self.sure = sure


class Fetcher:
    """The one way of the engine to HTTP. Requests to where the scan is logged in go out within that session; what
    comes back names the request without what the session added."""

    def __init__(
        self,
        network: NetworkSession,
        scope: ScanScope,
        mode: Mode,
        clock: Clock,
        logins: Logins,
    ) -> None:
        self._network = network
        self._scope = scope
        self._mode = mode
        self._clock = clock
        self._health = Health(clock)
        self._logins = logins
        self.turns = logins.turns
        self.noted = Noted()

    def forbidden(self, request: HttpRequest) -> str | None:
        """Why the scan's paths or mode forbid this request, or None."""
        if not self._scope.allows_url(request.url):
            return f"{request.url} is outside the scan's scope"
        return refusal(request, self._mode, logged_in=self._logins.asked_for)

    async def send(self, request: HttpRequest, tally: Tally, *, retries: int = 0) -> Exchange:
        """Send once, and again up to `retries` times where the error may pass and the method changes nothing;
        raise PolicyRefused, TransportError or LoginFailed."""
        await self.admit(request, tally)
        login = self._logins.of(request.url)
        if login is None:
            exchange = Exchange(request, await self._attempts(request, tally, retries))
        else:
            exchange = await login.send(request, self.transmit(tally, retries), sure=tally.sure)
        self.noted.answered(exchange)
        return exchange

    async def admit(self, request: HttpRequest, tally: Tally) -> None:
        """Raise PolicyRefused, or wait until the target is well."""
        why = self.forbidden(request)
        if why is not None:
            raise PolicyRefused(why)
        place = (request.url.host, request.url.port)
        await self._health.gate(place, lambda: self._answers(request.url, tally))

    def transmit(self, tally: Tally, retries: int = 0) -> Transmit:
        """Sends requests as they are, for a login: its own requests are none that the mode is about."""

        async def transmit(request: HttpRequest, private: bool) -> HttpResponse:
            return await self._attempts(request, tally, retries, private=private)

        return transmit

    async def follow(self, exchange: Exchange, tally: Tally) -> Exchange:
        """Follow one redirect within scope; return the exchange itself when there is none to follow."""
        target = redirect_request(exchange)
        if target is None or self.forbidden(target) is not None:
            return exchange
        return await self.send(target, tally)

    async def _attempts(
        self, request: HttpRequest, tally: Tally, retries: int, *, private: bool = False
    ) -> HttpResponse:
        for attempt in range(retries + 1):
            try:
                return await self._once(request, tally, private=private)
            except TransportError as error:
                if attempt == retries or not error.retryable or request.method not in _REPEATABLE:
                    raise
                await self._clock.sleep(0.5 * 2**attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _once(self, request: HttpRequest, tally: Tally, *, private: bool = False) -> HttpResponse:
        place = (request.url.host, request.url.port)
        tally.sent += 1
        try:
            async with self.turns.shared():
                response = await self._network.http.send(request, private=private)
        except TransportError as error:
            tally.sent -= error.reason in _NEVER_SENT
            self._health.failed(place, error.reason)
            raise
        self._health.answered(place)
        return response

    async def _answers(self, url: Url, tally: Tally) -> bool:
        try:
            await self._once(HttpRequest("GET", url.with_target("/")), tally)
        except TransportError:
            return False
        return True
