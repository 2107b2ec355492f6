"""The IDENTIFY stage of a TLS port: it is assessed once, for all checks that judge what it offers."""

from msgspec import structs

from cyberai.domain.asset import TlsAsset
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.tls.assessment import assess
from cyberai.ports.network import TransportError, TransportReason


async def identify_tls(context: Context, unit: Unit, asset: TlsAsset) -> UnitResult:
    """The checks of the port are the next unit, with the profile where there is one."""
    tally = Tally()
    try:
        profile = await assess(context, asset, tally)
    except TransportError as error:
        if error.reason is TransportReason.CANCELLED:
            raise
        profile = None  # the checks meet the same, and say so
    found = Unit(Stage.CHECK, structs.replace(asset, profile=profile))
    return UnitResult(unit, found=(found,), requests=tally.sent)
