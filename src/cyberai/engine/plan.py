"""From targets to the first units: pure."""

from collections.abc import Iterable

from msgspec import Struct

from cyberai.domain.asset import DomainAsset, HostAsset, OriginAsset, PortAsset
from cyberai.domain.scan import ScanSpec, ScanType
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import HostTarget, PortTarget, RangeTarget, Target, UrlTarget, literal_address
from cyberai.domain.unit import Stage, Unit
from cyberai.engine.common_ports import common_ports
from cyberai.engine.frontier import crawl_entry
from cyberai.engine.udp_probes import USUAL_PORTS

MAX_PORT = 65_535
MAX_UDP_PORTS = 1_024
WEB_PORTS = (80, 443)
"""Asked on a host of which only the web is to be looked at."""


def shard_hosts(targets: tuple[Target, ...]) -> tuple[str, ...]:
    """The hosts a scan is split into, in the order of the targets, each once."""
    hosts: dict[str, None] = {}
    for target in targets:
        hosts.update(dict.fromkeys(target.hosts() if isinstance(target, RangeTarget) else (target.host,)))
    return tuple(hosts)


def entry_units(targets: tuple[Target, ...], host: str, spec: ScanSpec) -> tuple[Unit, ...]:
    """The first units of this host's shard: what of the targets concerns the host, each unit once."""
    units: dict[str, Unit] = {}
    for target in targets:
        unit = _entry(target, host, spec)
        if unit is not None and units.setdefault(unit.id, unit).asset != unit.asset:
            # A second URL of the same origin: the origin is known, its path is one more entry.
            assert isinstance(unit.asset, OriginAsset)
            entry = crawl_entry(unit.asset.url)
            units.setdefault(entry.id, entry)
        if names_a_domain(target, host, spec):
            domain = Unit(Stage.CHECK, DomainAsset(host))
            units.setdefault(domain.id, domain)
    return tuple(units.values())


def names_a_domain(target: Target, host: str, spec: ScanSpec) -> bool:
    """Whether the target names this host as a domain of the DNS, in a scan that looks at the network. A URL and
    `host:port` name one service only."""
    if not isinstance(target, HostTarget) or target.host != host or spec.scan_type not in _WHOLE_HOST:
        return False
    last = host.rpartition(".")[2]
    return "." in host and literal_address(host) is None and last not in _NO_DOMAINS


def _entry(target: Target, host: str, spec: ScanSpec) -> Unit | None:
    match target:
        case UrlTarget(url=url) if url.host == host:
            return Unit(Stage.IDENTIFY, OriginAsset(url))
        case PortTarget() if target.host == host:
            return Unit(Stage.IDENTIFY, PortAsset(host, target.port))
        case HostTarget() | RangeTarget() if ScanScope((target,)).allows_host(host):
            web_only = spec.scan_type in (ScanType.WEB, ScanType.API)
            return Unit(Stage.DISCOVER, HostAsset(host, WEB_PORTS if web_only else ()))
        case _:
            return None


class PortList(Struct, frozen=True):
    """Ports by transport, each once. `udp` None: none are named, so the usual ones."""

    tcp: tuple[int, ...]
    udp: tuple[int, ...] | None = None


def parse_ports(text: str) -> PortList:
    """The ports of a list such as `top-1000`, `all` or `80,443,8000-8100,U:53,161`; what stands behind `U:` (`udp:`)
    is UDP, up to a `T:` (`tcp:`). Raise ValueError with a reason that can be shown to the user."""
    udp = False
    named: dict[bool, dict[int, None]] = {}
    for part in text.strip().lower().split(","):
        kind, colon, rest = part.strip().partition(":")
        if colon:
            if kind not in _TRANSPORTS:
                raise ValueError(_HOW)
            udp, part = _TRANSPORTS[kind], rest
        named.setdefault(udp, {}).update(dict.fromkeys(_ports(part.strip(), udp)))
    if len(named.get(True, ())) > MAX_UDP_PORTS:
        raise ValueError(f"Must name at most {MAX_UDP_PORTS:,} UDP ports: each is asked in many ways")
    return PortList(tuple(named.get(False, ())), tuple(named[True]) if True in named else None)


def ports_asked(spec: ScanSpec) -> PortList:
    """The ports that a scan asks at hosts of which it is to find them; no UDP ports where it asks none."""
    if spec.scan_type in (ScanType.WEB, ScanType.API):
        return PortList(WEB_PORTS, ())
    listed = parse_ports(spec.options.ports)
    if spec.scan_type not in _WHOLE_HOST or not spec.options.udp:
        return PortList(listed.tcp, ())
    return PortList(listed.tcp, USUAL_PORTS if listed.udp is None else listed.udp)


_WHOLE_HOST = (ScanType.NETWORK, ScanType.VULNERABILITY)
_NO_DOMAINS = frozenset({"localhost", "local", "onion", "alt", "invalid"})
"""Last labels of names that are no matter of the DNS (RFC 6761, 6762, 7686, 9476)."""
_TRANSPORTS = {"t": False, "tcp": False, "u": True, "udp": True}
_HOW = "Must be top-N, all, or ports from 1 to 65535 such as 80,443,8000-8100 or 80,U:53,161"


def _ports(part: str, udp: bool) -> Iterable[int]:
    if part in ("all", "-"):
        return range(1, MAX_PORT + 1)
    if part.startswith("top-") and not udp:
        count = part.removeprefix("top-")
        if not (count.isascii() and count.isdigit() and 1 <= int(count[:6]) <= 1000):
            raise ValueError("Must be top-N with N from 1 to 1000")
        return common_ports(int(count))
    first, dash, last = part.partition("-")
    low = _port(first)
    high = _port(last) if dash else low
    if low > high:
        raise ValueError(f"Must have the lower port first; {part} runs backwards")
    return range(low, high + 1)


def _port(text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits[:6]) <= MAX_PORT):
        raise ValueError(_HOW)
    return int(digits)
