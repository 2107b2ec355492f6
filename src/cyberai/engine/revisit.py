"""The REVISIT stage: every form is submitted once more with words of its own, then every page is looked at once for all
of them. What turns up elsewhere was kept by the application, and is tested there."""

from collections.abc import Iterable, Iterator
from functools import partial

from cyberai.checkkit import PolicyRefused, Scope, TransportError
from cyberai.domain.asset import OriginAsset, RequestAsset, StoredAsset
from cyberai.domain.http import Exchange, HttpRequest, Url
from cyberai.domain.insertion import InsertionKind
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine.body import named_values
from cyberai.engine.context import Context
from cyberai.engine.cookies import cookies_after, request_cookies, with_cookies
from cyberai.engine.fetch import MAX_REDIRECTS, Tally, redirect_request
from cyberai.engine.planting import Garden, Plant, planted
from cyberai.engine.probe import send_fresh
from cyberai.engine.shape import only_field, shape_of
from cyberai.engine.steps import Steps

WRITERS_PER_DEPTH = 100
"""Requests that are sent with words, times the scan's depth: those that write first."""

PAGES_PER_DEPTH = 100
"""Pages that are looked at, times the scan's depth."""

MAX_PLACES = 4
"""Pages on which one value is tested."""


async def revisit(context: Context, unit: Unit, asset: OriginAsset, steps: Steps) -> UnitResult:
    """Plant, then look; every place that shows what was planted elsewhere is a unit."""
    known = [a for a in await context.known() if a.request.url.origin == asset.url.origin]
    known = [a for a in known if not only_field(a.shape)]
    depth = context.spec.options.depth
    writers = list(_first_of_shape(_writers(known), depth * WRITERS_PER_DEPTH))
    pages = [a.request for a in _first_of_shape(_pages(known, writers), depth * PAGES_PER_DEPTH)]
    look = steps.once("look", lambda: _Look(context, pages))
    for number, writer in enumerate(writers):
        await steps.take(number, partial(look.plant, writer))
    if look.garden:
        for page in pages:
            # Words that were planted anew are looked for anew.
            await steps.take((page, len(look.garden)), partial(look.at, page))
    return UnitResult(unit, found=tuple(look.units()), requests=steps.sent)


class _Look:
    """What was planted and where it was seen."""

    def __init__(self, context: Context, pages: Iterable[HttpRequest]) -> None:
        self._context = context
        self._in_turn = {_address(page.url) for page in pages}
        self.garden = Garden(context.rng)
        self._session: dict[str, str] = {}
        self._seen: dict[str, StoredAsset] = {}
        self._pages: dict[tuple[str, InsertionKind, str], set[str]] = {}

    async def plant(self, asset: RequestAsset, tally: Tally) -> None:
        for request, plants in planted(asset, self.garden):
            try:
                exchange = await send_fresh(self._context, request, asset, tally)
                arrived = await self._followed(exchange, tally)
            except (TransportError, PolicyRefused):
                continue
            self.garden.put(plants)
            held = cookies_after(arrived.request, arrived.response)
            # What a cookie or an address carries along is sent by us, not kept by the application.
            self._session.update(
                (name, value) for name, value in held if not self.garden.found(value.encode())
            )
            if arrived is not exchange and _address(arrived.request.url) not in self._in_turn:
                target = arrived.request.url.target
                mine = [p for p in self.garden.found(arrived.response.body) if p.word not in target]
                self._note((p for p in mine if p.asset is asset), arrived.request, moved=True)

    async def _followed(self, exchange: Exchange, tally: Tally) -> Exchange:
        for _ in range(MAX_REDIRECTS):
            if redirect_request(exchange) is None:
                break
            following = await self._context.fetcher.follow(exchange, tally)
            if following is exchange:
                break
            exchange = following
        return exchange

    async def at(self, request: HttpRequest, tally: Tally) -> None:
        """Look at a page once, in the session in which things were submitted."""
        held = {**dict(request_cookies(request)), **self._session}
        request = with_cookies(request, tuple(held.items()))
        try:
            exchange = await self._context.fetcher.send(request, tally, retries=1)
        except (TransportError, PolicyRefused):
            return
        self._note(self.garden.found(exchange.response.body), request)

    def _note(self, plants: Iterable[Plant], page: HttpRequest, *, moved: bool = False) -> None:
        """These stand on the page; `moved` when the submission itself led there, perhaps to a new one each time."""
        for plant in plants:
            point = plant.point
            self._context.fetcher.noted.writes.shown(plant.asset.request, page.url)
            pages = self._pages.setdefault((plant.asset.shape, point.kind, point.name), set())
            place = _address(page.url)
            if place in pages or len(pages) >= MAX_PLACES:
                continue
            pages.add(place)
            shown = None if moved else page
            stored = StoredAsset(plant.asset, point.kind, point.name, point.value, point.coding, shown)
            self._seen.setdefault(stored.key, stored)

    def units(self) -> Iterator[Unit]:
        """The tests of what was seen."""
        if self._context.checks[Scope.STORED]:
            for stored in self._seen.values():
                yield Unit(Stage.REVISIT, stored, 1)


def _address(url: Url) -> str:
    return f"{url.origin}{url.target}"


def _writers(known: list[RequestAsset]) -> Iterator[RequestAsset]:
    """What submits something, except log-ins: nothing is kept of them, and accounts are locked."""
    writing = [a for a in known if a.request.method != "GET" and not _logs_in(a.request)]
    yield from writing
    yield from (a for a in known if a.request.method == "GET" and a.request.url.query)


def _logs_in(request: HttpRequest) -> bool:
    names = [name.lower() for name, _ in named_values(request)]
    return len(names) <= 5 and sum("pass" in name or name in ("pwd", "pw") for name in names) == 1


def _pages(known: list[RequestAsset], writers: list[RequestAsset]) -> list[RequestAsset]:
    """What may show something, likely places first: what stands beside or above a request that writes."""
    folders = {_folder(a.request.url) for a in writers if a.request.method != "GET"}
    near = folders | {folder.rstrip("/") for folder in folders}

    def far(asset: RequestAsset) -> bool:
        return asset.request.url.path not in near and _folder(asset.request.url) not in folders

    return sorted((a for a in known if a.request.method == "GET"), key=far)


def _folder(url: Url) -> str:
    return url.path.rpartition("/")[0] + "/"


def _first_of_shape(assets: Iterable[RequestAsset], limit: int) -> Iterator[RequestAsset]:
    shapes: set[str] = set()
    for asset in assets:
        if len(shapes) >= limit:
            return
        shape = shape_of(asset.request)
        if shape not in shapes:
            shapes.add(shape)
            yield asset
