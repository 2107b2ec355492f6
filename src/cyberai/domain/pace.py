"""How long a scan still takes: what its units have cost so far, and what the last scan of the target cost.

The time that passes is charged to the stages whose units were completed in it, in proportion to what a unit of
that stage is believed to cost. The belief starts from the previous scan of the same target, else from a guess, and
gives way to what is measured. What is left is the sum over all units known or foreseen of what one costs: so an
estimate does not depend on the order in which shards go through their stages, nor on how many run at once.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from cyberai.domain.unit import Stage, UnitCounts

GUESS: Mapping[Stage, float] = {Stage.DISCOVER: 2.0, Stage.IDENTIFY: 0.3, Stage.CRAWL: 0.04}
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

FORESEEN = 0.5
"""Pages that one page still to be fetched is expected to bring, while the crawl goes on."""


class StageWork(Struct, frozen=True):
    """Units of one stage and the seconds that they took together (the time of several at once counts once)."""

    stage: Stage
    units: float
    seconds: float


class Pace(Struct, frozen=True):
    """What has been measured up to `at` (UTC microseconds), and what the previous scan of the target measured."""

    at: int = 0
    measured: tuple[StageWork, ...] = ()
    expected: tuple[StageWork, ...] = ()


def paced(pace: Pace, counts: Iterable[UnitCounts], at: int) -> Pace:
    """The pace at a later time, with the units that were completed since charged."""
    spent = min(MOST_SECONDS, max(0.0, (at - pace.at) / 1_000_000)) if pace.at else 0.0
    known = {work.stage: work for work in pace.measured}
    fresh = {row.stage: row.done - (known[row.stage].units if row.stage in known else 0) for row in counts}
    weights = {stage: max(0.0, units) * cost(pace, stage) for stage, units in fresh.items()}
    whole = sum(weights.values())
    if not whole:
        return Pace(pace.at or at, pace.measured, pace.expected)
    for stage, weight in weights.items():
        before = known.get(stage, StageWork(stage, 0, 0.0))
        units = before.units + max(0.0, fresh[stage])
        known[stage] = StageWork(stage, units, before.seconds + spent * weight / whole)
    return Pace(at, tuple(known[stage] for stage in sorted(known)), pace.expected)


def cost(pace: Pace, stage: Stage) -> float:
    """Seconds that one unit of the stage is believed to cost."""
    belief, weight = _belief(pace, stage)
    measured = _of(pace.measured, stage)
    return (belief * weight + measured.seconds) / (weight + measured.units)


def _belief(pace: Pace, stage: Stage) -> tuple[float, float]:
    before = _of(pace.expected, stage)
    if before.units:
        return before.seconds / before.units, REMEMBERED
    if stage is Stage.CHECK:
        return CHECKS_OF_A_PAGE * cost(pace, Stage.CRAWL), BELIEF
    return GUESS[stage], BELIEF


def _of(works: Iterable[StageWork], stage: Stage) -> StageWork:
    return next((work for work in works if work.stage == stage), StageWork(stage, 0, 0.0))


def seconds_left(pace: Pace, counts: Iterable[UnitCounts]) -> float:
    """Seconds until every unit is done, those included that are yet to be found."""
    rows = {row.stage: row for row in counts}
    open_pages = _foreseen_pages(pace, rows)
    left = 0.0
    for stage in Stage:
        row = rows.get(stage, UnitCounts(stage, 0, 0))
        units = float(row.total - row.done)
        if stage is Stage.CRAWL:
            units += open_pages
        elif stage is Stage.CHECK:
            units += _foreseen_checks(pace, rows, open_pages)
        left += units * cost(pace, stage)
    return left


def _exploring(rows: Mapping[Stage, UnitCounts]) -> bool:
    return any(row.done < row.total for stage, row in rows.items() if stage is not Stage.CHECK)


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
