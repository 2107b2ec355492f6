"""The DISCOVER stage: which ports of a host are open."""

from cyberai.domain.asset import HostAsset, PortAsset
from cyberai.domain.target import RangeTarget
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine.context import Context
from cyberai.engine.plan import parse_ports
from cyberai.ports.network import PortState, TransportError, TransportReason


async def discover(context: Context, unit: Unit, asset: HostAsset) -> UnitResult:
    """Scan the host's ports; every open one is a unit. A host that was named and has none open is a failure, an
    address of a range without any is not: most addresses of a range are empty."""
    ports = asset.ports or parse_ports(context.spec.options.ports)
    try:
        await context.network.resolve(asset.host)
        states = {port: state async for port, state in context.network.dialer.scan_ports(asset.host, ports)}
    except TransportError as error:
        return UnitResult(unit, failure=error.reason.value, detail=error.detail)
    opened = sorted(port for port, state in states.items() if state is PortState.OPEN)
    found = tuple(Unit(Stage.IDENTIFY, PortAsset(asset.host, port)) for port in opened)
    if found or not _named(context, asset.host):
        return UnitResult(unit, found=found)
    reason = TransportReason.REFUSED if PortState.CLOSED in states.values() else TransportReason.UNREACHABLE
    return UnitResult(
        unit, failure=reason.value, detail=f"none of {len(ports)} ports of {asset.host} is open"
    )


def _named(context: Context, host: str) -> bool:
    return any(not isinstance(t, RangeTarget) and t.host == host for t in context.scope.targets)
