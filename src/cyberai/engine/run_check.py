"""Running one check on one asset: whatever happens becomes one outcome."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

from cyberai.checkkit import Check, Hit, PolicyRefused, Postponed, Probe, TransportError
from cyberai.domain.check import CheckOutcome, Clean, Errored, Found, Outcome, Skipped, SkipReason
from cyberai.domain.fingerprint import fingerprint
from cyberai.engine.coverage import transport_outcome
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
    except Postponed:
        if not hits:
            raise
    except Exception as error:  # noqa: BLE001 - the boundary of a check
        outcome = Errored("internal", f"{type(error).__name__}: {error}"[:300])
    return Found(tuple(hits.values())) if hits else outcome


def recorded(check: Check, asset: str, host: str, outcome: Outcome, requests: int) -> CheckOutcome:
    """The ledger's entry for this run."""
    return CheckOutcome(check.meta.id, asset[:500], host, outcome, requests)
