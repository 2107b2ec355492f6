"""Which UDP services of a host answer."""

from collections.abc import Iterable

from cyberai.domain.asset import ServiceAsset
from cyberai.domain.transport import Transport
from cyberai.engine.context import Context
from cyberai.engine.protocols import banner_text
from cyberai.engine.udp_probes import probes_for, recognise


class UdpAnswers:
    """What came back: `services` that answered, `closed` ports, and how many datagrams were `sent` at least."""

    def __init__(self) -> None:
        self.services: list[ServiceAsset] = []
        self.closed: set[int] = set()
        self.sent = 0


async def ask_udp(context: Context, host: str, ports: Iterable[int]) -> UdpAnswers:
    """Ask the ports of a host, all side by side; raise TransportError. Only what answers counts as open: a port that
    stays silent may be open or filtered. A port that answers nothing we know is a service without a protocol."""
    asked = {port: tuple(probe.datagram for probe in probes_for(port)) for port in ports}
    found = UdpAnswers()
    found.sent = sum(map(len, asked.values()))
    said: dict[int, tuple[str, bytes]] = {}
    async for port, answer in context.network.dialer.scan_datagrams(host, asked):
        if answer is None:
            found.closed.add(port)
            continue
        protocol = recognise(port, answer)
        if port not in said or (protocol and not said[port][0]):
            said[port] = (protocol, answer)
    found.services = [
        ServiceAsset(host, port, protocol, banner_text(answer), transport=Transport.UDP)
        for port, (protocol, answer) in sorted(said.items())
    ]
    return found
