"""The CHECK stage of a domain and of its names: what the operator's resolver says of them."""

from msgspec import structs

from cyberai.checkkit import Scope, TransportError, TransportReason
from cyberai.domain.asset import DomainAsset, NameAsset, TlsAsset
from cyberai.domain.check import CheckOutcome, Outcome, Skipped, SkipReason
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine.context import Context
from cyberai.engine.coverage import transport_outcome
from cyberai.engine.fetch import Tally
from cyberai.engine.names_below import of_certificate, of_words
from cyberai.engine.subdomain_words import WORDS
from cyberai.engine.whole_stage import check_whole


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
            result = await check_whole(context, unit, asset)
            tally = Tally()
            words = WORDS if context.spec.options.subdomain_words else ()
            below = await of_words(context, asset.host, words, tally) if words else ()
            found = (Unit(Stage.CHECK, NameAsset(asset.host, asset.host)), *below)
            return UnitResult(unit, result.outcomes, found, requests=result.requests + 1 + tally.sent)
        skipped = Skipped(SkipReason.NOT_APPLICABLE, f"the DNS does not know {asset.host}")
    except TransportError as error:
        skipped = transport_outcome(error)
    try:
        await context.network.resolve(asset.host)
    except TransportError as error:
        return UnitResult(unit, failure=TransportReason.DNS_FAILED.value, detail=error.detail, requests=1)
    outcomes = tuple(CheckOutcome(check.meta.id, asset.key, asset.host, skipped) for check in checks)
    return UnitResult(unit, outcomes, requests=1)


async def check_endpoint(context: Context, unit: Unit, asset: TlsAsset) -> UnitResult:
    """Run the checks of TLS, and look for the names below the host that the certificate tells."""
    result = await check_whole(context, unit, asset)
    tally = Tally()
    names = (name for certificate in result.certificates[:1] for name in certificate.names)
    found = await of_certificate(context, asset.host, names, tally)
    return structs.replace(result, found=found, requests=result.requests + tally.sent)
