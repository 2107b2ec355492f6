"""Importing feeds: what they are about is scored anew, step by step, and nothing is lost when an import fails."""

import asyncio
import json
from pathlib import Path

import pytest

from cyberai.app.context import App
from cyberai.app.events import events_after
from cyberai.app.feeds import current_feeds, import_feed
from cyberai.app.proof_view import explain_vulnerability
from cyberai.app.vulnerabilities import get_vulnerability
from cyberai.app.vulnerability_life import vulnerability_history
from cyberai.domain.errors import Conflict, InvalidRequest
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.domain.ids import SYSTEM, WorkspaceId
from cyberai.domain.severity import Severity
from cyberai.domain.threat import Exposure
from cyberai.ports.feeds import FeedName
from support.deployment import deployment
from support.store_samples import sighting, vulnerability

BLUE = WorkspaceId("blue")
JQUERY = "CVE-2020-11023"
KEV = json.dumps({
    "catalogVersion": "2026.11.25", "dateReleased": "2026-11-25T15:00:00Z",
    "vulnerabilities": [{"cveID": JQUERY, "dateAdded": "2025-01-23", "dueDate": "2025-02-13"}],
}).encode()  # fmt: skip


def epss(score: float, day: str = "2026-11-26", others: int = 6) -> bytes:
    rows = [f"{JQUERY},{score},0.9", *(f"CVE-2021-{n:05},0.5,0.5" for n in range(others))]
    head = f"#model_version:v1,score_date:{day}T00:00:00+0000\ncve,epss,percentile\n"
    return (head + "\n".join(rows) + "\n").encode()


async def filled(app: App) -> None:
    """Three vulnerabilities with a CVE and one without; the last belongs to another workspace."""
    await app.store.write(BLUE, lambda tx: tx.ensure_workspace(1))
    for n, cve in enumerate(((JQUERY,), (), (JQUERY, "CVE-2019-11358"), (JQUERY,))):
        workspace = BLUE if n == 3 else WS
        row = vulnerability(
            str(n), workspace=workspace, severity=Severity.MEDIUM, at=app.clock.now()
        ).replace(cve=cve, exposure=Exposure.PRIVATE)
        await app.store.write(workspace, lambda tx, row=row: tx.vulnerabilities.record(sighting(row)))


def test_scores_follow_the_feeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cyberai.app.feeds.SCORED", 1)
    monkeypatch.setattr("cyberai.app.feeds.STEP", 2)

    async def story() -> None:
        async with deployment(tmp_path) as app:
            await filled(app)
            before = await get_vulnerability(app, WS, "vuln_0")
            assert (before.risk_score, before.epss, before.kev) == (28.0, None, None)
            done = await import_feed(app, epss(0.273))
            assert (done.feed.entries, done.replaced, done.scored, done.changed) == (7, None, 3, 3)
            done = await import_feed(app, KEV)
            assert (done.scored, done.changed) == (3, 3)
            after = await get_vulnerability(app, WS, "vuln_0")
            assert after.risk_score == 38.5  # 35 x 0.8 x 1.1 x 1.25
            assert after.epss is not None and after.epss.score == 0.273  # noqa: PT018
            assert after.kev is not None and after.kev.due == "2025-02-13"  # noqa: PT018
            assert (await get_vulnerability(app, BLUE, "vuln_3")).risk_score == 38.5
            other = await get_vulnerability(app, WS, "vuln_1")
            assert (other.risk_score, other.updated_at) == (28.0, before.updated_at)
            events = await events_after(app, WS, 0, 100)
            assert [event.type.value for event in events] == ["vulnerability.updated"] * 4
            assert len((await vulnerability_history(app, WS, "vuln_0", limit=50, cursor=None)).data) == 1
            # The next day: the same step of EPSS, so the same score, and nothing to tell of.
            done = await import_feed(app, epss(0.28, "2026-11-27"))
            assert done.replaced is not None and done.replaced.date == "2026-11-26"  # noqa: PT018
            assert (done.scored, done.changed) == (3, 0)
            assert len(await events_after(app, WS, 0, 100)) == 4
            assert [(feed.name.value, feed.date) for feed in await current_feeds(app)] == [
                ("epss", "2026-11-27"), ("kev", "2026-11-25"),
            ]  # fmt: skip

    asyncio.run(story())


def test_every_term_is_explained_and_a_missing_one_is_missing(tmp_path: Path) -> None:
    async def story() -> None:
        async with deployment(tmp_path) as app:
            await filled(app)
            await import_feed(app, KEV)
            risk = (await explain_vulnerability(app, WS, "vuln_0")).risk
            told = {term.name: (term.factor, term.reason) for term in risk.terms}
            assert risk.score == 35.0
            assert told["exposure"] == (0.8, "private")
            assert told["epss"] == (None, "not known: no imported EPSS file names it")
            assert told["kev"][0] == 1.25
            assert JQUERY in told["kev"][1]
            told = {term.name: (term.factor, term.reason) for term in
                    (await explain_vulnerability(app, WS, "vuln_1")).risk.terms}  # fmt: skip
            assert told["epss"] == told["kev"] == (None, "no CVE")

    asyncio.run(story())


def test_what_is_refused_or_stopped_leaves_the_feed_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cyberai.app.feeds.STEP", 2)

    async def story() -> None:
        async with deployment(tmp_path) as app:
            await filled(app)
            first = (await import_feed(app, epss(0.6))).feed
            for bad in (b"", b"garbage", epss(0.7)[:-3] + b"x\n"):
                with pytest.raises(InvalidRequest):
                    await import_feed(app, bad)

            def stop(stored: int, of: int) -> None:
                assert of == 7
                if stored > 2:
                    raise InterruptedError

            with pytest.raises(InterruptedError):
                await import_feed(app, epss(0.001), told=stop)

            clearing: list[asyncio.Task[bool]] = []

            def clear_up(_stored: int, _of: int) -> None:
                # As another import does when it begins.
                work = app.store.write(SYSTEM, lambda tx: tx.feeds.drop_unseen(FeedName.EPSS, 9))
                clearing.append(asyncio.ensure_future(work))

            with pytest.raises(Conflict):
                await import_feed(app, epss(0.001), told=clear_up)
            await asyncio.gather(*clearing)
            assert await current_feeds(app) == (first,)
            assert (await get_vulnerability(app, WS, "vuln_0")).risk_score == 33.6  # 35 x 0.8 x 1.2
            assert (await import_feed(app, epss(0.001))).changed == 3

    asyncio.run(story())
