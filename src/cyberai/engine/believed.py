"""Whether the answers of a unit came within the session: else it is done again, or not believed."""

from collections.abc import Awaitable, Callable

from msgspec import structs

from cyberai.domain.check import CheckOutcome, Clean, Skipped, SkipReason
from cyberai.domain.http import Url
from cyberai.domain.unit import UnitResult
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.ports.network import TransportError, TransportReason

MAX_TIMES = 3


async def believed(context: Context, url: Url, perform: Callable[[], Awaitable[UnitResult]]) -> UnitResult:
    """Do the unit, again when the session was lost unnoticed meanwhile (at most MAX_TIMES in all). What is still in
    doubt then is Skipped(auth_lost) instead of Clean; what was found is proven by its evidence."""
    login = context.logins.of(url)
    if login is None:
        return await perform()
    tally = Tally()
    for _ in range(MAX_TIMES):
        before = login.doubtful
        result = await perform()
        result = structs.replace(result, requests=result.requests + tally.sent)
        try:
            await login.confirm(context.fetcher.transmit(tally))
        except TransportError as error:
            if error.reason is not TransportReason.AUTH_LOST:
                return result
            return _doubted(result, error.detail)
        if login.doubtful == before:
            return result
        tally.sent += result.requests
        context.baselines.forget()
    return _doubted(result, "the session was lost again and again while this was tested")


def _doubted(result: UnitResult, why: str) -> UnitResult:
    return structs.replace(result, outcomes=tuple(_doubted_outcome(o, why) for o in result.outcomes))


def _doubted_outcome(outcome: CheckOutcome, why: str) -> CheckOutcome:
    if not isinstance(outcome.outcome, Clean):
        return outcome
    return structs.replace(outcome, outcome=Skipped(SkipReason.AUTH_LOST, why[:300]))
