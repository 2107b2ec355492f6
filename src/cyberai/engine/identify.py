"""The IDENTIFY stage: what speaks on a port, and how the web is entered there."""

from cyberai.domain.asset import OriginAsset, PortAsset
from cyberai.domain.http import Url
from cyberai.domain.unit import Unit, UnitResult
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.port_services import service_found, spoken_on
from cyberai.engine.service_units import Found, tls_unit, web_units
from cyberai.engine.services.entering import enter, recognised
from cyberai.engine.services.line import NOT_THERE
from cyberai.engine.tls.stage import identify_tls as identify_tls
from cyberai.engine.udp_discovery import UdpAnswers, ask_udp
from cyberai.ports.network import TransportError, TransportReason


async def identify_origin(context: Context, unit: Unit, asset: OriginAsset) -> UnitResult:
    """Fetch the entry; the web behind it, its TLS and its origin checks are the next units. TLS is tested even
    when the entry does not come: a certificate nobody trusts is a finding."""
    tally = Tally()
    error = await enter(context, asset.url, tally)
    if error is None:
        identity = await recognised(context, asset.url, tally)
        found = web_units(context, asset.url, identity)
        return UnitResult(unit, found=found.units, requests=tally.sent, services=found.services)
    tls = asset.url.scheme == "https" and error.reason not in NOT_THERE
    units = (tls_unit(context, asset.url.host, asset.url.port),) if tls else ()
    return UnitResult(unit, found=units, requests=tally.sent, failure=error.reason.value, detail=error.detail)


async def identify_port(context: Context, unit: Unit, asset: PortAsset) -> UnitResult:
    """Ask the port until it is known what speaks there, in the order that its number suggests."""
    tally = Tally()
    try:
        found = await _identified(context, asset, tally)
    except TransportError as error:
        # A target that names a port means whatever listens there, also by UDP.
        refused = error.reason is TransportReason.REFUSED
        answers = await ask_udp(context, asset.host, (asset.port,), tally) if refused else UdpAnswers()
        found = answers.found
        if not found.units:
            return UnitResult(unit, requests=tally.sent, failure=error.reason.value, detail=error.detail)
    return UnitResult(unit, found=found.units, requests=tally.sent, services=found.services)


async def _identified(context: Context, asset: PortAsset, tally: Tally) -> Found:
    answering = await spoken_on(context, asset, tally)
    if not answering.web:
        return await service_found(context, asset, answering, tally)
    url = Url("https" if answering.tls else "http", asset.host, asset.port)
    return web_units(context, url, await recognised(context, url, tally))
