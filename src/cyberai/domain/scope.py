"""What a scan may touch: pure rules over its targets. Nothing a target says ever widens it."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import unquote

from msgspec import Struct

from cyberai.domain.http import Url
from cyberai.domain.scan import ScanSpec
from cyberai.domain.target import HostTarget, PortTarget, RangeTarget, Target, UrlTarget, parse_target


class ScanScope(Struct, frozen=True):
    """The scan's targets plus its include and exclude paths.

    A URL covers its origin and its path up to the last `/`; host:port that port; a host, address or range
    every port. `exclude` and `include` are path prefixes, matched with and without a trailing slash.
    """

    targets: tuple[Target, ...]
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def allows_host(self, host: str) -> bool:
        """True when any target names this host."""
        return any(_names_host(target, host) for target in self.targets)

    def allows_port(self, host: str, port: int) -> bool:
        """True when a connection to this port is within scope."""
        return any(_names_port(target, host, port) for target in self.targets)

    def allowed_ports(self, host: str, ports: Iterable[int]) -> list[int]:
        """Those of the ports to which a connection is within scope."""
        every = any(
            isinstance(target, HostTarget | RangeTarget) and _names_host(target, host)
            for target in self.targets
        )
        return list(ports) if every else [port for port in ports if self.allows_port(host, port)]

    def allows_url(self, url: Url) -> bool:
        """True when this URL may be requested."""
        if not any(_names_url(target, url) for target in self.targets):
            return False
        # A server reads `/app/x/../admin` and `/app/%61dmin` as `/app/admin`: excluded is what it would read.
        spellings = {url.path, without_dots(url.path), without_dots(unquote(url.path))}
        if any(_under(path, prefix) for prefix in self.exclude for path in spellings):
            return False
        return not self.include or any(_under(without_dots(url.path), prefix) for prefix in self.include)


def scope_of(spec: ScanSpec) -> ScanScope:
    """What a scan may touch."""
    policies = spec.policies
    targets = tuple(parse_target(text) for text in spec.targets)
    return ScanScope(targets, policies.include_paths, policies.exclude_paths)


def base_path(url: Url) -> str:
    """The path up to and with the last `/`."""
    return url.path[: url.path.rfind("/") + 1]


def without_dots(path: str) -> str:
    """The path with its dot segments resolved (RFC 3986, section 5.2.4), as most servers read it."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if path.endswith(("/.", "/..")):
        kept.append("")
    return "/" + "/".join(kept)


def _under(path: str, prefix: str) -> bool:
    bare = prefix.rstrip("/")
    return path == bare or path.startswith(bare + "/") or bare == ""


def _names_host(target: Target, host: str) -> bool:
    match target:
        case RangeTarget():
            return _in_range(target, host)
        case UrlTarget():
            return target.url.host == host
        case _:
            return target.host == host


def _names_port(target: Target, host: str, port: int) -> bool:
    match target:
        case UrlTarget(url=url):
            return url.host == host and url.port == port
        case PortTarget():
            return target.host == host and target.port == port
        case _:
            return _names_host(target, host)


def _names_url(target: Target, url: Url) -> bool:
    match target:
        case UrlTarget(url=entry):
            base = base_path(entry)
            return (
                url.origin == entry.origin
                and url.path.startswith(base)
                and (base == "/" or without_dots(url.path).startswith(base))
            )
        case PortTarget():
            return url.host == target.host and url.port == target.port
        case HostTarget():
            return url.host == target.host
        case _:
            return _names_host(target, url.host)


@lru_cache(maxsize=64)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)


def _in_range(target: RangeTarget, host: str) -> bool:
    try:
        return ip_address(host) in _network(target.network)
    except ValueError:
        return False
