"""The HTTP core of a session: scope, slots, rate, health, pool and caps around every exchange."""

import asyncio

from cyberai.domain.http import HttpRequest, HttpResponse, Url
from cyberai.net.failure import cancelled
from cyberai.net.health import TargetHealth
from cyberai.net.http_connection import HttpConnection, StaleConnection
from cyberai.net.http_pool import HttpPool
from cyberai.net.http_wire import RequestEncoder
from cyberai.net.limiter import RateGate
from cyberai.net.scope_memo import covers_whole_origins
from cyberai.net.session_state import SessionState
from cyberai.ports.network import TransportError, TransportReason

DEFAULT_MAX_BODY = 2 * 1024 * 1024

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
_FAILURES = frozenset(
    {
        TransportReason.REFUSED,
        TransportReason.UNREACHABLE,
        TransportReason.RESET,
        TransportReason.CONNECT_TIMEOUT,
        TransportReason.TIMEOUT,
    }
)
_TIMEOUTS = frozenset({TransportReason.CONNECT_TIMEOUT, TransportReason.TIMEOUT})
_MAX_ATTEMPTS = 4


class _Endpoint:
    """What is known about one (scheme, host, port) that is in scope, at least in part."""

    __slots__ = ("authority", "gate", "health", "host", "pool")

    def __init__(self, url: Url, pool: HttpPool, gate: RateGate, health: TargetHealth) -> None:
        self.pool = pool
        self.gate = gate
        self.host = url.host
        self.authority = url.authority
        self.health = health


class HttpClient:
    """Implements ports.network.Http.

    The timeout covers connecting and the exchange; time spent waiting for the scan's own limits (slots, rate,
    a target's recovery) is not counted, since the target has no part in it.

    A certificate that is not trusted is a finding (of the TLS checks), not the end of the scan: the session goes
    on without verification, and without the scan's custom headers unless `ignore_ssl` says to send them anyway
    (docs/decisions/0004).
    """

    def __init__(self, state: SessionState) -> None:
        self._state = state
        self._clock = state.clock
        self._monotonic = state.clock.monotonic
        self._limits = state.limits
        self._scope = state.scope
        self._slots = state.slots
        self._lifeline = state.lifeline
        self._no_gate = RateGate(state.clock, 1)
        self._whole_origins = covers_whole_origins(state.scope)
        self._encoder = RequestEncoder(state.limits.user_agent, state.limits.custom_headers)
        self._bare_encoder = RequestEncoder(state.limits.user_agent, ())
        self._endpoints: dict[tuple[str, str, int], _Endpoint] = {}

    async def send(
        self,
        request: HttpRequest,
        *,
        timeout: float | None = None,
        max_body: int | None = None,
        private: bool = False,
    ) -> HttpResponse:
        """See ports.network.Http.send."""
        if self._lifeline.closed:
            raise cancelled()
        url = request.url
        endpoint = self._endpoints.get((url.scheme, url.host, url.port)) or self._endpoint(url)
        if not (self._whole_origins or self._scope.allows_url(url)):
            raise _out_of_scope(url)
        if not self._slots.try_take():
            await self._slots.take()
        try:
            if endpoint.health.failing:
                await self._lifeline.run(endpoint.health.admit())
            seconds = self._limits.request_timeout if timeout is None else timeout
            cap = DEFAULT_MAX_BODY if max_body is None else max_body
            return await self._attempts(endpoint, request, seconds, cap, private)
        finally:
            self._slots.give()

    async def _attempts(
        self, endpoint: _Endpoint, request: HttpRequest, seconds: float, cap: int, private: bool
    ) -> HttpResponse:
        """Repeat what a kept connection lost without an answer; account for the outcome."""
        repeatable = request.method in _REPEATABLE
        attempt, left = 0, seconds
        while True:
            attempt += 1
            now = self._monotonic()
            kept = endpoint.pool.take(now, repeatable=repeatable)
            try:
                if kept is not None and endpoint.gate.try_take(now):
                    connection = kept
                else:
                    keep = repeatable and attempt < _MAX_ATTEMPTS
                    waiting = self._connection(endpoint, kept, left, keep)
                    connection, left = await self._lifeline.run(waiting)
                    now = self._monotonic()
                if private and connection.unproven:
                    endpoint.pool.give(connection)
                    raise _not_proven(endpoint.pool.where)
                self._state.requests_sent += 1
                encoder = self._bare_encoder if connection.unproven else self._encoder
                form = endpoint.pool.proxy_form
                wire = encoder.encode(request, endpoint.authority, form)
                response = await connection.exchange(wire, request.method == "HEAD", cap, left, now)
            except StaleConnection as error:
                if not repeatable or attempt >= _MAX_ATTEMPTS:
                    self._account(endpoint, error)
                    raise
                left = max(left - (self._monotonic() - now), 0.001)
            except TransportError as error:
                self._account(endpoint, error)
                raise
            else:
                if connection.usable:
                    endpoint.pool.give(connection)
                self._answered(endpoint, response)
                return response

    async def _connection(
        self, endpoint: _Endpoint, kept: HttpConnection | None, seconds: float, keep: bool
    ) -> tuple[HttpConnection, float]:
        """A usable connection whose turn it is, and the seconds left. The turn is taken last, when the bytes
        can really go: only so is the rate true at the target."""
        if endpoint.gate is self._no_gate:
            endpoint.gate = await self._state.gate_of(endpoint.host)
        near = endpoint.gate.near
        if kept is not None:
            endpoint.pool.give(kept)  # nobody holds a connection while others are nearer to their turn
        await near.take()
        try:
            return await self._turn(endpoint, seconds, keep)
        finally:
            near.give()

    async def _turn(self, endpoint: _Endpoint, seconds: float, keep: bool) -> tuple[HttpConnection, float]:
        left = seconds
        for _ in range(_MAX_ATTEMPTS):
            started = self._monotonic()
            connection = endpoint.pool.take(started, repeatable=keep)
            if connection is None:
                connection = await endpoint.pool.open(left)
                left = max(left - (self._monotonic() - started), 0.001)
            try:
                await endpoint.gate.turn()
            except asyncio.CancelledError:
                connection.close()
                raise
            if connection.usable:
                return connection, left
            keep = False  # it was closed by the server while waiting
        detail = f"{endpoint.pool.where} closes every connection before a request is sent"
        raise TransportError(TransportReason.RESET, detail, retryable=True)

    def _endpoint(self, url: Url) -> _Endpoint:
        if not self._scope.allows_url(url):
            raise _out_of_scope(url)
        context = fallback = None
        if url.scheme == "https":
            contexts = self._state.contexts
            context, fallback = contexts.verifying, contexts.blind
            if self._limits.ignore_ssl:
                context, fallback = contexts.blind, None
        pool = HttpPool(self._state.connector, self._clock, (url.host, url.port), context, fallback)
        endpoint = _Endpoint(url, pool, self._no_gate, TargetHealth(self._clock))
        self._endpoints[(url.scheme, url.host, url.port)] = endpoint
        return endpoint

    def _answered(self, endpoint: _Endpoint, response: HttpResponse) -> None:
        if endpoint.health.failing:
            endpoint.health.answered()
        if response.status in (429, 503):
            endpoint.gate.throttled(_retry_after(response))
        else:
            endpoint.gate.answered(response.elapsed)

    @staticmethod
    def _account(endpoint: _Endpoint, error: TransportError) -> None:
        if error.reason in _FAILURES:
            endpoint.health.failed()
        elif error.reason is TransportReason.MALFORMED:
            endpoint.health.answered()
        if error.reason in _TIMEOUTS:
            endpoint.gate.throttled()

    def close(self) -> None:
        """Close every connection; exchanges under way and waiting ones end with CANCELLED."""
        self._slots.close()
        for endpoint in self._endpoints.values():
            endpoint.pool.close()


def _out_of_scope(url: Url) -> TransportError:
    return TransportError(TransportReason.OUT_OF_SCOPE, f"{url} is outside the scan's scope")


def _not_proven(where: str) -> TransportError:
    detail = f"{where} has a certificate that is not trusted, and the request holds a secret"
    return TransportError(TransportReason.CERTIFICATE, detail)


def _retry_after(response: HttpResponse) -> float | None:
    value = (response.header("retry-after") or "").strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) <= 6 else None
