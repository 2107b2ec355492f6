"""Programs that answer for every path below their own."""

from cyberai.checkkit import PolicyRefused, Scope, TransportError
from cyberai.domain.asset import RequestAsset
from cyberai.domain.http import Exchange
from cyberai.domain.unit import Unit
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.frontier import unknown_names_unit
from cyberai.engine.influence import came_back
from cyberai.engine.missing import missing_control


async def echoed_name(
    context: Context, asset: RequestAsset, exchange: Exchange, tally: Tally
) -> tuple[Unit, ...]:
    """The test of the path's last segment where a program answers for every name below its own and shows it: what
    is no page of its own is still a value that the program reads."""
    beside = unknown_names_unit(asset)
    if beside is None or not 200 <= exchange.response.status < 300 or not context.checks[Scope.INSERTION]:
        return ()
    try:
        control = await missing_control(context, asset.request.url, tally)
    except (TransportError, PolicyRefused):
        return ()
    name = control.request.url.path.rpartition("/")[2].partition(".")[0]
    return (beside,) if came_back(name, control.response) else ()
