"""A probe that reaches a simulated target in this process: no engine, no socket, seeded chance."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from cyberai.checkkit import (
    BudgetExceeded,
    Check,
    Conversation,
    Credentials,
    DnsReply,
    Exchange,
    Handshake,
    Hit,
    HttpRequest,
    HttpResponse,
    InsertionPoint,
    NotInstalled,
    Probe,
    ProductAsset,
    StoredAsset,
    TlsVersion,
    TransportError,
    TransportReason,
    Url,
)
from cyberai.checkkit.starttls import into_tls
from cyberai.domain.known.found import KnownFlaws
from cyberai.domain.tls.starttls import StartTls
from cyberai.engine.cookies import with_cookies
from cyberai.engine.rendering import render
from cyberai.lab.service import Session
from support.lab_network import LabConversation

Respond = Callable[[HttpRequest], HttpResponse]
Answer = TypeVar("Answer")
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
        self.sessions: dict[tuple[str, int], Callable[[], Session]] = {}
        self.greets = False
        self.flaws: KnownFlaws | None = None
        self.versions: set[TlsVersion] = set()
        self.replies: Callable[[str, str, bool], DnsReply] | None = None
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

    async def converse(
        self,
        host: str,
        port: int,
        dialogue: Callable[[Conversation], Awaitable[Answer]],
        *,
        tls: bool = False,
        starttls: StartTls | None = None,
    ) -> Answer:
        self._spend()
        if (host, port) not in self.sessions:
            raise TransportError(TransportReason.REFUSED)
        conversation = LabConversation(self.sessions[host, port](), self.greets)
        if starttls is not None:
            await into_tls(conversation, starttls, host)
        return await dialogue(_Charged(self, conversation))

    async def datagram(
        self, host: str, port: int, payload: bytes, *, answers: int = 1, quiet: float = 0.5
    ) -> tuple[bytes, ...]:
        self._spend()
        if (host, port) not in self.sessions:
            raise TransportError(TransportReason.REFUSED)
        answer = self.sessions[host, port]().feed(payload)
        if not answer:
            raise TransportError(TransportReason.TIMEOUT)
        return (answer,)

    async def look_up(self, name: str, kind: str, *, checked: bool = True) -> DnsReply:
        self._spend()
        if self.replies is None:
            raise TransportError(TransportReason.DNS_FAILED)
        return self.replies(name, kind, checked)

    async def offers(
        self,
        host: str,
        port: int,
        version: TlsVersion,
        server_name: str = "",
        *,
        starttls: StartTls | None = None,
    ) -> bool:
        self._spend()
        return version in self.versions

    async def handshake(
        self,
        host: str,
        port: int,
        server_name: str = "",
        *,
        starttls: StartTls | None = None,
        known: bool = False,
    ) -> Handshake:
        self._spend()
        if self.handshakes is None:
            raise TransportError(TransportReason.TLS_FAILED)
        return self.handshakes()

    async def known_flaws(self, asset: ProductAsset) -> KnownFlaws:
        if self.flaws is None:
            raise NotInstalled
        return self.flaws

    def now(self) -> int:
        return self._now

    def token(self, length: int = 8) -> str:
        return "".join(self._random.choice("bcdfghjklmnpqrstvwxz") for _ in range(length))

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


class _Charged:
    """A conversation whose every send but the first is charged, as the engine does."""

    def __init__(self, probe: DirectProbe, spoken: LabConversation) -> None:
        self._probe = probe
        self._sent = 0
        self._spoken = spoken
        self.receive = spoken.receive
        self.receive_exactly = spoken.receive_exactly
        self.start_tls = spoken.start_tls

    async def send(self, data: bytes) -> None:
        if self._sent:
            self._probe._spend()
        self._sent += 1
        await self._spoken.send(data)


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
