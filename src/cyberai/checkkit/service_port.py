"""Which ports a check of a protocol looks at, and what of a port's silence is an answer."""

from collections.abc import Container

from cyberai.domain.asset import ServiceAsset
from cyberai.domain.transport import Transport
from cyberai.ports.network import TransportError, TransportReason

_SILENT = frozenset(
    {TransportReason.TIMEOUT, TransportReason.RESET, TransportReason.MALFORMED, TransportReason.TLS_FAILED}
)


def speaks(
    service: ServiceAsset,
    protocols: Container[str],
    ports: Container[int] = (),
    transport: Transport = Transport.TCP,
    *,
    opening: str = "\0",
) -> bool:
    """True for a service of one of the protocols, and for one of unknown kind whose banner begins with `opening`, or
    that said nothing and stands on one of the protocols' usual ports."""
    if service.transport is not transport:
        return False
    if service.protocol:
        return service.protocol in protocols
    return service.banner.startswith(opening) or (not service.banner and service.port in ports)


def is_elsewhere(service: ServiceAsset, error: TransportError) -> bool:
    """True when the error says no more than that a service of unknown kind is not of this protocol."""
    return service.protocol == "" and error.reason in _SILENT


def authority(service: ServiceAsset) -> str:
    """`host:port` for a command line or URL, an IPv6 address in brackets."""
    host = f"[{service.host}]" if ":" in service.host else service.host
    return f"{host}:{service.port}"


def by_hand(service: ServiceAsset, message: bytes) -> str:
    """A command line that sends these bytes and shows the answer's bytes beside their characters."""
    written = "".join(f"\\x{byte:02x}" for byte in message)
    udp = "-u " if service.transport is Transport.UDP else ""
    return f"printf '{written}' | nc {udp}-w 3 {service.host} {service.port} | od -A d -t x1z"
