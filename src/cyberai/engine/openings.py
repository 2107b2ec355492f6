"""Which places of a request are worth the checks besides those that carry the application's own parameters."""

from collections.abc import Sequence

from msgspec import structs

from cyberai.domain.asset import RequestAsset
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.influence import Influence as Influence
from cyberai.engine.influence import path_influence, rare_influence
from cyberai.engine.insertion import own_points
from cyberai.engine.name_influence import name_influence
from cyberai.engine.shape import RARE


async def look(
    context: Context, asset: RequestAsset, only: str, own: Sequence[InsertionPoint], tally: Tally
) -> Influence:
    """What opens besides the ordinary points; `own` are tested in any case."""
    if only and only != RARE:
        return await path_influence(context, asset, tally)
    rare = await rare_influence(context, asset, tally)
    closed = tuple(p for p in rare.closed if p not in own)
    if only == RARE:
        return structs.replace(rare, closed=closed)
    names = Influence()
    if not any(p.kind in (InsertionKind.PARAMETER_NAME, InsertionKind.RAW_QUERY) for p in rare.opened):
        names = await name_influence(context, asset, tally)
    return Influence(
        (*rare.opened, *names.opened),
        (*closed, *names.closed),
        rare.why,
    )


def own_values(context: Context, asset: RequestAsset, only: str) -> tuple[InsertionPoint, ...]:
    """The headers and cookies of the application that are tested with this request whatever they show. To be decided
    before anything is awaited: units begin in their order, whichever answer comes first."""
    if only:
        return ()
    origin = asset.request.url.origin
    points = own_points(asset.request)
    return tuple(p for p in points if context.crawl.new_value(f"{origin} {p.kind.value} {p.name}"))
