"""Whether the answers of a unit came within the session: what of it did not is done again, or not believed."""

from collections.abc import Awaitable, Callable

from msgspec import structs

from cyberai.domain.check import CheckOutcome, Clean, Skipped, SkipReason
from cyberai.domain.http import Url
from cyberai.domain.unit import UnitResult
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.steps import Steps
from cyberai.ports.network import TransportError, TransportReason

MAX_PASSES = 3


async def believed(
    context: Context, url: Url, perform: Callable[[Steps], Awaitable[UnitResult]]
) -> UnitResult:
    """Do the unit, and those steps of it again during which the session was lost unnoticed (MAX_PASSES in all, the later
    ones with a look at the session after each answer). What is still in doubt then is Skipped(auth_lost) instead of
    Clean; what was found is proven by its evidence."""
    login = context.logins.of(url)
    steps, asides = Steps(login), Tally()
    why = "the session was lost again and again while this was tested"
    for _ in range(MAX_PASSES):
        result = await perform(steps)
        try:
            if login is not None:
                await login.confirm(context.fetcher.transmit(asides))
        except TransportError as error:
            if error.reason is TransportReason.AUTH_LOST:
                why = error.detail
                break
        if not steps.in_doubt:
            return structs.replace(result, requests=steps.sent + asides.sent)
        context.forget()
        steps.again()
    outcomes = tuple(o if steps.vouches_for(o) else _doubted(o, why) for o in result.outcomes)
    return structs.replace(result, outcomes=outcomes, requests=steps.sent + asides.sent)


def _doubted(outcome: CheckOutcome, why: str) -> CheckOutcome:
    if not isinstance(outcome.outcome, Clean):
        return outcome
    return structs.replace(outcome, outcome=Skipped(SkipReason.AUTH_LOST, why[:300]))
