"""Repeating a finding's proof: the same requests, or the same check, within the scope and limits of its last scan."""

from msgspec import Struct, structs

from cyberai.app.context import App
from cyberai.app.evidence_view import reproduce
from cyberai.app.host_turn import session_at
from cyberai.app.scan_request import AuthRequest, judge_targets, read_login
from cyberai.app.shard_engine import Auth, EngineSession, LoginFailed, engine_session
from cyberai.app.vulnerabilities import require_vulnerability
from cyberai.checkkit import Check, Scope
from cyberai.domain.errors import Conflict, ErrorCode
from cyberai.domain.finding import Evidence, HttpEvidence
from cyberai.domain.http import Exchange, Url
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.replay import Judgement, ReplayResult, shows
from cyberai.domain.scan import Scan
from cyberai.domain.scope import scope_of
from cyberai.domain.target import UrlTarget, parse_target
from cyberai.domain.vulnerability import Vulnerability
from cyberai.engine.replay import (
    Replayed,
    page_changed,
    replay_check,
    replay_place,
    replay_requests,
    unit_of,
    unmasked,
    with_secrets,
)
from cyberai.ports.store import Tx

_BY_REQUESTS = (Scope.INSERTION, Scope.STORED)


class AnswerResource(Struct, kw_only=True):
    """An answer: its status, how long it took, and whether it holds what proves the flaw."""

    status: int
    elapsed_ms: int
    shows: bool


class StepResource(Struct, kw_only=True):
    """One request (`attack` or `control`), what answered it when the flaw was found, and what answers now."""

    step: str
    request: str
    before: AnswerResource | None
    now: AnswerResource | None


class ReplayResource(Struct, kw_only=True):
    """What `cyberai replay` shows. `result` is present, fixed or inconclusive; `steps` are empty where the check was run
    again instead of its requests."""

    id: str
    title: str
    check_id: str
    affected_component: str
    result: str
    why: str
    match: str
    steps: list[StepResource]
    reproduce: str


class Recorded(Struct, frozen=True):
    """What the store knows of a finding."""

    row: Vulnerability
    scan: Scan
    check: Check
    evidence: tuple[Evidence, ...]

    @property
    def by_requests(self) -> bool:
        """Whether its requests are repeated, not its check."""
        return self.check.meta.scope in _BY_REQUESTS and isinstance(self.evidence[0], HttpEvidence)


async def replay(
    app: App, workspace: WorkspaceId, vulnerability_id: str, auth: AuthRequest | None = None
) -> ReplayResource:
    """Repeat the proof, logged in by `auth` where it is given; nothing of it is stored. Raise NotFound, Forbidden,
    InvalidRequest, or Conflict where the evidence, the scan or the check is no longer there."""
    known = await app.store.read(workspace, lambda tx: recorded(app, tx, vulnerability_id))
    login = read_login(auth, scope_of(known.scan.spec))
    return _resource(known, await repeat(app, known, login))


async def repeat(app: App, known: Recorded, login: Auth | None = None) -> Replayed:
    """Repeat the proof within the scope and limits of the scan; raise Forbidden where this process may not scan its
    target, or Conflict where nothing says what to repeat."""
    judge_targets(app, known.scan.spec)
    scope = scope_of(known.scan.spec)
    async with session_at(app, known.scan, scope, known.row.host, known.row.id) as network:
        try:
            session = engine_session(app, known.scan, scope, network, (known.check,), login=login)
            evidence, lacks = await with_secrets(session, known.evidence)
            if lacks:
                return Replayed(Judgement(ReplayResult.INCONCLUSIVE, lacks))
            return await _replayed(session, known.check, structs.replace(known, evidence=evidence))
        except LoginFailed as failed:
            return Replayed(Judgement(ReplayResult.INCONCLUSIVE, str(failed)))


async def _replayed(session: EngineSession, check: Check, known: Recorded) -> Replayed:
    first = known.evidence[0]
    if known.by_requests and isinstance(first, HttpEvidence):
        told = await replay_requests(session, first)
        if not told.judgement.open:
            return told
        again = await replay_place(session, check, first, known.row.fingerprint)
        return structs.replace(told, judgement=again.judgement) if again is not None else told
    unit = unit_of(check, known.evidence, _entry(known.row))
    if unit is None:
        raise _impossible("its evidence does not say where the check was run")
    changed = await page_changed(session, unit, known.evidence)
    if changed:
        return Replayed(Judgement(ReplayResult.INCONCLUSIVE, changed))
    return await replay_check(session, check, unit, known.row.fingerprint)


def _entry(row: Vulnerability) -> Url | None:
    """Where the scan entered the site."""
    target = parse_target(row.target)
    if isinstance(target, UrlTarget):
        return target.url
    return Url.parse(row.location.url).with_target("/") if row.location.url else None


def recorded(app: App, tx: Tx, vulnerability_id: str) -> Recorded:
    """What is needed to repeat the proof; raise NotFound, or Conflict where it is no longer there."""
    row = require_vulnerability(tx, vulnerability_id)
    scan = tx.scans.get(row.scan_id)
    if scan is None:
        raise _impossible("the scan that saw it last is no longer kept, and with it its scope and limits")
    evidence = tx.vulnerabilities.evidence(row.id)
    if not evidence:
        raise _impossible("its evidence is no longer kept")
    check = next((check for check in app.checks if check.meta.id == row.check_id), None)
    if check is None:
        raise _impossible(f"this version has no check {row.check_id}")
    # What the session adds was masked: the login of the scan adds it again.
    sendable = tuple(map(unmasked, evidence)) if scan.spec.auth else tuple(evidence)
    return Recorded(row, scan, check, sendable)


def _impossible(why: str) -> Conflict:
    return Conflict(
        "This finding cannot be repeated",
        code=ErrorCode.CONFLICT,
        field="id",
        reason=f"{why[0].upper()}{why[1:]}",
    )


def _resource(known: Recorded, replayed: Replayed) -> ReplayResource:
    first = known.evidence[0]
    http = first if isinstance(first, HttpEvidence) else None
    return ReplayResource(
        id=known.row.id,
        title=known.row.title,
        check_id=known.row.check_id,
        affected_component=known.row.affected_component,
        result=replayed.judgement.result.value,
        why=replayed.judgement.why,
        match=http.match if http is not None else "",
        steps=_steps(http, replayed) if http is not None and known.by_requests else [],
        reproduce=reproduce(first) if isinstance(first, HttpEvidence) else first.command,
    )


def _steps(evidence: HttpEvidence, replayed: Replayed) -> list[StepResource]:
    steps = [_step("attack", evidence, evidence.exchange, replayed.attack)]
    if evidence.control is not None and evidence.delivered is None:
        steps.append(_step("control", evidence, evidence.control, replayed.control))
    return steps


def _step(name: str, evidence: HttpEvidence, before: Exchange, now: Exchange | None) -> StepResource:
    sent = evidence.delivered if name == "attack" and evidence.delivered is not None else before.request
    return StepResource(
        step=name,
        request=f"{sent.method} {sent.url}",
        before=_answer(evidence, before),
        now=_answer(evidence, now) if now is not None else None,
    )


def _answer(evidence: HttpEvidence, exchange: Exchange) -> AnswerResource:
    response = exchange.response
    return AnswerResource(
        status=response.status, elapsed_ms=round(response.elapsed * 1000), shows=shows(evidence, response)
    )
