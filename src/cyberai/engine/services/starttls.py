"""Whether a service that speaks in the clear goes over to TLS, asked once per service."""

from cyberai.checkkit.starttls import into_tls
from cyberai.domain.asset import PortAsset
from cyberai.domain.tls.starttls import StartTls
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.ports.network import Conversation, TransportError

_SERVER_STREAMS = frozenset({5269})


async def offered(context: Context, asset: PortAsset, protocol: str, tally: Tally) -> StartTls | None:
    """What has to be spoken on this port before TLS; None where nothing that was identified goes over to TLS."""
    for way in _ways(protocol, asset.port):

        async def agreed(conversation: Conversation, way: StartTls = way) -> None:
            await into_tls(conversation, way, asset.host)

        tally.sent += 1
        try:
            await context.network.dialer.converse(asset.host, asset.port, agreed)
        except TransportError:
            continue  # refused, or nothing that could be understood: what is said in clear is tested all the same
        return way
    return None


def _ways(protocol: str, port: int) -> tuple[StartTls, ...]:
    if protocol == StartTls.XMPP:
        # Both kinds of stream begin alike; the port says which one is more likely.
        both = (StartTls.XMPP, StartTls.XMPP_SERVER)
        return both[::-1] if port in _SERVER_STREAMS else both
    return (StartTls(protocol),) if protocol in set(StartTls) else ()
