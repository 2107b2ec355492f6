"""The app's loop in the small: runs the engine over a simulated network, units in a dictionary."""

import random
from collections.abc import Iterable
from contextlib import aclosing

from msgspec import Struct

from cyberai.checkkit import Check
from cyberai.domain.asset import RequestAsset
from cyberai.domain.auth import Auth
from cyberai.domain.check import CheckOutcome, Errored, Found, Skipped
from cyberai.domain.finding import Hit
from cyberai.domain.fingerprint import fingerprint
from cyberai.domain.scan import ScanOptions, ScanPolicies, ScanSpec
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import parse_target
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine.plan import entry_units, shard_hosts
from cyberai.engine.registry import select
from cyberai.engine.run import EngineSession
from netkit.clocks import SimulatedClock
from support.simulated_network import SimulatedNetwork

BATCH = 64


class SeededRng:
    """ports.runtime.Rng with a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def bits(self, count: int) -> int:
        return self._random.getrandbits(count)

    def below(self, limit: int) -> int:
        return self._random.randrange(limit)

    def letters(self, count: int) -> str:
        return "".join(self._random.choice("bcdfghjklmnpqrstvwxz") for _ in range(count))


class Finished(Struct):
    """What came of a whole shard."""

    results: list[UnitResult]
    network: SimulatedNetwork
    checks: tuple[Check, ...]

    @property
    def outcomes(self) -> list[CheckOutcome]:
        return [outcome for result in self.results for outcome in result.outcomes]

    @property
    def hits(self) -> list[tuple[Check, Hit]]:
        by_id = {check.meta.id: check for check in self.checks}
        found = [o for o in self.outcomes if isinstance(o.outcome, Found)]
        return [(by_id[o.check_id], hit) for o in found for hit in o.outcome.hits]

    @property
    def fingerprints(self) -> set[str]:
        return {fingerprint(check.meta, hit) for check, hit in self.hits}

    @property
    def errors(self) -> list[CheckOutcome]:
        return [o for o in self.outcomes if isinstance(o.outcome, Errored)]

    @property
    def failures(self) -> list[tuple[str, str]]:
        return [(r.failure, r.detail) for r in self.results if r.failure]

    def skips(self, check_id: str) -> list[str]:
        """Reasons for which this check was skipped, one per outcome."""
        mine = (o.outcome for o in self.outcomes if o.check_id == check_id)
        return [outcome.reason.value for outcome in mine if isinstance(outcome, Skipped)]

    @property
    def crawled(self) -> list[str]:
        """`METHOD target` of every HTTP request, in order."""
        return [f"{request.method} {request.url.target}" for request in self.network.log]


def spec_of(
    target: str | tuple[str, ...],
    options: ScanOptions | None = None,
    policies: ScanPolicies | None = None,
    **more: object,
) -> ScanSpec:
    targets = (target,) if isinstance(target, str) else target
    return ScanSpec(
        targets=targets, options=options or ScanOptions(), policies=policies or ScanPolicies(), **more
    )


def scope_of(spec: ScanSpec) -> ScanScope:
    policies = spec.policies
    return ScanScope(
        tuple(parse_target(t) for t in spec.targets), policies.include_paths, policies.exclude_paths
    )


def session_of(
    spec: ScanSpec,
    network: SimulatedNetwork,
    checks: Iterable[Check],
    seed: int = 1,
    auth: Auth | None = None,
    frontier: dict[str, Unit] | None = None,
) -> EngineSession:
    async def known() -> tuple[RequestAsset, ...]:
        units = (frontier or {}).values()
        return tuple(u.asset for u in units if u.stage is Stage.CHECK and isinstance(u.asset, RequestAsset))

    return EngineSession(
        spec=spec,
        scope=scope_of(spec),
        network=network,
        clock=SimulatedClock(),
        rng=SeededRng(seed),
        checks=select(checks, spec),
        auth=auth,
        known=known,
    )


async def scan(
    spec: ScanSpec,
    network: SimulatedNetwork,
    checks: Iterable[Check] = (),
    *,
    seed: int = 1,
    new_session_every: int = 0,
    session: EngineSession | None = None,
    auth: Auth | None = None,
) -> Finished:
    """Run a shard to its end, by `session` where one is given; `new_session_every` batches the worker is lost and
    another takes over."""
    scope = scope_of(spec)
    checks = tuple(checks)
    frontier: dict[str, Unit] = {}
    session = session or session_of(spec, network, checks, seed, auth, frontier)
    done: set[str] = set()
    finished = Finished([], network, checks)
    for host in shard_hosts(scope.targets):
        frontier.update((unit.id, unit) for unit in entry_units(scope.targets, host, spec))
    batches = 0
    while True:
        pending = [unit for unit in frontier.values() if unit.id not in done]
        if not pending:
            return finished
        stage = min(unit.stage for unit in pending)
        batch = [unit for unit in pending if unit.stage == stage][:BATCH]
        batches += 1
        if new_session_every and batches % new_session_every == 0:
            session = session_of(spec, network, checks, seed + batches, auth, frontier)
        async with aclosing(session.run(batch)) as results:
            async for result in results:
                finished.results.append(result)
                done.add(result.unit.id)
                for unit in result.found:
                    frontier.setdefault(unit.id, unit)
