"""A form's token is looked for before each sending only where the site takes each token once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import count

from cyberai.checkkit import Hit, HttpResponse, Probe, Scope
from cyberai.domain.http import HttpRequest
from cyberai.domain.insertion import InsertionPoint
from cyberai.engine.body import form_pairs
from support.fake_checks import fake
from support.miniature_site import html
from support.scan_in_process import scan, spec_of
from support.simulated_network import website

SENDINGS = 40


class Site:
    """A form whose token `lasts` for so many sendings; answers say whether the token was taken."""

    def __init__(self, lasts: int, *, told: bool = True) -> None:
        self._lasts, self._told = lasts, told
        self._serial, self._used = count(), 0
        self.token, self.looks, self.taken, self.refused = "", 0, 0, 0
        self._renew()

    def _renew(self) -> None:
        self.token, self._used = f"token-{next(self._serial)}", 0

    def answer(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET":
            self.looks += request.url.path == "/"
            return html(
                f"<form method=post action=/say><input type=hidden name=csrf value='{self.token}'><input name=word></form>"
            )
        sent = dict(form_pairs(request))
        if sent.get("csrf") != self.token:
            self.refused += 1
            return html("<p>Forged</p>", 403) if self._told else html("<p>Thank you</p>")
        self.taken += 1
        self._used += 1
        if self._used >= self._lasts:
            self._renew()
        return html("<p>Thank you</p>")


async def _sends(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    for _ in range(SENDINGS if point.name == "word" else 0):
        await probe.inject(point, probe.token())
    return
    yield


def scanned(answer: Callable[[HttpRequest], HttpResponse]) -> None:
    check = fake(_sends, Scope.INSERTION, id="test.sends", max_requests=SENDINGS + 1)
    finished = asyncio.run(scan(spec_of("http://10.0.0.1/"), website(answer), (check,)))
    assert finished.errors == []


def test_a_token_of_the_session_is_looked_for_a_few_times() -> None:
    site = Site(lasts=10_000)
    scanned(site.answer)
    assert site.taken >= SENDINGS
    assert site.looks < 20


def test_a_token_for_one_sending_is_looked_for_each_time() -> None:
    site = Site(lasts=1)
    scanned(site.answer)
    assert site.taken >= SENDINGS
    assert site.looks >= SENDINGS


def test_a_token_that_ends_meanwhile_is_replaced_and_nothing_is_lost() -> None:
    site = Site(lasts=15)
    scanned(site.answer)
    assert site.taken >= SENDINGS
    assert site.looks < SENDINGS
    assert site.refused <= 6


def test_where_a_wrong_token_shows_no_difference_nothing_is_kept() -> None:
    site = Site(lasts=1, told=False)
    scanned(site.answer)
    assert site.taken >= SENDINGS
