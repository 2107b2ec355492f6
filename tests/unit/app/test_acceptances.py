"""Accepted risks: announced once a week before their end, reopened at it, by a server on its own."""

import asyncio
import logging
from pathlib import Path

import pytest

from cyberai.app.acceptances import EVERY, keep_reviewing, review_acceptances
from cyberai.app.context import App
from cyberai.app.events import events_after
from cyberai.app.requests import VulnerabilityPatch
from cyberai.app.resources import VulnerabilityResource
from cyberai.app.times import rfc3339
from cyberai.app.vulnerabilities import get_vulnerability, update_vulnerability
from cyberai.app.vulnerability_life import vulnerability_history
from cyberai.domain.errors import Unavailable
from cyberai.domain.history import OPERATOR
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.domain.vulnerability_moves import ENDED
from support.deployment import START, TestClock, deployment
from support.store_samples import sighting, vulnerability
from unit.app.test_retention import Waking

DAY = 86_400
END = START + 30 * DAY * 1_000_000
COUNT = 3


async def accepted(app: App) -> list[str]:
    """So many accepted risks with the same end."""
    ids: list[str] = [f"vuln_{n}" for n in range(COUNT)]
    patch = VulnerabilityPatch(status="accepted_risk", reason="old box", accept_until=rfc3339(END))
    for n, id in enumerate(ids):
        row = sighting(vulnerability(f"{n}", at=app.clock.now()))
        await app.store.write(WS, lambda tx, row=row: tx.vulnerabilities.record(row))
        await update_vulnerability(app, WS, id, patch, by=OPERATOR)
    return ids


async def shown(app: App, ids: list[str]) -> list[VulnerabilityResource]:
    return [await get_vulnerability(app, WS, id) for id in ids]


def test_they_are_announced_once_and_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cyberai.app.acceptances.STEP", 2)

    async def story() -> None:
        clock = TestClock()
        async with deployment(tmp_path, clock=clock) as app:
            ids = await accepted(app)
            before = len(await events_after(app, WS, 0, 100))
            clock.advance(23 * DAY - 1)
            assert await review_acceptances(app) == 0
            clock.advance(1)
            assert await review_acceptances(app) == COUNT
            assert [row.acceptance_ends_soon for row in await shown(app, ids)] == [True] * COUNT
            clock.advance(7 * DAY - 1)
            assert await review_acceptances(app) == 0, "once"
            clock.advance(1)
            assert await review_acceptances(app) == COUNT
            for row in await shown(app, ids):
                assert (row.status, row.status_reason, row.accept_until) == ("open", ENDED, None)
                assert not row.acceptance_ends_soon
            events = (await events_after(app, WS, 0, 100))[before:]
            assert [event.type.value for event in events] == ["vulnerability.updated"] * 2 * COUNT
            assert b'"acceptance_ends_soon":true' in bytes(events[0].data)
            page = await vulnerability_history(app, WS, ids[0], limit=50, cursor=None)
            told = [(c.field, c.after, c.actor.type) for c in page.data]
            assert told == [
                ("accept_until", None, "system"),
                ("status", "open", "system"),
                ("acceptance_announced", rfc3339(END), "system"),
                ("accept_until", rfc3339(END), "operator"),
                ("status", "accepted_risk", "operator"),
                ("detection", "new", "scan"),
            ]
            assert [c.reason for c in page.data][1] == ENDED

    asyncio.run(story())


def test_what_an_earlier_version_noted_for_another_time_is_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        clock = TestClock()
        async with deployment(tmp_path, clock=clock) as app:
            ids = await accepted(app)
            monkeypatch.setattr("cyberai.domain.vulnerability_moves.ANNOUNCED_BEFORE", DAY * 1_000_000)
            clock.advance(23 * DAY)
            assert await review_acceptances(app) == 0
            assert await app.store.read(WS, lambda tx: tx.life.due(clock.now(), 9)) == []
            clock.advance(6 * DAY)
            assert await review_acceptances(app) == COUNT
            assert [row.acceptance_ends_soon for row in await shown(app, ids)] == [True] * COUNT

    asyncio.run(story())


def test_a_server_reviews_by_itself_and_asks_a_store_that_refuses_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        clock = Waking()
        async with deployment(tmp_path, clock=clock) as app:
            ids = await accepted(app)
            clock.advance(30 * DAY)

            async def refuse(*_: object) -> None:
                raise Unavailable("The disk is full", reason="Make room")

            monkeypatch.setattr(type(app.store), "read", refuse)
            task = asyncio.create_task(keep_reviewing(app))
            await clock.asleep.wait()
            monkeypatch.undo()
            assert [row.status for row in await shown(app, ids)] == ["accepted_risk"] * COUNT
            await clock.next()
            assert [row.status for row in await shown(app, ids)] == ["open"] * COUNT
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert clock.asked == [EVERY, EVERY]
        assert "tried again: The disk is full" in caplog.text

    with caplog.at_level(logging.WARNING):
        asyncio.run(story())
