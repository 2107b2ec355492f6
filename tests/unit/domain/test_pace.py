"""The estimate of a scan, on simulated runs whose end is known."""

import random

import pytest
from msgspec.structs import replace

from cyberai.domain.pace import CURVE_STEPS, Pace, StageWork, cost, paced, seconds_left
from cyberai.domain.unit import Stage, UnitCounts

SECOND = 1_000_000


class Run:
    """A scan with units of known length; `tick` completes the next one and advances the clock."""

    def __init__(self, pages: int, checks: int, page: float, check: float, seed: int, spread: float) -> None:
        chance = random.Random(seed)
        self.work = [(Stage.DISCOVER, 1.0), (Stage.IDENTIFY, 0.2)]
        self.work += [(Stage.CRAWL, page * chance.uniform(1 - spread, 1 + spread)) for _ in range(pages)]
        self.work += [(Stage.CHECK, check * chance.uniform(1 - spread, 1 + spread)) for _ in range(checks)]
        self.total = sum(seconds for _, seconds in self.work)
        self.pages, self.checks = pages, checks
        self.done: dict[Stage, int] = dict.fromkeys(Stage, 0)
        self.now = 0.0

    def tick(self) -> None:
        stage, seconds = self.work.pop(0)
        self.now += seconds
        self.done[stage] += 1

    def counts(self) -> list[UnitCounts]:
        """What is known: pages are found by pages, four at a time; half of them carry something to check."""
        fetched = self.done[Stage.CRAWL]
        found = min(self.pages, 1 + 4 * fetched) if self.done[Stage.IDENTIFY] else 0
        ripe = self.checks if fetched == self.pages else self.checks * fetched // self.pages
        rows = [(Stage.DISCOVER, 1), (Stage.IDENTIFY, self.done[Stage.DISCOVER])]
        rows += [(Stage.CRAWL, found), (Stage.CHECK, ripe)]
        return [UnitCounts(stage, total, self.done[stage]) for stage, total in rows]


def course(run: Run, known: Pace | None = None) -> tuple[list[tuple[float, float]], Pace]:
    """(seconds since the start, seconds said to be left), about once a second; and the pace at the end."""
    pace = replace(known or Pace(), at=1)
    said: list[tuple[float, float]] = []
    last = 0.0
    while run.work:
        run.tick()
        if run.now - last >= 1.0 or not run.work:
            last = run.now
            pace = paced(pace, run.counts(), 1 + round(run.now * SECOND))
            said.append((run.now, seconds_left(pace, run.counts())))
    return said, pace


def worst(said: list[tuple[float, float]], total: float, unit: float, after: float = 0.2) -> float:
    """The largest error as a share of the time really left, while at least eight units are."""
    return max(
        abs(now + left - total) / (total - now)
        for now, left in said
        if now >= after * total and total - now > max(2.0, 8 * unit)
    )


SHAPES = [
    (28, 300, 0.05, 0.12),  # a small fast site
    (400, 200, 0.1, 0.6),
    (200, 40, 0.5, 4.0),  # a slow target
    (5, 120, 0.05, 1.5),  # few pages, many inputs
]


@pytest.mark.parametrize(("pages", "checks", "page", "check"), SHAPES)
@pytest.mark.parametrize("seed", range(5))
def test_the_estimate_is_true_while_checks_run(
    pages: int, checks: int, page: float, check: float, seed: int
) -> None:
    run = Run(pages, checks, page, check, seed, spread=0.8)
    crawled = (1.2 + pages * page) / run.total
    said, _ = course(run)
    assert worst(said, run.total, check, max(0.2, crawled + 0.05)) < 0.5


@pytest.mark.parametrize(("pages", "checks", "page", "check"), SHAPES)
def test_a_second_scan_knows_from_the_first_second(
    pages: int, checks: int, page: float, check: float
) -> None:
    _, pace = course(Run(pages, checks, page, check, 1, spread=0.5))
    run = Run(pages, checks, page, check, 2, spread=0.5)
    said, _ = course(run, pace.remembered())
    assert worst(said, run.total, check, 0.0) < 0.5


def slow_checks_late(seed: int) -> Run:
    """Most checks take a tenth of a second; those near the end take ten."""
    run = Run(28, 300, 0.05, 0.1, seed, spread=0.5)
    at = len(run.work) - 60
    run.work[at : at + 5] = [(Stage.CHECK, 10.0)] * 5
    run.total = sum(seconds for _, seconds in run.work)
    return run


def test_a_second_scan_foresees_slow_checks_where_the_first_met_them() -> None:
    _, pace = course(slow_checks_late(1))
    again = slow_checks_late(2)
    said, _ = course(again, pace.remembered())
    assert worst(said, again.total, unit=1.0, after=0.02) < 0.5
    first, _ = course(slow_checks_late(2))
    assert worst(first, again.total, unit=1.0, after=0.02) > 0.5


def test_silence_lengthens_the_estimate() -> None:
    pace = paced(Pace(at=SECOND), [UnitCounts(Stage.CHECK, 100, 50)], 6 * SECOND)
    counts = [UnitCounts(Stage.CHECK, 100, 50)]
    told = [seconds_left(pace, counts, (6 + silent) * SECOND) for silent in (0, 1, 5, 20, 100)]
    assert told == sorted(told)
    assert told[0] == pytest.approx(5.0, abs=1.0)
    assert told[-1] > 60


def test_the_curve_is_whole_once_every_check_is_done() -> None:
    _, pace = course(Run(10, 37, 0.05, 0.3, 1, 0.5))
    assert len(pace.curve) == CURVE_STEPS
    assert list(pace.curve) == sorted(pace.curve)
    assert pace.remembered().foreseen == pace.curve
    assert Pace(curve=(1.0,)).remembered().foreseen == ()


def test_time_is_charged_to_the_stages_whose_units_were_done() -> None:
    pace = paced(Pace(at=SECOND), [UnitCounts(Stage.CRAWL, 10, 4)], 3 * SECOND)
    assert pace.measured == (StageWork(Stage.CRAWL, 4, 2.0),)
    later = paced(pace, [UnitCounts(Stage.CRAWL, 10, 10), UnitCounts(Stage.CHECK, 5, 0)], 6 * SECOND)
    assert later.measured == (StageWork(Stage.CRAWL, 10, 5.0), StageWork(Stage.CHECK, 0, 0.0))
    assert cost(later, Stage.CRAWL) == pytest.approx(0.37, abs=0.01)


def test_a_gap_without_work_is_not_charged_in_full() -> None:
    pace = paced(Pace(at=1), [UnitCounts(Stage.CHECK, 10, 1)], 3600 * SECOND)
    assert pace.measured[0].seconds == pytest.approx(30.0)


def test_nothing_done_leaves_the_time_to_the_next_unit() -> None:
    before = Pace(at=SECOND)
    assert paced(before, [UnitCounts(Stage.CRAWL, 3, 0)], 9 * SECOND).at == SECOND


def test_an_empty_scan_has_nothing_left() -> None:
    assert seconds_left(Pace(), []) == 0.0


class MeasuringRun(Run):
    """Checks of a tenth of a second; what they find, evenly spread, is measured at the end: ten seconds each."""

    def __init__(self, seed: int) -> None:
        super().__init__(28, 300, 0.05, 0.1, seed, spread=0.5)
        self.work += [(Stage.MEASURE, 9.5)] * 7
        self.total += 7 * 9.5

    def counts(self) -> list[UnitCounts]:
        known = 7 * self.done[Stage.CHECK] // self.checks
        return [*super().counts(), UnitCounts(Stage.MEASURE, known, self.done[Stage.MEASURE])]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_measured_at_the_end_is_foreseen_by_what_the_checks_asked_for(seed: int) -> None:
    run = MeasuringRun(seed)
    said, pace = course(run)
    assert worst(said, run.total, unit=0.1) < 0.5
    again = MeasuringRun(seed + 1)
    said, _ = course(again, pace.remembered())
    assert worst(said, again.total, unit=0.1, after=0.05) < 0.5


def test_the_time_that_a_unit_has_already_taken_is_no_longer_left() -> None:
    counts = [UnitCounts(Stage.CHECK, 9, 9), UnitCounts(Stage.MEASURE, 4, 2)]
    pace = paced(Pace(at=SECOND), [UnitCounts(Stage.MEASURE, 4, 2)], 20 * SECOND)
    assert seconds_left(pace, counts, 20 * SECOND) == pytest.approx(19.0)
    assert seconds_left(pace, counts, 24 * SECOND) == pytest.approx(15.0)


def test_a_scan_that_took_no_time_tells_nothing_of_the_next() -> None:
    known = Pace(at=SECOND, foreseen=(0.0,) * CURVE_STEPS)
    counts = [UnitCounts(Stage.CRAWL, 3, 3), UnitCounts(Stage.CHECK, 5, 0)]
    assert seconds_left(known, counts) > 0.0
