"""The CHECK stage of a domain and of its names: what the operator's resolver says of them."""

from collections.abc import Iterable

from cyberai.checkkit import Scope, TransportError, TransportReason
from cyberai.domain.asset import DomainAsset, NameAsset
from cyberai.domain.check import CheckOutcome, Outcome, Skipped, SkipReason
from cyberai.domain.target import TargetError, canonical_host
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine.context import Context
from cyberai.engine.coverage import transport_outcome
from cyberai.engine.plan import names_a_domain
from cyberai.engine.whole_stage import check_whole

MOST_NAMES = 100
"""Names below the domain that one certificate adds."""


async def check_domain(context: Context, unit: Unit, asset: DomainAsset) -> UnitResult:
    """Run the checks of the domain, and have its own name looked at; a failure where nothing knows the name."""
    checks = (*context.checks[Scope.DOMAIN], *context.checks[Scope.NAME])
    if not checks:
        return UnitResult(unit)
    skipped: Outcome
    try:
        reply = await context.network.dialer.look_up(asset.host, "SOA")
        # An alias exists, whatever it leads to.
        if reply.code != "NXDOMAIN" or reply.aliases:
            found = (Unit(Stage.CHECK, NameAsset(asset.host, asset.host)),)
            result = await check_whole(context, unit, asset)
            return UnitResult(unit, result.outcomes, found, requests=result.requests + 1)
        skipped = Skipped(SkipReason.NOT_APPLICABLE, f"the DNS does not know {asset.host}")
    except TransportError as error:
        skipped = transport_outcome(error)
    try:
        await context.network.resolve(asset.host)
    except TransportError as error:
        return UnitResult(unit, failure=TransportReason.DNS_FAILED.value, detail=error.detail, requests=1)
    outcomes = tuple(CheckOutcome(check.meta.id, asset.key, asset.host, skipped) for check in checks)
    return UnitResult(unit, outcomes, requests=1)


def names_below(context: Context, host: str, names: Iterable[str]) -> tuple[Unit, ...]:
    """The look at each name below the host, where the host is a domain that the scan was asked to look at. Patterns
    (`*.`) and what is no name are left out."""
    if not context.checks[Scope.NAME]:
        return ()
    if not any(names_a_domain(target, host, context.spec) for target in context.scope.targets):
        return ()
    found: dict[str, Unit] = {}
    for text in names:
        try:
            name = canonical_host(text)
        except TargetError:
            continue
        if name.endswith(f".{host}") and len(found) < MOST_NAMES:
            found.setdefault(name, Unit(Stage.CHECK, NameAsset(host, name)))
    return tuple(found.values())
