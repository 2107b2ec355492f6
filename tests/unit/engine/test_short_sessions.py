"""Sessions shorter than what is sent to one request of the site, and lost without a word: each check is believed at each
place for itself."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from cyberai.checkkit import Check, Hit, HttpRequest, InsertionPoint, Probe, Scope
from cyberai.domain.check import Clean
from cyberai.domain.http import HttpResponse
from support.fake_checks import QUIET_PAGE, fake, hit_at
from support.members import scan_logged_in
from support.scan_in_process import Finished
from unit.engine.test_login import FORM, App, cookie, page

LOOKS = 15


class Forgetful(App):
    """Everybody gets the same frame everywhere, and a session is over after `lasts` requests without a word."""

    def __init__(self, lasts: int) -> None:
        super().__init__()
        self.left: Counter[str] = Counter()
        self.lasts = lasts

    def inside(self, request: HttpRequest) -> HttpResponse:
        name = cookie(request, "SID")
        self.left[name] += 1
        if self.left[name] > self.lasts:
            self.sessions.discard(name)
            return self.outside(request)
        if request.url.path == "/":
            return page('<b>Ann</b> <a href="/note?text=a&day=b">x</a> <p>Private notes</p>')
        return page("<p>Notes</p>" if request.method == "GET" else "<p>Kept</p>")

    def outside(self, request: HttpRequest) -> HttpResponse:
        if request.url.path == "/":
            return page('<b>Guest</b> <a href="/in">Sign in</a>')
        return page("<p>Notes</p><i></i>")


def check(number: int) -> Check:
    async def looks(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
        for _ in range(LOOKS):
            exchange = await probe.inject(point, probe.token())
            if b"<i>" in exchange.response.body:
                return  # a stranger's page: what is looked for shows to members only
        yield hit_at(exchange, point)

    return fake(looks, Scope.INSERTION, id=f"test.member-{number}")


CHECKS = (*map(check, range(4)), QUIET_PAGE)


def scanned(lasts: int) -> tuple[Finished, App]:
    app = Forgetful(lasts)
    return scan_logged_in(app, FORM, CHECKS), app


@pytest.mark.parametrize("lasts", [12, pytest.param(40, marks=pytest.mark.slow)])
def test_what_a_lost_session_left_in_doubt_is_done_again_and_nothing_else(lasts: int) -> None:
    (whole, _), (finished, app) = scanned(100_000), scanned(lasts)
    places = {(o.check_id, o.asset) for o in whole.outcomes if o.check_id.startswith("test.member")}
    assert len(places) > 8
    for done in (whole, finished):
        found = {(c.meta.id, hit.point.name) for c, hit in done.hits if hit.point is not None}
        assert {(f"test.member-{n}", name) for n in range(4) for name in ("text", "day")} <= found
        assert not [o for o in done.outcomes if isinstance(o.outcome, Clean) and "member" in o.check_id]
    assert not [o for o in finished.outcomes if "auth_lost" in str(o.outcome)]
    assert app.logins > 3
    sent, healthy = len(finished.network.log), len(whole.network.log)
    assert sent <= 4.5 * healthy


def test_a_session_that_does_not_last_for_the_shortest_step_is_lost() -> None:
    finished, app = scanned(8)
    assert [o for o in finished.outcomes if "auth_lost" in str(o.outcome)]
    assert app.logins <= 20
