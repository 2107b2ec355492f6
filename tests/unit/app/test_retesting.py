"""Retests of real findings of a simulated site: what is mended is closed, what is back is reopened, the rest says so."""

from pathlib import Path

import pytest

from cyberai.app.events import events_after
from cyberai.app.retest import get_retest, order_retest
from cyberai.app.retest_view import RetestResource
from cyberai.app.retest_work import retest_now, work_on_retest
from cyberai.app.vulnerabilities import get_vulnerability, list_vulnerabilities
from cyberai.domain.errors import Conflict, NotFound
from cyberai.domain.history import OPERATOR
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.ports.repositories import VulnerabilityFilter
from unit.app.test_rescans import FILES, XSS, Shop, Story, play


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
