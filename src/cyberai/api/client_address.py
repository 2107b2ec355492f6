"""Whose request it is when it comes through proxies."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Networks = tuple[IPv4Network | IPv6Network, ...]


def parse_networks(texts: Sequence[str]) -> Networks:
    """`--trusted-proxy` values; raise ValueError that names the wrong one."""
    networks = []
    for text in texts:
        try:
            networks.append(ip_network(text, strict=False))
        except ValueError as error:
            raise ValueError(f"{text!r} is no network; write one such as 10.0.0.0/8 or ::1/128") from error
    return tuple(networks)


@lru_cache(maxsize=4096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def client_address(peer: str, forwarded: bytes | None, trusted: Networks) -> str:
    """The nearest address on the way that is not one of our proxies.

    `X-Forwarded-For` is read from its right end, and only while the hop that wrote it is trusted: what a client
    writes there itself is never believed.
    """
    if forwarded is None or not trusted:
        return peer
    hops = [hop.strip() for hop in forwarded.decode("latin-1").split(",")]
    nearest = peer
    while hops and _is_trusted(nearest, trusted):
        hop = hops.pop()
        if _address(hop) is None:
            break
        nearest = hop
    return nearest


def _is_trusted(text: str, trusted: Networks) -> bool:
    address = _address(text)
    return address is not None and any(
        address.version == network.version and address in network for network in trusted
    )
