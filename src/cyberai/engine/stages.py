"""Which code does a unit: stage by asset."""

from cyberai.domain.asset import (
    DomainAsset,
    HostAsset,
    NameAsset,
    OriginAsset,
    PlaceAsset,
    PortAsset,
    ProductAsset,
    RequestAsset,
    ServiceAsset,
    StoredAsset,
    TlsAsset,
)
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine.believed import believed
from cyberai.engine.check_stage import check_request, check_stored, measure
from cyberai.engine.context import Context
from cyberai.engine.crawl import crawl_request
from cyberai.engine.discover import discover
from cyberai.engine.domain_stage import check_domain, check_endpoint
from cyberai.engine.identify import identify_origin, identify_port, identify_tls
from cyberai.engine.revisit import revisit
from cyberai.engine.whole_stage import check_whole


async def perform(context: Context, unit: Unit) -> UnitResult:
    """Do the unit; raise ValueError for a stage that has nothing to do with the unit's asset."""
    match unit.stage, unit.asset:
        case Stage.DISCOVER, HostAsset() as host:
            return await discover(context, unit, host)
        case Stage.IDENTIFY, PortAsset() as port:
            return await identify_port(context, unit, port)
        case Stage.IDENTIFY, OriginAsset() as origin:
            return await identify_origin(context, unit, origin)
        case Stage.IDENTIFY, TlsAsset() as tls:
            return await identify_tls(context, unit, tls)
        case Stage.CRAWL, RequestAsset() as request:
            return await crawl_request(context, unit, request)
        case _:
            return await _tested(context, unit)


async def _tested(context: Context, unit: Unit) -> UnitResult:
    """The stages whose answers count only within the session."""
    match unit.stage, unit.asset:
        case Stage.REVISIT, OriginAsset() as origin:
            return await believed(context, origin.url, lambda steps: revisit(context, unit, origin, steps))
        case Stage.REVISIT, StoredAsset() as stored:
            url = stored.source.request.url
            return await believed(context, url, lambda steps: check_stored(context, unit, stored, steps))
        case Stage.CHECK, RequestAsset() as request:
            return await believed(
                context, request.request.url, lambda steps: check_request(context, unit, request, steps)
            )
        case Stage.CHECK, OriginAsset() as origin:
            return await believed(
                context, origin.url, lambda steps: check_whole(context, unit, origin, steps)
            )
        case Stage.CHECK, DomainAsset() as domain:
            return await check_domain(context, unit, domain)
        case Stage.CHECK, TlsAsset() as endpoint:
            return await check_endpoint(context, unit, endpoint)
        case Stage.CHECK, (ServiceAsset() | ProductAsset() | NameAsset()) as whole:
            return await check_whole(context, unit, whole)
        case Stage.MEASURE, PlaceAsset() as place:
            url = place.request.request.url
            return await believed(context, url, lambda steps: measure(context, unit, place, steps))
        case _:
            raise ValueError(f"stage {unit.stage.name} has nothing to do for {unit.asset.key}")
