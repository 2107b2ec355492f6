"""Retests of real findings of a simulated site: what is mended is closed, what is back is reopened, the rest says so."""

from pathlib import Path

import pytest

from cyberai.app.events import events_after
from cyberai.app.host_turn import BESIDE, session_at
from cyberai.app.requests import ScanRequest
from cyberai.app.retest import get_retest, order_retest
from cyberai.app.retest_view import RetestResource
from cyberai.app.retest_work import retest_now, work_on_retest
from cyberai.app.run_shard import claim
from cyberai.app.scan_creation import create_scan
from cyberai.app.shard_entry import BUSY_DELAY
from cyberai.app.vulnerabilities import get_vulnerability, list_vulnerabilities
from cyberai.domain.errors import Conflict, NotFound
from cyberai.domain.history import OPERATOR
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.domain.scope import ScanScope, scope_of
from cyberai.lab.backend.database import StatementError
from cyberai.lab.state import State
from cyberai.ports.network import NetworkSession, SessionLimits
from cyberai.ports.repositories import VulnerabilityFilter
from support.miniature_site import html, links, query
from unit.app.test_rescans import FILES, TARGET, XSS, Shop, Story, play

BLIND = "web.sql-injection"


class Members(Shop):
    """A page that only says whether there is such a product; a statement that fails finds none."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State(fixed=False)
        self.bound = self.gone = False

    def respond(self, request: HttpRequest) -> HttpResponse:
        if request.url.path != "/stock":
            return html(links("/stock?id=1"))
        value = query(request).get("id", "")
        try:
            where, bound = ("id = ?", (value,)) if self.bound else (f"id = {value}", ())
            rows = self.state.database.query(f"SELECT name FROM products WHERE {where}", bound)
        except StatementError:
            rows = []
        said = (
            "<p>It lies in the shed beside the quay.</p>" if rows else "<p>Nothing of that kind came in.</p>"
        )
        return html(said, 404 if self.gone else 200)


async def finding(story: Story, check: str) -> str:
    where = VulnerabilityFilter(check_id=(check,))
    return (await list_vulnerabilities(story.app, WS, where, limit=50, cursor=None)).data[0].id


async def retested(story: Story, id: str) -> RetestResource:
    ordered = await order_retest(story.app, WS, id, by=OPERATOR)
    assert (ordered.new, ordered.resource.status, ordered.resource.result) == (True, "running", None)
    assert await work_on_retest(story.app, "w1")
    assert not await work_on_retest(story.app, "w1")
    done = await get_retest(story.app, WS, id)
    assert done.status == "completed"
    assert done.completed_at is not None
    return done


async def state(story: Story, id: str) -> tuple[str, str]:
    row = await get_vulnerability(story.app, WS, id)
    return row.status, row.detection


def test_present_mended_and_back(tmp_path: Path) -> None:
    shop = Shop()

    async def story(story: Story) -> None:
        await story.scan(XSS)
        id = await finding(story, XSS)
        done = await retested(story, id)
        assert (done.result, [step.step for step in done.steps]) == ("present", ["attack", "control"])
        attack, control = done.steps
        assert attack.now
        assert control.now
        assert (attack.before_shows, attack.now_shows, control.now_shows) == (True, True, False)
        assert attack.now.request.start_line == attack.before.request.start_line
        assert await state(story, id) == ("open", "present")
        shop.escapes = True
        done = await retested(story, id)
        assert (done.result, done.steps[0].now_shows) == ("fixed_confirmed", False)
        assert await state(story, id) == ("fixed", "fixed_confirmed")
        shop.escapes = False
        assert (await retested(story, id)).result == "present"
        assert await state(story, id) == ("open", "regressed")
        shop.slow = True
        done = await retested(story, id)
        assert (done.result, done.steps[0].now) == ("inconclusive", None)
        assert await state(story, id) == ("open", "inconclusive")
        kinds = [e.type.value for e in await events_after(story.app, WS, 0, 1000)]
        told = [kind for kind in kinds if kind.startswith("vulnerability.")]
        assert told == [
            f"vulnerability.{kind}" for kind in ("found", "updated", "fixed", "regressed", "updated")
        ]

    play(tmp_path, shop, story)


def test_what_was_told_by_looking_is_looked_at_again(tmp_path: Path) -> None:
    shop = Shop()

    async def story(story: Story) -> None:
        await story.scan(FILES)
        id = await finding(story, FILES)
        assert (await retested(story, id)).result == "present"
        shop.hides = True
        assert (await retested(story, id)).result == "fixed_confirmed"
        assert await state(story, id) == ("fixed", "fixed_confirmed")

    play(tmp_path, shop, story)


def test_one_at_a_time_and_again_after_a_lost_worker(tmp_path: Path) -> None:
    async def story(story: Story) -> None:
        await story.scan(XSS)
        id = await finding(story, XSS)
        with pytest.raises(NotFound):
            await get_retest(story.app, WS, id)
        first = await order_retest(story.app, WS, id, by=OPERATOR)
        second = await order_retest(story.app, WS, id, by=OPERATOR)
        assert (first.new, second.new, first.resource) == (True, False, second.resource)
        assert await work_on_retest(story.app, "w1")
        assert (await order_retest(story.app, WS, id, by=OPERATOR)).new

    play(tmp_path, Shop(), story)


def test_at_once_in_this_process(tmp_path: Path) -> None:
    async def story(story: Story) -> None:
        await story.scan(XSS)
        id = await finding(story, XSS)
        assert (await retest_now(story.app, WS, id)).result == "present"
        assert await state(story, id) == ("open", "present")
        with pytest.raises(NotFound):
            await retest_now(story.app, WS, "vuln_unknown")
        with pytest.raises(NotFound):
            await order_retest(story.app, WS, "vuln_unknown", by=OPERATOR)

    play(tmp_path, Shop(), story)


def test_without_evidence_there_is_nothing_to_repeat(tmp_path: Path) -> None:
    async def story(story: Story) -> None:
        await story.scan(XSS)
        id = await finding(story, XSS)
        ordered = await order_retest(story.app, WS, id, by=OPERATOR)
        assert ordered.new
        # It is removed before a worker comes to it.
        await story.app.store.write(WS, lambda tx: tx.retention.drop_evidence(id))  # type: ignore[arg-type]
        assert await work_on_retest(story.app, "w1")
        done = await get_retest(story.app, WS, id)
        assert (done.status, done.result) == ("failed", None)
        assert "evidence is no longer kept" in done.why
        assert await state(story, id) == ("open", "new")
        with pytest.raises(Conflict):
            await order_retest(story.app, WS, id, by=OPERATOR)

    play(tmp_path, Shop(), story)


def test_a_blind_injection_is_told_by_its_check(tmp_path: Path) -> None:
    site = Members()

    async def story(story: Story) -> None:
        assert await story.scan(BLIND) == {BLIND: ("open", "new")}
        id = await finding(story, BLIND)
        assert (await retested(story, id)).result == "present"
        site.bound = True
        done = await retested(story, id)
        assert (done.result, done.why) == (
            "fixed_confirmed",
            "the check runs to its end and no longer finds it",
        )
        site.gone = True
        assert (await retested(story, id)).result == "inconclusive"
        site.bound = site.gone = False
        assert (await retested(story, id)).result == "present"
        assert await state(story, id) == ("open", "regressed")

    play(tmp_path, site, story)


def test_a_retest_holds_the_host_and_beside_a_scan_it_goes_slowly(tmp_path: Path) -> None:
    shop = Shop()
    opened: list[tuple[int, int | None]] = []

    async def story(story: Story) -> None:
        app = story.app
        await story.scan(XSS)
        id = await finding(story, XSS)
        open_session = app.network.open

        def recorded(scope: ScanScope, limits: SessionLimits) -> NetworkSession:
            opened.append((limits.concurrent, limits.requests_per_second))
            return open_session(scope, limits)

        app.network.open = recorded  # type: ignore[method-assign]
        await create_scan(app, WS, ScanRequest(target=TARGET))
        lease = await claim(app, "w2")
        assert lease is not None

        async def taken() -> bool:
            at = app.clock.now()
            return await app.store.write(
                WS, lambda tx: tx.shards.lease_address(lease, "127.0.0.1", at, at + BUSY_DELAY)
            )

        scan = await app.store.read(WS, lambda tx: tx.scans.get(lease.shard.scan_id))
        assert scan is not None
        async with session_at(app, scan, scope_of(scan.spec), "127.0.0.1", "a retest"):
            assert not await taken()
        assert await taken()
        opened.clear()
        assert (await retested(story, id)).result == "present"
        assert opened[-1] == (1, BESIDE)
        await app.store.write(WS, lambda tx: tx.shards.release_addresses(lease.shard.id))
        opened.clear()
        assert (await retested(story, id)).result == "present"
        assert opened == [(scan.spec.options.concurrent, None)]

    play(tmp_path, shop, story)
