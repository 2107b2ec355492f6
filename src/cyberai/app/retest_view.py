"""A retest as the API shows it: before and now side by side, redacted and capped as evidence is."""

from msgspec import Struct

from cyberai.app.evidence_view import ExchangeResource, exchange_resource
from cyberai.app.times import rfc3339
from cyberai.domain.http import Exchange
from cyberai.domain.retest import Retest, RetestStep


class RetestStepResource(Struct, kw_only=True):
    """One request (`attack` or `control`) with what answered it when the flaw was found and what answers now; `now` is
    null where it was not sent or not answered. `*_shows`: whether the answer holds what proves the flaw."""

    step: str
    before: ExchangeResource
    now: ExchangeResource | None
    before_shows: bool
    now_shows: bool


class RetestResource(Struct, kw_only=True):
    """The latest retest of a vulnerability. `result` is fixed_confirmed, present or inconclusive once `status` is
    completed; `why` says what tells so, or what stood in the way."""

    vulnerability_id: str
    status: str
    result: str | None
    why: str
    match: str
    steps: list[RetestStepResource]
    created_at: str
    completed_at: str | None


def retest_resource(retest: Retest) -> RetestResource:
    """The API's retest."""
    return RetestResource(
        vulnerability_id=retest.vulnerability_id,
        status=retest.status.value,
        result=retest.result.value if retest.result is not None else None,
        why=retest.why,
        match=retest.match,
        steps=[_step(step, retest.match) for step in retest.steps],
        created_at=rfc3339(retest.created_at),
        completed_at=rfc3339(retest.completed_at) if retest.completed_at is not None else None,
    )


def _step(step: RetestStep, match: str) -> RetestStepResource:
    return RetestStepResource(
        step=step.step,
        before=_shown(step.before, match),
        now=_shown(step.now, match) if step.now is not None else None,
        before_shows=step.before_shows,
        now_shows=step.now_shows,
    )


def _shown(exchange: Exchange, match: str) -> ExchangeResource:
    return exchange_resource(exchange, match)
