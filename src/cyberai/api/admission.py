"""Who asks, and whether they still may: authentication first, then the rate limit, on every path below /v1."""

from cyberai.api.call import Call
from cyberai.api.live import Meter
from cyberai.app.context import App
from cyberai.app.keys import CACHE_SECONDS, Principal, authenticate
from cyberai.app.tickets import ticket_holder
from cyberai.domain.errors import RateLimited, Unauthorized
from cyberai.ports.store import RateDecision, RateLimiter

ANONYMOUS_LIMIT = 60
"""Requests per minute and client address without a valid key."""

_BELIEVED = round(CACHE_SECONDS * 1_000_000)
_MOST_KNOWN = 10_000
_NOBODY: tuple[int, Principal | None] = (0, None)


class Admission:
    """Counts requests: per key when it is valid, else per client address."""

    def __init__(self, app: App, limiter: RateLimiter, meter: Meter) -> None:
        self._app = app
        self._limiter = limiter
        self._meter = meter
        self._known: dict[str, tuple[int, Principal]] = {}

    async def admit(self, call: Call, key: str | Unauthorized) -> Principal:
        """Set `call.principal` and `call.rate`; raise Unauthorized, RateLimited."""
        try:
            principal = await self._principal(key)
        except Unauthorized as error:
            await self._spend(call, f"address:{call.client}", ANONYMOUS_LIMIT)
            error.headers.setdefault("WWW-Authenticate", "Bearer")
            raise
        return await self._admitted(call, principal)

    async def admit_ticket(self, call: Call, ticket: str) -> Principal:
        """The same for a WebSocket ticket, which is not used up yet."""
        try:
            principal = await ticket_holder(self._app, ticket)
        except Unauthorized as error:
            await self._spend(call, f"address:{call.client}", ANONYMOUS_LIMIT)
            error.headers.setdefault("WWW-Authenticate", "Bearer")
            raise
        return await self._admitted(call, principal)

    async def _admitted(self, call: Call, principal: Principal) -> Principal:
        call.principal = principal
        await self._spend(call, f"key:{principal.key_id}", principal.plan.requests_per_minute)
        self._meter.add(principal)
        return principal

    async def look(self, call: Call, key: str | Unauthorized) -> None:
        """Set `call.rate` without counting (OPTIONS is free)."""
        now = self._app.clock.now()
        try:
            principal = await self._principal(key)
            subject, limit = f"key:{principal.key_id}", principal.plan.requests_per_minute
        except Unauthorized:
            subject, limit = f"address:{call.client}", ANONYMOUS_LIMIT
        decision = await self._limiter.hit(subject, limit, now)
        if decision.allowed:
            await self._limiter.refund(subject, now)
            decision = RateDecision(True, limit, decision.remaining + 1, decision.reset)
        call.rate = decision

    async def _principal(self, key: str | Unauthorized) -> Principal:
        if isinstance(key, Unauthorized):
            raise key
        now = self._app.clock.now()
        at, principal = self._known.get(key, _NOBODY)
        if principal is not None and 0 <= now - at < _BELIEVED:
            return principal
        principal = await authenticate(self._app, key)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[key] = (now, principal)
        return principal

    async def _spend(self, call: Call, subject: str, limit: int) -> None:
        now = self._app.clock.now()
        decision = await self._limiter.hit(subject, limit, now)
        call.rate = decision
        if not decision.allowed:
            wait = max(1, decision.reset - now // 1_000_000)
            raise RateLimited(
                "Too many requests",
                reason=f"At most {limit} requests per minute; try again in {wait} s",
                headers={"Retry-After": str(wait)},
            )

    async def refund(self, call: Call) -> None:
        """Give the request back (304 costs nothing)."""
        if call.principal is None or call.rate is None:
            return
        await self._limiter.refund(f"key:{call.principal.key_id}", self._app.clock.now())
        self._meter.add(call.principal, -1)
        rate = call.rate
        call.rate = RateDecision(True, rate.limit, min(rate.limit, rate.remaining + 1), rate.reset)
