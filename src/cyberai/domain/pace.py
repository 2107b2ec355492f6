"""How long a scan still takes: what its units have cost so far, and what the last scan of the target cost.

The time that passes is charged to the stages whose units were completed in it, in proportion to what a unit of
that stage is believed to cost. The belief starts from the previous scan of the same target, else from a guess, and
gives way to what is measured. What is left is the sum over all units known or foreseen of what one costs: so an
estimate does not depend on the order in which shards go through their stages, nor on how many run at once.

Checks cost unlike times, and their order is the same each time: the previous scan's curve of time over checks done
tells what is still to come. What measures delays takes a hundred times as long as the rest and comes last, so that it
is known by then how often it will happen. Time in which nothing ends is charged to the stage that is under way.
"""

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from cyberai.domain.unit import Stage, UnitCounts

GUESS: Mapping[Stage, float] = {
    Stage.DISCOVER: 2.0,
    Stage.IDENTIFY: 0.3,
    Stage.CRAWL: 0.04,
    Stage.REVISIT: 1.0,
    Stage.MEASURE: 9.5,
}
"""Seconds of one unit where nothing is known."""

CHECKS_OF_A_PAGE = 6.0
"""Active checks of one asset cost about as much as fetching this many pages (measured on the practice target): the
crawl tells how fast the target answers before the first check runs."""

BELIEF = 4.0
"""As many measured units weigh as much as the guess."""

REMEMBERED = 25.0
"""As many measured units weigh as much as the previous scan's average."""

MOST_SECONDS = 30.0
"""At most this much time is charged at once: a longer gap was a pause or a lost worker."""

CURVE_STEPS = 100
MOST_SILENCE = 120.0
"""Seconds without a unit done that count."""

FORESEEN = 0.5
"""Pages that one page still to be fetched is expected to bring, while the crawl goes on."""


class StageWork(Struct, frozen=True):
    """Units of one stage and the seconds that they took together (the time of several at once counts once)."""

    stage: Stage
    units: float
    seconds: float


class Pace(Struct, frozen=True):
    """What has been measured up to `at` (UTC microseconds), and what the previous scan of the target measured.

    `curve[n]` are the seconds of the CHECK stage after n + 1 of CURVE_STEPS parts of its units; `foreseen` is that
    curve of the previous scan, complete or empty."""

    at: int = 0
    measured: tuple[StageWork, ...] = ()
    expected: tuple[StageWork, ...] = ()
    curve: tuple[float, ...] = ()
    foreseen: tuple[float, ...] = ()

    def remembered(self) -> "Pace":
        """What the next scan like this one begins with."""
        return Pace(expected=self.measured, foreseen=self.curve if len(self.curve) == CURVE_STEPS else ())


def paced(pace: Pace, counts: Collection[UnitCounts], at: int) -> Pace:
    """The pace at a later time, with the units that were completed since charged."""
    spent = min(MOST_SECONDS, max(0.0, (at - pace.at) / 1_000_000)) if pace.at else 0.0
    known = {work.stage: work for work in pace.measured}
    fresh = {row.stage: row.done - (known[row.stage].units if row.stage in known else 0) for row in counts}
    weights = {stage: max(0.0, units) * cost(pace, stage) for stage, units in fresh.items()}
    whole = sum(weights.values())
    if not whole:
        return replace(pace, at=pace.at or at)
    for stage, weight in weights.items():
        before = known.get(stage, StageWork(stage, 0, 0.0))
        units = before.units + max(0.0, fresh[stage])
        known[stage] = StageWork(stage, units, before.seconds + spent * weight / whole)
    measured = tuple(known[stage] for stage in sorted(known))
    return replace(
        pace, at=at, measured=measured, curve=_curve(pace.curve, _of(measured, Stage.CHECK), counts)
    )


def _curve(curve: tuple[float, ...], checks: StageWork, counts: Iterable[UnitCounts]) -> tuple[float, ...]:
    rows = {row.stage: row for row in counts}
    row = rows.get(Stage.CHECK)
    if row is None or not row.total or _exploring(rows):
        return curve  # how many there will be is not known yet
    steps = CURVE_STEPS * row.done // row.total
    return curve + (round(checks.seconds, 1),) * (steps - len(curve))


def cost(pace: Pace, stage: Stage, silent: float = 0.0) -> float:
    """Seconds that one unit of the stage is believed to cost; `silent` seconds of one that has not ended."""
    belief, weight = _belief(pace, stage)
    measured = _of(pace.measured, stage)
    usual = (belief * weight + measured.seconds) / (weight + measured.units)
    if silent <= usual:
        return usual
    return (belief * weight + measured.seconds + silent) / (weight + measured.units + 1)


def _belief(pace: Pace, stage: Stage) -> tuple[float, float]:
    before = _of(pace.expected, stage)
    if before.units:
        return before.seconds / before.units, REMEMBERED
    if stage is Stage.CHECK:
        return CHECKS_OF_A_PAGE * cost(pace, Stage.CRAWL), BELIEF
    return GUESS[stage], BELIEF


def _of(works: Iterable[StageWork], stage: Stage) -> StageWork:
    return next((work for work in works if work.stage == stage), StageWork(stage, 0, 0.0))


def seconds_left(pace: Pace, counts: Iterable[UnitCounts], at: int = 0) -> float:
    """Seconds from `at` until every unit is done, those included that are yet to be found."""
    rows = {row.stage: row for row in counts}
    silent = min(MOST_SILENCE, max(0.0, (at - pace.at) / 1_000_000)) if pace.at and at else 0.0
    under_way = min((stage for stage, row in rows.items() if row.done < row.total), default=Stage.MEASURE)
    units = _units_left(pace, rows)
    left = 0.0
    for stage in Stage:
        waited = silent if stage is under_way else 0.0
        checks = rows.get(Stage.CHECK, UnitCounts(Stage.CHECK, 0, 0))
        remembered = None
        if stage is Stage.CHECK and not _exploring(rows):
            remembered = _remembered(pace, checks, waited)
        if remembered is not None:
            left += remembered
        else:
            one = cost(pace, stage, waited)
            left += units[stage] * one - min(waited, one if units[stage] else 0.0)
    return left


def _units_left(pace: Pace, rows: Mapping[Stage, UnitCounts]) -> dict[Stage, float]:
    """Units of each stage that are not done, those included that are yet to be found."""
    open_pages = _foreseen_pages(pace, rows)
    units = dict.fromkeys(Stage, 0.0)
    units |= {stage: float(row.total - row.done) for stage, row in rows.items()}
    units[Stage.CRAWL] += open_pages
    units[Stage.CHECK] += _foreseen_checks(pace, rows, open_pages)
    before = _of(pace.expected, Stage.MEASURE).units
    units[Stage.MEASURE] += _foreseen_measures(rows, units[Stage.CHECK], before)
    return units


def _remembered(pace: Pace, checks: UnitCounts, silent: float) -> float | None:
    """What the previous scan's curve says is left of the CHECK stage, at this scan's speed; None without one."""
    if not pace.foreseen or not checks.total:
        return None
    whole = pace.foreseen[-1]
    if not whole:
        return None  # it was over in less than a tenth of a second
    part = CURVE_STEPS * checks.done / checks.total
    step = int(part)
    before = pace.foreseen[step - 1] if step else 0.0
    after = pace.foreseen[min(step, CURVE_STEPS - 1)]
    told = before + (after - before) * (part - step)
    spent = _of(pace.measured, Stage.CHECK).seconds
    # The guess "as fast as last time" gives way to what is measured once a tenth of the stage is behind.
    prior = whole / 10
    speed = (spent + prior) / (told + prior)
    return max(0.0, (whole - told) * min(4.0, max(0.25, speed)) - min(silent, (after - told) * speed))


def _exploring(rows: Mapping[Stage, UnitCounts]) -> bool:
    return any(row.done < row.total for stage, row in rows.items() if stage < Stage.REVISIT)


def _foreseen_pages(pace: Pace, rows: Mapping[Stage, UnitCounts]) -> float:
    if not _exploring(rows):
        return 0.0
    pages = rows.get(Stage.CRAWL, UnitCounts(Stage.CRAWL, 0, 0))
    before = _of(pace.expected, Stage.CRAWL).units
    return max(0.0, before - pages.total) if before else (pages.total - pages.done) * FORESEEN


def _foreseen_checks(pace: Pace, rows: Mapping[Stage, UnitCounts], open_pages: float) -> float:
    if not _exploring(rows):
        return 0.0
    checks = rows.get(Stage.CHECK, UnitCounts(Stage.CHECK, 0, 0))
    before = _of(pace.expected, Stage.CHECK).units
    if before:
        return max(0.0, before - checks.total)
    pages = rows.get(Stage.CRAWL, UnitCounts(Stage.CRAWL, 0, 0))
    per_page = checks.total / pages.done if pages.done else 1.0
    return (pages.total - pages.done + open_pages) * per_page


def _foreseen_measures(rows: Mapping[Stage, UnitCounts], checks: float, before: float) -> float:
    """Measurements that `checks` assets yet to be checked will ask for: as many as the previous scan had, else in
    the proportion seen so far."""
    known = rows.get(Stage.MEASURE, UnitCounts(Stage.MEASURE, 0, 0)).total
    done = rows.get(Stage.CHECK, UnitCounts(Stage.CHECK, 0, 0)).done
    if not checks:
        return 0.0
    return max(0.0, before - known) if before else checks * known / max(1, done)
