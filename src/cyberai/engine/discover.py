"""The DISCOVER stage: which ports of a host are open."""

import asyncio

from cyberai.domain.asset import HostAsset, PortAsset
from cyberai.domain.check import CheckOutcome, Skipped, SkipReason
from cyberai.domain.target import RangeTarget
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine.common_ports import common_ports
from cyberai.engine.context import Context
from cyberai.engine.coverage import CRAWL
from cyberai.engine.fetch import Tally
from cyberai.engine.plan import ports_asked
from cyberai.engine.udp_discovery import UdpAnswers, ask_udp
from cyberai.ports.network import PortState, TransportError, TransportReason

MOST_OPEN = 1_000
"""Open ports of a host that are all looked into. One with more takes connections at any port: a firewall, a tarpit."""

LOOKED_INTO = 100
"""Ports of such a host whose service is identified, the commonest first."""


async def discover(context: Context, unit: Unit, asset: HostAsset) -> UnitResult:
    """Scan the host's ports; every open one is a unit, and so is every service that answered by UDP. A host that was
    named and has neither is a failure, an address of a range without any is not: most addresses of a range are empty.
    """
    ports = ports_asked(context.spec)
    tcp = asset.ports or ports.tcp
    udp = () if asset.ports else ports.udp or ()
    tally = Tally()
    asking: asyncio.Task[UdpAnswers] | None = None
    try:
        await context.network.resolve(asset.host)
        asking = asyncio.create_task(ask_udp(context, asset.host, udp, tally))
        states = {port: state async for port, state in context.network.dialer.scan_ports(asset.host, tcp)}
        answers = await asking
    except TransportError as error:
        return UnitResult(unit, failure=error.reason.value, detail=error.detail)
    finally:
        if asking is not None:
            asking.cancel()
    opened = sorted(port for port, state in states.items() if state is PortState.OPEN)
    outcomes: tuple[CheckOutcome, ...] = ()
    if len(opened) > MOST_OPEN:
        outcomes = (_every_port_open(asset.host, len(opened), len(states)),)
        opened = _commonest(opened)
    found = (
        *(Unit(Stage.IDENTIFY, PortAsset(asset.host, port)) for port in opened),
        *answers.found.units,
    )
    if found or not _named(context, asset.host):
        return UnitResult(
            unit, found=found, outcomes=outcomes, requests=tally.sent, services=answers.found.services
        )
    refused = PortState.CLOSED in states.values() or answers.closed
    reason = TransportReason.REFUSED if refused else TransportReason.UNREACHABLE
    detail = f"none of {len(tcp) + len(udp)} ports of {asset.host} is open"
    return UnitResult(unit, failure=reason.value, detail=detail, requests=tally.sent)


def _commonest(opened: list[int]) -> list[int]:
    """The ports to look into, those known for a service first, then the lowest."""
    there = set(opened)
    known = [port for port in common_ports(MOST_OPEN) if port in there]
    return sorted(list(dict.fromkeys((*known, *opened)))[:LOOKED_INTO])


def _every_port_open(host: str, opened: int, asked: int) -> CheckOutcome:
    detail = (
        f"{opened:,} of {asked:,} ports accept connections, as a firewall or a tarpit does; "
        f"only the {LOOKED_INTO} commonest were looked into"
    )
    return CheckOutcome(CRAWL, f"host:{host}", host, Skipped(SkipReason.BUDGET, detail))


def _named(context: Context, host: str) -> bool:
    return any(not isinstance(t, RangeTarget) and t.host == host for t in context.scope.targets)
