"""The CHECK stage of origins, TLS ports, services, products, domains and names: each check runs once on the whole."""

from functools import partial

from cyberai.checkkit import Check, Scope
from cyberai.domain.asset import DomainAsset, NameAsset, OriginAsset, ProductAsset, ServiceAsset, TlsAsset
from cyberai.domain.check import CheckOutcome
from cyberai.domain.unit import Unit, UnitResult
from cyberai.engine.context import Context
from cyberai.engine.coverage import host_label
from cyberai.engine.presented import presented
from cyberai.engine.probe import EngineProbe, Repeats
from cyberai.engine.run_check import recorded, run_check
from cyberai.engine.steps import Steps, Tally
from cyberai.engine.tls.graded import graded

Whole = OriginAsset | TlsAsset | ServiceAsset | ProductAsset | DomainAsset | NameAsset
_WHOLE: dict[type[Whole], Scope] = {
    OriginAsset: Scope.ORIGIN,
    TlsAsset: Scope.TLS,
    ServiceAsset: Scope.SERVICE,
    ProductAsset: Scope.PRODUCT,
    DomainAsset: Scope.DOMAIN,
    NameAsset: Scope.NAME,
}


async def check_whole(context: Context, unit: Unit, asset: Whole, steps: Steps | None = None) -> UnitResult:
    """Run every check of the asset's scope once."""
    host, steps = _label(asset), steps or Steps(None)
    # The start page, which several of them read, is fetched once.
    looks: Repeats = {}

    async def run(check: Check, tally: Tally) -> CheckOutcome:
        if steps.in_doubt:
            looks.clear()
        probe = EngineProbe(context, check.meta.max_requests, tally, None, looks)
        return recorded(check, asset.key, host, await run_check(check, asset, probe), tally.sent)

    checks = context.checks[_WHOLE[type(asset)]]
    outcomes = [await steps.take(check.meta.id, partial(run, check)) for check in checks]
    shown = context.handshakes.pop((asset.host, asset.port), None) if isinstance(asset, TlsAsset) else None
    return UnitResult(
        unit,
        tuple(outcomes),
        requests=steps.sent,
        certificates=presented(shown) if shown is not None else (),
        tls=graded(asset, shown, outcomes, context.clock.now()) if isinstance(asset, TlsAsset) else None,
    )


def _label(asset: Whole) -> str:
    """The host of the ledger's rows."""
    match asset:
        case OriginAsset(url=url):
            return host_label(url.host, url.port)
        case DomainAsset():
            return asset.host
        case NameAsset():
            return asset.name
        case _:
            return host_label(asset.host, asset.port)
