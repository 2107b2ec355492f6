"""Which UDP services of a host answer, and what they are."""

from collections.abc import Iterable

from msgspec import Struct, structs

from cyberai.domain.asset import PortAsset
from cyberai.domain.transport import Transport
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.service_units import Found, service_units
from cyberai.engine.services.answering import Answering
from cyberai.engine.services.datagrams import ask_by_datagram
from cyberai.engine.services.identity import PROTOCOL, UNKNOWN, Identity
from cyberai.engine.services.learned import bettered
from cyberai.engine.udp_probes import probes_for, recognise


class UdpAnswers(Struct, frozen=True):
    """What came back: the services that answered, and whether the host said of any port that nobody listens there."""

    found: Found = Found()
    closed: bool = False


async def ask_udp(context: Context, host: str, ports: Iterable[int], tally: Tally) -> UdpAnswers:
    """Ask the ports of a host, all side by side; raise TransportError. Only what answers counts as open: a port that
    stays silent may be open or filtered. A port that answers nothing we know is a service without a protocol."""
    asked = {port: tuple(probe.datagram for probe in probes_for(port)) for port in ports}
    tally.sent += sum(map(len, asked.values()))
    closed = False
    said: dict[int, tuple[str, bytes]] = {}
    async for port, answer in context.network.dialer.scan_datagrams(host, asked):
        if answer is None:
            closed = True
            continue
        protocol = recognise(port, answer)
        if port not in said or (protocol and not said[port][0]):
            said[port] = (protocol, answer)
    services = [
        await _looked_into(context, PortAsset(host, port), protocol, answer, tally)
        for port, (protocol, answer) in sorted(said.items())
    ]
    units = tuple(unit for found in services for unit in found.units)
    return UdpAnswers(Found(units, tuple(fact for found in services for fact in found.services)), closed)


async def _looked_into(
    context: Context, asset: PortAsset, protocol: str, answer: bytes, tally: Tally
) -> Found:
    """The service behind an answer, with what it says of itself when it is asked for that."""
    known = Identity(protocol=protocol, confidence=PROTOCOL) if protocol else UNKNOWN
    answering = Answering(known, answer)
    if protocol:
        asked = await ask_by_datagram(context, asset.host, asset.port, protocol, tally)
        if asked is not None:
            better = await bettered(context, asked.identity, asked.said)
            answering = structs.replace(asked, identity=better)
    return service_units(asset, answering, Transport.UDP)
