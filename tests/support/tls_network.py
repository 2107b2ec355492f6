"""One of the lab's own TLS servers as a network: identified, assessed and checked without a socket."""

from cyberai.checkkit.tls import greet
from cyberai.domain.tls.offers import offer_of
from cyberai.domain.tls.version import TlsVersion
from cyberai.lab.service import Identity, Service, TlsService
from cyberai.ports.network import Handshake, Opening, TransportError, TransportReason
from support.lab_network import LabNetwork


class TlsNetwork(LabNetwork):
    """Our library's handshakes fail there, as they do with servers that speak only what it has given up."""

    async def offers(
        self,
        host: str,
        port: int,
        version: TlsVersion,
        server_name: str = "",
        *,
        before: Opening | None = None,
    ) -> bool:
        flight = await self.converse(
            host, port, lambda conversation: greet(conversation, offer_of(version, server_name))
        )
        return flight.selects(version)

    async def handshake(
        self, host: str, port: int, server_name: str = "", *, before: Opening | None = None
    ) -> Handshake:
        self.requests_sent += 1
        raise TransportError(TransportReason.TLS_FAILED)


def tls_network(item: TlsService, identity: Identity, fixed: bool, port: int) -> TlsNetwork:
    """The network of one server on one port."""
    service = Service(name=item.name, session=lambda fixed: item.session(fixed, identity), checks=item.checks)
    return TlsNetwork({}, item=service, fixed=fixed, port=port)
