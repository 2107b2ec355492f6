"""A probe that reaches a simulated target in this process: no engine, no socket, seeded chance."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from cyberai.checkkit import (
    BudgetExceeded,
    Check,
    Credentials,
    Exchange,
    Handshake,
    Hit,
    HttpRequest,
    HttpResponse,
    InsertionPoint,
    Probe,
    StoredAsset,
    TlsVersion,
    TransportError,
    TransportReason,
    Url,
)
from cyberai.engine.cookies import with_cookies
from cyberai.engine.rendering import render

Respond = Callable[[HttpRequest], HttpResponse]
NOW = 1_790_000_000_000_000


class DirectProbe:
    """The probe port over a function. `requests` counts as the engine counts."""

    def __init__(
        self, respond: Respond | None = None, *, seed: int = 1, budget: int = 10_000, now: int = NOW
    ) -> None:
        self._respond = respond
        self._random = random.Random(seed)
        self._budget = budget
        self._now = now
        self._cache: dict[Any, Exchange] = {}
        self.requests = 0
        self.log: list[Exchange] = []
        self.talks: dict[tuple[str, int], Callable[[bytes], bytes]] = {}
        self.versions: set[TlsVersion] = set()
        self.handshakes: Callable[[], Handshake] | None = None

    def _spend(self) -> None:
        self.requests += 1
        if self.requests > self._budget:
            raise BudgetExceeded

    async def send(self, request: HttpRequest, *, follow: bool = False) -> Exchange:
        assert self._respond is not None
        for _ in range(6):
            self._spend()
            exchange = Exchange(request, self._respond(request))
            self.log.append(exchange)
            location = exchange.response.header("location")
            if not follow or location is None or not 300 <= exchange.response.status < 400:
                return exchange
            request = HttpRequest("GET", request.url.join(location))
        return exchange

    async def get(self, url: Url, headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
        return await self.send(HttpRequest("GET", url, headers))

    def injected(self, point: InsertionPoint, payload: str, *, append: bool = False) -> HttpRequest:
        return render(point, payload, append)

    async def inject(self, point: InsertionPoint, payload: str, *, append: bool = False) -> Exchange:
        return await self.send(self.injected(point, payload, append=append))

    async def store(
        self, place: StoredAsset, payload: str, *, append: bool = False
    ) -> tuple[Exchange, Exchange]:
        delivered = await self.inject(place.point, payload, append=append)
        assert place.shown is not None
        return delivered, await self.send(place.shown)

    async def send_with(self, credentials: Credentials, request: HttpRequest) -> Exchange:
        if credentials is Credentials.OMIT:
            request = with_cookies(request, ())
        return await self.send(request)

    def crosses_sites(self, request: HttpRequest) -> bool:
        return request.header("cookie") is not None

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        yield

    async def baseline(self, point: InsertionPoint) -> Exchange:
        if point.request not in self._cache:
            self._cache[point.request] = await self.send(point.request)
        return self._cache[point.request]

    async def missing(self, url: Url) -> Exchange:
        folder, _, name = url.path.rpartition("/")
        extension = name[name.rfind(".") :] if "." in name else ""
        if (folder, extension) not in self._cache:
            absent = url.with_target(f"{folder}/{self.token(12)}{extension}")
            self._cache[folder, extension] = await self.send(HttpRequest("GET", absent))
        return self._cache[folder, extension]

    async def talk(
        self,
        host: str,
        port: int,
        payload: bytes,
        *,
        limit: int = 65_536,
        quiet: float = 0.5,
        tls: bool = False,
    ) -> bytes:
        self._spend()
        if (host, port) not in self.talks:
            raise TransportError(TransportReason.REFUSED)
        answer = self.talks[host, port](payload)
        if not answer:
            raise TransportError(TransportReason.TIMEOUT)
        return answer[:limit]

    async def offers(self, host: str, port: int, version: TlsVersion, server_name: str = "") -> bool:
        self._spend()
        return version in self.versions

    async def handshake(self, host: str, port: int, server_name: str = "") -> Handshake:
        self._spend()
        if self.handshakes is None:
            raise TransportError(TransportReason.TLS_FAILED)
        return self.handshakes()

    def now(self) -> int:
        return self._now

    def token(self, length: int = 8) -> str:
        return "".join(self._random.choice("bcdfghjklmnpqrstvwxz") for _ in range(length))

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


async def collect(check: Check, asset: Any, probe: Probe) -> list[Hit]:
    """Everything a check yields."""
    return [hit async for hit in check.run(asset, probe)]


def run(coroutine: Awaitable[Any]) -> Any:
    """Run a coroutine that never waits for anything outside this process."""
    step = coroutine.__await__()
    try:
        next(step)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("a direct probe never suspends")
