"""What a scan will roughly cost before anything is known about its target: pure, and plain about its assumptions."""

from collections.abc import Iterable

from msgspec import Struct

from cyberai.checkkit import Check, Scope
from cyberai.domain.addresses import AddressClass, classify
from cyberai.domain.asset import DomainAsset, HostAsset, OriginAsset
from cyberai.domain.scan import ScanSpec
from cyberai.domain.target import Target, literal_address
from cyberai.domain.unit import Stage
from cyberai.engine.plan import entry_units, parse_ports, shard_hosts

PAGES = 30
"""Page shapes that a web origin is taken to have."""
STORED = 2
"""Values that it keeps and shows."""
POINTS = 20
"""Places for input on it that influence the answer."""
WEB_ORIGINS = 1
"""Web origins per host whose ports are to be found."""
IDENTIFY_REQUESTS = 4
ASSESSMENT = 60
"""Connections of the assessment of a TLS port, where a check judges it."""
CRAWL_FACTOR = 1.2
SHARE_OF_BUDGET = 0.1
"""What a check uses of its budget on average: measured on the practice target, 676 requests of 6,328 foreseen."""
RATE, LOOPBACK_RATE = 20, 200
PORTS_PER_SECOND = 500
LOOKED_AT = 100
"""Hosts looked at to tell whether all are on this machine: a range may have thousands."""

_PLANNED = tuple(stage for stage in Stage if stage is not Stage.MEASURE)
"""What has to be measured shows only while the checks run."""

_PER_ORIGIN = {
    Scope.INSERTION: POINTS,
    Scope.STORED: STORED,
    Scope.PAGE: PAGES,
    Scope.CONTENT: 0,  # it asks only for what it has seen
    Scope.ORIGIN: 1,
    Scope.TLS: 1,
    Scope.SERVICE: 0,
    Scope.DOMAIN: 0,
    Scope.NAME: 0,
    Scope.PRODUCT: 0,
}


_OF_DOMAIN = frozenset({Scope.DOMAIN, Scope.NAME})


class StagePlan(Struct, kw_only=True):
    """A stage: units known before the scan starts, and what it will roughly send. Port probes are no requests."""

    stage: str
    known_units: int
    requests: int
    port_probes: int = 0


class Forecast(Struct, kw_only=True):
    """Stages in their order, with what they will roughly send together and how long that takes."""

    stages: list[StagePlan]
    requests: int
    at_most: int
    seconds: int
    assumptions: list[str]
    entries: dict[str, tuple[Stage, ...]]

    def entered(self, host: str) -> tuple[Stage, ...]:
        """The stages a host will go through."""
        return self.entries.get(host, ())


def forecast(targets: tuple[Target, ...], spec: ScanSpec, checks: Iterable[Check]) -> Forecast:
    """The forecast for these targets."""
    first: dict[str, Stage] = {}
    units: dict[Stage, int] = dict.fromkeys(Stage, 0)
    probes = plain = domains = 0
    ports = len(parse_ports(spec.options.ports).tcp)
    for host in shard_hosts(targets):
        for unit in entry_units(targets, host, spec):
            units[unit.stage] += 1
            first[host] = min(first.get(host, unit.stage), unit.stage)
            plain += isinstance(unit.asset, OriginAsset) and unit.asset.url.scheme == "http"
            domains += isinstance(unit.asset, DomainAsset)
            if isinstance(unit.asset, HostAsset):
                probes += len(unit.asset.ports) or ports
    origins = units[Stage.IDENTIFY] + units[Stage.DISCOVER] * WEB_ORIGINS
    checks = tuple(checks)
    budget = origins * sum(_PER_ORIGIN[c.meta.scope] * c.meta.max_requests for c in checks)
    budget += domains * sum(c.meta.max_requests for c in checks if c.meta.scope in _OF_DOMAIN)
    costs = {
        Stage.IDENTIFY: origins * IDENTIFY_REQUESTS + _assessments(checks, origins - plain) * ASSESSMENT,
        Stage.CRAWL: round(origins * PAGES * CRAWL_FACTOR),
        Stage.REVISIT: origins * PAGES,
        Stage.CHECK: round(budget * SHARE_OF_BUDGET),
    }
    requests = sum(costs.values())
    hosts = tuple(first)
    return Forecast(
        stages=[
            StagePlan(
                stage=stage.name.lower(),
                known_units=units[stage],
                requests=costs.get(stage, 0),
                port_probes=probes if stage is Stage.DISCOVER else 0,
            )
            for stage in _PLANNED
            if stage is not Stage.DISCOVER or units[stage]
        ],
        requests=requests,
        at_most=requests - costs[Stage.CHECK] + budget,
        seconds=max(
            1, round(requests / (_rate(spec, hosts) * max(1, len(hosts))) + probes / PORTS_PER_SECOND)
        ),
        assumptions=[
            f"{PAGES} page shapes and {POINTS} inputs per web origin",
            f"a check uses {SHARE_OF_BUDGET:.0%} of its budget; at_most is with all of it",
            f"{WEB_ORIGINS} web origin on each host whose ports are to be found",
        ],
        entries={host: tuple(stage for stage in _PLANNED if stage >= entry) for host, entry in first.items()},
    )


def _assessments(checks: Iterable[Check], origins: int) -> int:
    """How many TLS ports are measured: none where no check judges what they offer."""
    return origins if any(check.judges_profile for check in checks) else 0


def _rate(spec: ScanSpec, hosts: tuple[str, ...]) -> int:
    """Requests per second on one host."""
    if spec.policies.max_requests_per_second is not None:
        return spec.policies.max_requests_per_second
    return LOOPBACK_RATE if all(_is_loopback(host) for host in (*hosts[:LOOKED_AT], *hosts[-1:])) else RATE


def _is_loopback(host: str) -> bool:
    literal = literal_address(host)
    return literal is not None and classify(literal) is AddressClass.LOOPBACK
