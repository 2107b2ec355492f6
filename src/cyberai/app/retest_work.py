"""Doing retests: a worker's task beside its scans, or at once in the process that asks. What comes of it is stored with
the state of the vulnerability and its event in one transaction."""

import asyncio

from cyberai.app.context import App
from cyberai.app.events import vulnerability_event
from cyberai.app.host_turn import BESIDE
from cyberai.app.replay import Recorded, recorded, repeat
from cyberai.app.retest_view import RetestResource, retest_resource
from cyberai.app.scan_request import AuthRequest, judge_targets, read_login
from cyberai.app.sightings import cut
from cyberai.domain.auth import Auth
from cyberai.domain.errors import CyberAIError
from cyberai.domain.finding import HttpEvidence
from cyberai.domain.history import OPERATOR
from cyberai.domain.http import Exchange
from cyberai.domain.ids import SYSTEM, WorkspaceId
from cyberai.domain.replay import Judgement, ReplayResult, shows
from cyberai.domain.retest import RESULTS, Retest, RetestStatus, RetestStep, retested
from cyberai.domain.scope import scope_of
from cyberai.domain.vulnerability_moves import event_of
from cyberai.engine.replay import Replayed
from cyberai.ports.store import Tx

LEASE = 60_000_000
"""Microseconds a worker may take for a retest before another tries."""
MOST_SECONDS = 40.0
"""How long the requests of a retest may take together."""


async def work_on_retest(app: App, worker: str) -> bool:
    """Do the next ordered retest; False when there is none."""
    at = app.clock.now()
    retest = await app.store.write(SYSTEM, lambda tx: tx.retests.claim(worker, at, at + LEASE))
    if retest is None:
        return False
    await _do(app, retest)
    return True


async def retest_now(
    app: App, workspace: WorkspaceId, vulnerability_id: str, auth: AuthRequest | None = None
) -> RetestResource:
    """Retest in this process, with what it may reach, and store what came of it; logged in by `auth` where it is given.
    Raise as `order_retest` does."""
    known = await app.store.read(workspace, lambda tx: recorded(app, tx, vulnerability_id))
    judge_targets(app, known.scan.spec)
    login = read_login(auth, scope_of(known.scan.spec))
    retest = Retest(
        vulnerability_id=known.row.id,
        workspace=workspace,
        status=RetestStatus.RUNNING,
        created_at=app.clock.now(),
        by=OPERATOR,
    )
    return retest_resource(await _do(app, retest, login))


async def _do(app: App, retest: Retest, login: Auth | None = None) -> Retest:
    try:
        done = await _done(app, retest, login)
    except CyberAIError as error:
        why = f"{error.message}: {error.reason}" if error.reason else error.message
        done = retest.replace(status=RetestStatus.FAILED, why=why)
    done = done.replace(completed_at=app.clock.now())
    await app.store.write(retest.workspace, lambda tx: _store(app, tx, done))
    return done


async def _done(app: App, retest: Retest, login: Auth | None) -> Retest:
    known = await app.store.read(retest.workspace, lambda tx: recorded(app, tx, retest.vulnerability_id))
    try:
        async with asyncio.timeout(MOST_SECONDS):
            replayed = await repeat(app, known, login)
    except TimeoutError:
        why = (
            f"it was not done within {MOST_SECONDS:.0f} seconds; while a scan is at work on the same host, {BESIDE} "
            "requests are sent per second"
        )
        replayed = Replayed(Judgement(ReplayResult.INCONCLUSIVE, why))
    first = known.evidence[0]
    return retest.replace(
        status=RetestStatus.COMPLETED,
        result=RESULTS[replayed.judgement.result],
        why=replayed.judgement.why,
        match=first.match if isinstance(first, HttpEvidence) else "",
        steps=_steps(known, replayed),
    )


def _steps(known: Recorded, replayed: Replayed) -> tuple[RetestStep, ...]:
    evidence = known.evidence[0]
    if not isinstance(evidence, HttpEvidence):
        return ()
    steps = [_step(evidence, "attack", evidence.exchange, replayed.attack)]
    if evidence.control is not None and evidence.delivered is None:
        steps.append(_step(evidence, "control", evidence.control, replayed.control))
    return tuple(steps)


def _step(evidence: HttpEvidence, name: str, before: Exchange, now: Exchange | None) -> RetestStep:
    match = evidence.match.encode()
    return RetestStep(
        step=name,
        before=cut(before, match),
        now=cut(now, match) if now is not None else None,
        before_shows=shows(evidence, before.response),
        now_shows=now is not None and shows(evidence, now.response),
    )


def _store(app: App, tx: Tx, done: Retest) -> None:
    row = tx.vulnerabilities.get(done.vulnerability_id)
    if row is None:
        return
    tx.retests.put(done)
    if done.result is None or done.completed_at is None:
        return
    judged = retested(row, done.result, done.completed_at)
    if judged is not row:
        tx.vulnerabilities.update(judged, done.by)
        tx.events.append(vulnerability_event(app, event_of(row, judged), judged, done.completed_at))
