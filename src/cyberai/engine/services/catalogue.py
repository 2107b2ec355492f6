"""All questions, and the order in which a port is asked them."""

from functools import lru_cache

from cyberai.domain.transport import Transport
from cyberai.engine.services import brokers, directory, remote, stores
from cyberai.engine.services.ask import Ask

_TLS_LIKELY = frozenset(
    {"amqp", "mqtt", "ldap", "redis", "postgresql", "mongodb", "dns", "xmpp", "sip", "cassandra", "kafka"}
)
_WAITING = frozenset({"dns", "rpcbind", "nfs", "mssql", "smb", "mongodb", "x11"})


@lru_cache(maxsize=1)
def everything() -> tuple[Ask, ...]:
    """Every question, in the order of the families."""
    return (*stores.ASKS, *brokers.ASKS, *directory.ASKS, *remote.ASKS)


def at_home(port: int, transport: Transport) -> tuple[Ask, ...]:
    """Questions of the protocols that usually live on this port."""
    return tuple(ask for ask in everything() if port in ask.ports and ask.transport == transport.value)


def elsewhere(port: int, *, silent: bool) -> tuple[Ask, ...]:
    """The further questions to a TCP port, most often met first. What has waited `silent`ly for the end of a line and
    of a TLS record alike can only be a protocol that waits for a whole message of its own."""
    further = (ask for ask in everything() if ask.usual and port not in ask.ports)
    chosen = (ask for ask in further if not silent or ask.name in _WAITING)
    return tuple(sorted(chosen, key=lambda ask: ask.usual))


def through_tls(port: int) -> tuple[Ask, ...]:
    """Questions inside TLS to what does not speak HTTP there."""
    home = at_home(port, Transport.TCP)
    further = (
        ask for ask in everything() if ask.name in _TLS_LIKELY and ask not in home and ask.transport == "tcp"
    )
    return (*home, *sorted(further, key=lambda ask: ask.usual))


def by_datagram(port: int) -> tuple[Ask, ...]:
    """Questions by UDP: those at home on the port first, then all others, for any service may stand on any port."""
    asks = [ask for ask in everything() if ask.transport == "udp"]
    return tuple(sorted(asks, key=lambda ask: port not in ask.ports))
