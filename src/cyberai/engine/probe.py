"""The engine's probe: a check's way to the target, with its budget kept here."""

from collections import Counter
from contextlib import AbstractAsyncContextManager

from cyberai.checkkit import (
    Credentials,
    Exchange,
    HttpRequest,
    InsertionPoint,
    NotInstalled,
    Postponed,
    TransportError,
    TransportReason,
    Url,
)
from cyberai.domain.asset import ProductAsset, RequestAsset, StoredAsset
from cyberai.domain.http import Headers, HttpResponse
from cyberai.domain.known.found import KnownFlaws
from cyberai.engine import credentials as credentials_mode
from cyberai.engine.charged_dialer import ChargedDialer
from cyberai.engine.context import Context
from cyberai.engine.fetch import MAX_REDIRECTS, Tally, redirect_request, with_cookies_after
from cyberai.engine.fresh_tokens import Send, submit
from cyberai.engine.fresh_tokens import send_fresh as send_fresh
from cyberai.engine.missing import control_place, missing_control
from cyberai.engine.rendering import render
from cyberai.engine.weighing import Weighing

MAX_SILENCED = 2
"""Payloads of one run of a check at which the target may close the connection while it answers others."""

NO_ANSWER = 0
"""The status that stands for a connection closed without an answer."""

Repeats = dict[HttpRequest, list[Exchange]]
"""Further observations of one request, shared by the checks that look at it: of a page by the checks of pages, of the
unaltered request of an insertion point by all checks of its unit."""


class EngineProbe(ChargedDialer):
    """checkkit.Probe for one run of one check on one asset.

    `asset` knows the page whose form makes the request: fresh anti-forgery tokens come from there, and
    are not charged to the check. The first use of `baseline` and of each `missing` is charged whether or not it
    was cached, so that a check keeps its budget or breaks it independently of what ran before. A probe that
    `postpones` lets nobody be alone.
    """

    def __init__(
        self,
        context: Context,
        budget: int,
        tally: Tally,
        asset: RequestAsset | None = None,
        repeats: Repeats | None = None,
        *,
        unaltered: Repeats | None = None,
        postpones: bool = False,
    ) -> None:
        super().__init__(context, budget, tally)
        self._unaltered = unaltered
        self._asset = asset
        self._repeats = repeats
        self._postpones = postpones
        self._repeated: Counter[HttpRequest] = Counter()
        self._charged: set[object] = set()
        self._silenced = 0
        self._words: list[str] = []
        self.seen = False
        """Whether a page showed a word of what was stored on it."""
        self.weighing = Weighing(context, tally)

    async def send(self, request: HttpRequest, *, follow: bool = False) -> Exchange:
        """See checkkit.Probe."""
        self._charge()
        exchange = await self._send(request)
        for _ in range(MAX_REDIRECTS if follow else 0):
            target = redirect_request(exchange)
            if target is None or self._context.fetcher.forbidden(target) is not None:
                break
            self._charge()
            exchange = await self._send(target)
        return exchange

    async def get(self, url: Url, headers: Headers = ()) -> Exchange:
        """See checkkit.Probe."""
        return await self.send(HttpRequest("GET", url, headers))

    async def inject(self, point: InsertionPoint, payload: str, *, append: bool = False) -> Exchange:
        """See checkkit.Probe."""
        self._charge()
        request = render(point, payload, append)
        own = payload == ("" if append else point.value)
        try:
            exchange = await (self._looked(request) if own else self._submit(request))
        except TransportError as error:
            if error.reason is not TransportReason.RESET or not await self._only_this_payload(point):
                raise
            return Exchange(request, HttpResponse(NO_ANSWER))
        if own:
            return exchange
        await self.weighing.weigh(point, payload, append, exchange.response)
        return exchange

    async def store(
        self, place: StoredAsset, payload: str, *, append: bool = False
    ) -> tuple[Exchange, Exchange]:
        """See checkkit.Probe."""
        delivered = await self.inject(place.point, payload, append=append)
        shown = await self._shown(place, delivered)
        words = [word.encode() for word in self._words if word in payload]
        body = shown.response.body.lower()
        self.seen = self.seen or any(word in body for word in words)
        return delivered, shown

    async def _shown(self, place: StoredAsset, delivered: Exchange) -> Exchange:
        if place.shown is not None:
            return await self.send(with_cookies_after(delivered, place.shown))
        target = redirect_request(delivered)
        if target is None or self._context.fetcher.forbidden(target) is not None:
            return delivered
        return await self.send(target, follow=True)

    async def _only_this_payload(self, point: InsertionPoint) -> bool:
        """Whether the unaltered request is answered, after a payload that was not: a program that ends on a
        zero byte is still tested with everything else. A filter that cuts off one payload after the other is
        an error of the check, which must not call the place clean."""
        self._silenced += 1
        if self._silenced > MAX_SILENCED or point.request.method not in ("GET", "HEAD"):
            return False
        try:
            await self._context.fetcher.send(point.request, self._tally)
        except TransportError:
            return False
        return True

    async def send_with(self, credentials: Credentials, request: HttpRequest) -> Exchange:
        """See checkkit.Probe."""
        self._charge()
        return await credentials_mode.send_with(self._context, credentials, request, self._tally)

    def crosses_sites(self, request: HttpRequest) -> bool:
        """See checkkit.Probe."""
        return credentials_mode.crosses_sites(self._context, request)

    def injected(self, point: InsertionPoint, payload: str, *, append: bool = False) -> HttpRequest:
        """See checkkit.Probe."""
        return render(point, payload, append)

    def alone(self) -> AbstractAsyncContextManager[None]:
        """See checkkit.Probe."""
        if self._postpones:
            raise Postponed
        return self._context.fetcher.turns.alone()

    async def baseline(self, point: InsertionPoint) -> Exchange:
        """See checkkit.Probe."""
        self._charge_once(point.request)
        kept = self._context.baselines.get(point.request)
        if kept is None:
            kept = await self._submit(point.request)
            self._context.baselines.keep(point.request, kept)
        return kept

    async def missing(self, url: Url) -> Exchange:
        """See checkkit.Probe."""
        self._charge_once(control_place(url))
        return await missing_control(self._context, url, self._tally)

    async def known_flaws(self, asset: ProductAsset) -> KnownFlaws:
        """See checkkit.Probe."""
        found = await self._context.flaws(asset)
        if found is None:
            raise NotInstalled("no feed of known flaws (NVD, OSV) was imported; see cyberai feeds --help")
        return found

    def now(self) -> int:
        """See checkkit.Probe."""
        return self._context.clock.now()

    def token(self, length: int = 8) -> str:
        """See checkkit.Probe."""
        word = self._context.rng.letters(length)
        self._words.append(word)
        return word

    def number(self, low: int, high: int) -> int:
        """See checkkit.Probe."""
        return low + self._context.rng.below(high - low + 1)

    def _charge_once(self, what: object) -> None:
        if what not in self._charged:
            self._charge()
            self._charged.add(what)

    async def _send(self, request: HttpRequest) -> Exchange:
        if self._repeats is None or request.method not in ("GET", "HEAD"):
            return await self._transmit(request)
        return await self._shared(self._repeats, request, self._transmit)

    async def _looked(self, request: HttpRequest) -> Exchange:
        if self._unaltered is None:
            return await self._submit(request)
        return await self._shared(self._unaltered, request, self._submit)

    async def _shared(self, repeats: Repeats, request: HttpRequest, send: Send) -> Exchange:
        # The n-th look of one check at a page may be the n-th look of another: two checks asking for a second
        # observation share it, one check asking twice gets two.
        looks = repeats.setdefault(request, [])
        index = self._repeated[request]
        self._repeated[request] += 1
        if index >= len(looks):
            looks.append(await send(request))
        return looks[index]

    async def _transmit(self, request: HttpRequest) -> Exchange:
        try:
            return await self._context.fetcher.send(request, self._tally)
        except TransportError as error:
            # A connection that the server closed under us tells nothing about the payload.
            if error.reason is not TransportReason.RESET or not error.retryable:
                raise
        return await self._context.fetcher.send(request, self._tally, retries=1)

    async def _submit(self, request: HttpRequest) -> Exchange:
        """Send with a fresh token where the request has one."""
        if self._asset is None:
            return await self._send(request)
        return await submit(self._context, request, self._asset, self._tally, self._send)
