"""The CHECK stage: active checks on requests and what they store. And the MEASURE stage: what they
postponed, because it needs the host for itself."""

from collections.abc import Sequence
from functools import partial

from msgspec import structs

from cyberai.checkkit import Check, InsertionPoint, PolicyRefused, Postponed, Scope, TransportError
from cyberai.domain.asset import PlaceAsset, RequestAsset, StoredAsset
from cyberai.domain.check import CheckOutcome, Clean, Outcome, Skipped, SkipReason
from cyberai.domain.fingerprint import fingerprint_at, former_fingerprints_at, shown_place
from cyberai.domain.unit import Stage, Unit, UnitResult
from cyberai.engine.context import Context
from cyberai.engine.coverage import host_label, transport_outcome
from cyberai.engine.insertion import (
    label,
    named_points,
    ordinary_points,
    own_points,
    path_point,
    rare_points,
)
from cyberai.engine.openings import Influence, look, own_values
from cyberai.engine.probe import EngineProbe, Repeats
from cyberai.engine.run_check import at_place, recorded, repeatable, run_check
from cyberai.engine.shape import RARE, only_field
from cyberai.engine.steps import Steps, Tally


async def check_stored(context: Context, unit: Unit, asset: StoredAsset, steps: Steps) -> UnitResult:
    """Run every check of what is stored on one page that shows it."""

    async def run(check: Check, tally: Tally) -> CheckOutcome:
        probe = EngineProbe(context, check.meta.max_requests, tally, asset.source)
        outcome = repeatable(await run_check(check, asset, probe), asset.source)
        if isinstance(outcome, Clean):
            outcome = probe.weighing.judged(outcome, asset.point)
        record = recorded(check, asset.key, _host(asset.source), outcome, tally.sent)
        # Only where a word of ours was seen again does it say something that nothing else came of it.
        page = shown_place(asset.shown.url if asset.shown is not None else None)
        return structs.replace(_known_as(record, check, asset.point), page=page) if probe.seen else record

    checks = context.checks[Scope.STORED]
    outcomes = [await steps.take(check.meta.id, partial(run, check)) for check in checks]
    return UnitResult(unit, tuple(outcomes), requests=steps.sent)


async def check_request(context: Context, unit: Unit, asset: RequestAsset, steps: Steps) -> UnitResult:
    """Run every insertion check on every point of the request that is worth it."""
    checks = context.checks[Scope.INSERTION]
    if not checks:
        return UnitResult(unit)
    only = only_field(asset.shape)
    points = tuple(p for p in ordinary_points(asset.request) if not only or label(p) == only)
    covered = () if only else tuple(p for p in points if label(p) in asset.covered)
    own = steps.once("own", lambda: own_values(context, asset, only))
    influence = Influence()
    outcomes: list[CheckOutcome] = []
    if not only or not points:
        try:
            influence = await steps.take("look", lambda tally: look(context, asset, only, own, tally))
        except (TransportError, PolicyRefused) as error:
            untried = _untried(asset, only)
            outcomes += _all(checks, asset, untried, _failed(error))
    points += tuple(p for p in own if p not in influence.opened)
    skipped = Skipped(SkipReason.NO_INFLUENCE, influence.why)
    outcomes += _all(checks, asset, influence.closed, skipped)
    later: list[Unit] = []
    elsewhere = Skipped(
        SkipReason.TESTED_ELSEWHERE, "tested beside each of the other values with other requests"
    )
    outcomes += _all(checks, asset, covered, elsewhere)
    points = tuple(p for p in points if p not in covered)
    # What the unaltered request is answered with a second time serves every check of the unit.
    unaltered: Repeats = {}
    for point in (*points, *influence.opened):
        for check in checks:
            run = partial(_run_or_postpone, context, check, asset, point, unaltered, steps)
            came = await steps.take((check.meta.id, label(point)), run)
            if isinstance(came, PlaceAsset):
                later.append(Unit(Stage.MEASURE, came, unit.depth))
            else:
                outcomes.append(came)
    return UnitResult(unit, tuple(outcomes), tuple(later), requests=steps.sent)


async def measure(context: Context, unit: Unit, place: PlaceAsset, steps: Steps) -> UnitResult:
    """Run the check again that was postponed at this place: it may have the host for itself now."""
    request = place.request.request
    known = (
        *ordinary_points(request),
        *rare_points(request),
        *named_points(request),
        *own_points(request),
        path_point(request),
    )
    point = next(point for point in known if point is not None and label(point) == place.point)
    check = next(c for c in context.checks[Scope.INSERTION] if c.meta.id == place.check_id)
    outcome = await steps.take("", partial(_run, context, check, place.request, point))
    return UnitResult(unit, (outcome,), requests=steps.sent)


async def _run_or_postpone(
    context: Context,
    check: Check,
    asset: RequestAsset,
    point: InsertionPoint,
    unaltered: Repeats,
    steps: Steps,
    tally: Tally,
) -> CheckOutcome | PlaceAsset:
    if steps.in_doubt:
        unaltered.clear()
    try:
        return await _run(context, check, asset, point, tally, unaltered=unaltered, postpones=True)
    except Postponed:
        return PlaceAsset(asset, check.meta.id, label(point))


async def _run(
    context: Context,
    check: Check,
    asset: RequestAsset,
    point: InsertionPoint,
    tally: Tally,
    *,
    unaltered: Repeats | None = None,
    postpones: bool = False,
) -> CheckOutcome:
    most = check.meta.max_requests
    probe = EngineProbe(context, most, tally, asset, unaltered=unaltered, postpones=postpones)
    outcome = await run_check(check, point, probe)
    outcome = probe.weighing.judged(outcome, point)
    outcome = at_place(repeatable(outcome, asset), asset.request, label(point))
    record = recorded(check, _key(asset, point), _host(asset), outcome, tally.sent)
    return _known_as(record, check, point)


def _known_as(record: CheckOutcome, check: Check, point: InsertionPoint) -> CheckOutcome:
    """With what a finding would have been known by, where there is none."""
    if not isinstance(record.outcome, Clean):
        return record
    return structs.replace(
        record,
        fingerprint=fingerprint_at(check.meta, point),
        former=former_fingerprints_at(check.meta, point),
    )


def _untried(asset: RequestAsset, only: str) -> tuple[InsertionPoint, ...]:
    if not only or only == RARE:
        return rare_points(asset.request)
    point = path_point(asset.request)
    return (point,) if point is not None else ()


def _failed(error: TransportError | PolicyRefused) -> Outcome:
    if isinstance(error, TransportError):
        return transport_outcome(error)
    return Skipped(SkipReason.POLICY, str(error)[:300])


def _all(
    checks: Sequence[Check], asset: RequestAsset, points: Sequence[InsertionPoint], outcome: Outcome
) -> list[CheckOutcome]:
    host = _host(asset)
    return [recorded(check, _key(asset, point), host, outcome, 0) for point in points for check in checks]


def _key(asset: RequestAsset, point: InsertionPoint) -> str:
    return f"{asset.key}#{label(point)}"


def _host(asset: RequestAsset) -> str:
    return host_label(asset.request.url.host, asset.request.url.port)
