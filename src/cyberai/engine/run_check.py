"""Running one check on one asset: whatever happens becomes one outcome."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, cast

from msgspec import structs

from cyberai.checkkit import (
    Check,
    Hit,
    HttpEvidence,
    HttpRequest,
    NotInstalled,
    PolicyRefused,
    Postponed,
    Probe,
    TransportError,
)
from cyberai.domain.asset import RequestAsset
from cyberai.domain.check import CheckOutcome, Clean, Errored, Found, Outcome, Skipped, SkipReason
from cyberai.domain.fingerprint import fingerprint
from cyberai.engine.coverage import transport_outcome
from cyberai.engine.csrf import leading_to, token_fields
from cyberai.engine.login.failure import LoginFailed

MAX_HITS = 100
"""Hits kept of one run of a check."""


async def run_check(check: Check, asset: Any, probe: Probe) -> Outcome:
    """Run the check to its end; raise Postponed when it is to be run again later and has proved nothing yet.

    What it proved before an error or refusal counts: the outcome is Found. A bug of the check, overdrawn
    budgets included, is Errored("internal"): this is the boundary at which a check can fail without a scan.
    """
    hits: dict[str, Hit] = {}
    outcome: Outcome = Clean()
    try:
        # Checks are async generators; closing them at once leaves no half-run check behind a cancellation.
        async with aclosing(cast(AsyncGenerator[Hit, None], check.run(asset, probe))) as found:
            async for hit in found:
                if len(hits) < MAX_HITS:
                    hits.setdefault(fingerprint(check.meta, hit), hit)
    except LoginFailed:
        raise
    except TransportError as error:
        outcome = transport_outcome(error)
    except PolicyRefused as refused:
        outcome = Skipped(SkipReason.POLICY, str(refused)[:300])
    except NotInstalled as missing:
        outcome = Skipped(SkipReason.NOT_INSTALLED, str(missing)[:300])
    except Postponed:
        if not hits:
            raise
    except Exception as error:  # noqa: BLE001 - the boundary of a check
        outcome = Errored("internal", f"{type(error).__name__}: {error}"[:300])
    return Found(tuple(hits.values())) if hits else outcome


def repeatable(outcome: Outcome, asset: RequestAsset) -> Outcome:
    """The outcome with all that its evidence needs to be shown again: where a fresh token comes from."""
    if not isinstance(outcome, Found) or not token_fields(asset.request):
        return outcome
    return Found(tuple(_with_way(hit, leading_to(asset)) for hit in outcome.hits))


def at_place(outcome: Outcome, request: HttpRequest, place: str) -> Outcome:
    """The outcome with the place that its evidence is about."""
    if not isinstance(outcome, Found):
        return outcome
    return Found(
        tuple(_changed(hit, lambda e: structs.replace(e, plain=request, place=place)) for hit in outcome.hits)
    )


def of_page(outcome: Outcome, page: HttpRequest) -> Outcome:
    """The outcome of a page check, with the page where its evidence shows something else, such as a file it names."""
    if not isinstance(outcome, Found):
        return outcome
    return Found(
        tuple(
            hit
            if any(isinstance(e, HttpEvidence) and e.exchange.request == page for e in hit.evidence[:1])
            else _with_way(hit, (page,))
            for hit in outcome.hits
        )
    )


def _with_way(hit: Hit, via: tuple[HttpRequest, ...]) -> Hit:
    return _changed(hit, lambda e: e if e.exact else structs.replace(e, via=via))


def _changed(hit: Hit, change: Callable[[HttpEvidence], HttpEvidence]) -> Hit:
    evidence = tuple(change(e) if isinstance(e, HttpEvidence) else e for e in hit.evidence)
    return structs.replace(hit, evidence=evidence)


def recorded(
    check: Check, asset: str, host: str, outcome: Outcome, requests: int, page: str = ""
) -> CheckOutcome:
    """The ledger's entry for this run."""
    return CheckOutcome(check.meta.id, asset[:500], host, outcome, requests, page=page)
