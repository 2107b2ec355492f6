"""What a firewall makes of one check at one place: its answers weighed while they come, its outcome judged by them."""

from collections import Counter

from cyberai.checkkit import Exchange, Hit, HttpEvidence, InsertionPoint
from cyberai.domain.check import Clean, Found, Outcome, Skipped, SkipReason
from cyberai.domain.http import HttpResponse
from cyberai.engine.block_page import Shape, harmless_value, shape_of
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.rendering import render


class Weighing:
    """The answers to the payloads of one run of a check."""

    def __init__(self, context: Context, tally: Tally) -> None:
        self._context = context
        self._tally = tally
        self._payloads = 0
        self._refused = 0
        self._shapes: Counter[Shape] = Counter()

    async def weigh(self, point: InsertionPoint, payload: str, append: bool, response: HttpResponse) -> None:
        """Note what became of a payload, and see whether it was refused for what it holds: a harmless value of its
        length is answered otherwise. That is not charged to the check."""
        walls = self._context.firewalls
        usual = self._context.baselines.get(point.request)
        if not walls.suspects(payload) or (usual is not None and walls.refuses(usual.response.status)):
            return
        self._payloads += 1
        self._refused += walls.refuses(response.status)
        reading = point.request.method in ("GET", "HEAD")
        if walls.answered(point, response.status) and reading:
            letters = self._context.rng.letters(len(payload))
            walls.harmless(point, (await self._send(point, letters, append)).status)
        if usual is None:
            return
        pages, path = walls.pages(point), point.request.url.path
        sent = point.value + payload if append else payload
        shape = pages.answered(sent, response, usual.response)
        if shape is None:
            return
        self._shapes[shape] += 1
        if reading and pages.asks(shape, path):
            value = harmless_value(self._context.rng.letters(len(payload)))
            pages.harmless(shape, path, value, await self._send(point, value, append), usual.response)

    def judged(self, outcome: Outcome, point: InsertionPoint) -> Outcome:
        """The outcome, as far as the target itself was heard: what a block page shows is no finding, and a check most
        of whose payloads were refused found nothing out."""
        walls, place = self._context.firewalls, (point.request.url.host, point.request.url.port)
        if not walls.stands_before(place):
            return outcome
        if isinstance(outcome, Found):
            heard = tuple(hit for hit in outcome.hits if not self._of_a_block_page(hit, point))
            outcome = Found(heard) if heard else Clean()
        away = self._refused + sum(self._shapes[shape] for shape in walls.block_pages(place))
        if isinstance(outcome, Clean) and 2 * away > self._payloads:
            return Skipped(SkipReason.BLOCKED_BY_WAF, f"{away} of {self._payloads} payloads were refused")
        return outcome

    async def _send(self, point: InsertionPoint, value: str, append: bool) -> HttpResponse:
        return (await self._context.fetcher.send(render(point, value, append), self._tally)).response

    def _of_a_block_page(self, hit: Hit, point: InsertionPoint) -> bool:
        usual = self._context.baselines.get(point.request)
        shown = next((e.exchange for e in hit.evidence if isinstance(e, HttpEvidence)), None)
        return usual is not None and shown is not None and self._blocked(shown, usual)

    def _blocked(self, shown: Exchange, usual: Exchange) -> bool:
        place = (shown.request.url.host, shown.request.url.port)
        return shape_of(shown.response, "", usual.response) in self._context.firewalls.block_pages(place)
