"""What speaks on a TCP port, and what is to do next where that is no website."""

from msgspec import structs

from cyberai.domain.asset import PortAsset
from cyberai.domain.transport import Transport
from cyberai.domain.unit import Unit
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.service_units import Found, service_units, tls_unit
from cyberai.engine.services.answering import Answering
from cyberai.engine.services.learned import bettered
from cyberai.engine.services.ports import ask_port
from cyberai.engine.services.starttls import offered


async def spoken_on(context: Context, asset: PortAsset, tally: Tally) -> Answering:
    """What answers on the port; raise TransportError where there is no connection."""
    answering = await ask_port(context, asset.host, asset.port, tally)
    identity = await bettered(context, answering.identity, answering.said)
    return structs.replace(answering, identity=identity)


async def service_found(context: Context, asset: PortAsset, answering: Answering, tally: Tally) -> Found:
    """The service, its checks and those of its TLS."""
    found = service_units(asset, answering, Transport.TCP)
    return structs.replace(found, units=(*await _tls(context, asset, answering, tally), *found.units))


async def _tls(context: Context, asset: PortAsset, answering: Answering, tally: Tally) -> tuple[Unit, ...]:
    """TLS from the first byte, or what the service goes over to on demand."""
    if answering.tls:
        return (tls_unit(context, asset.host, asset.port),)
    starttls = await offered(context, asset, answering.identity.protocol, tally)
    return (tls_unit(context, asset.host, asset.port, starttls),) if starttls is not None else ()
