"""From targets to the first units: pure."""

from cyberai.domain.asset import HostAsset, OriginAsset, PortAsset
from cyberai.domain.scan import ScanSpec, ScanType
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import HostTarget, PortTarget, RangeTarget, Target, UrlTarget
from cyberai.domain.unit import Stage, Unit
from cyberai.engine.common_ports import common_ports
from cyberai.engine.frontier import crawl_entry

MAX_PORT = 65_535
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
    return tuple(units.values())


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


def parse_ports(text: str) -> tuple[int, ...]:
    """The ports of a list such as `top-1000`, `all` or `80,443,8000-8100`, each once; raise ValueError with a
    reason that can be shown to the user."""
    wanted = text.strip().lower()
    if wanted == "all":
        return tuple(range(1, MAX_PORT + 1))
    if wanted.startswith("top-"):
        count = wanted.removeprefix("top-")
        if not (count.isascii() and count.isdigit() and 1 <= int(count[:6]) <= 1000):
            raise ValueError("Must be top-N with N from 1 to 1000")
        return common_ports(int(count))
    ports: dict[int, None] = {}
    for part in wanted.split(","):
        first, dash, last = part.strip().partition("-")
        low = _port(first)
        high = _port(last) if dash else low
        if low > high:
            raise ValueError(f"Must have the lower port first; {part.strip()} runs backwards")
        ports.update(dict.fromkeys(range(low, high + 1)))
    return tuple(ports)


def _port(text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits[:6]) <= MAX_PORT):
        raise ValueError("Must be top-N, all, or ports from 1 to 65535 such as 80,443,8000-8100")
    return int(digits)
