"""Delays told by regression: what must be believed, and what must never be."""

import random

import pytest

from cyberai.checkkit import Exchange, HttpRequest, HttpResponse, TransportError, TransportReason, Url
from cyberai.checkkit.sql_delays import delay_questions
from cyberai.checkkit.timing import REQUESTS, Delay, DelayQuestion, delayed, line
from support.direct_probe import DirectProbe, run

REQUEST = HttpRequest("GET", Url.parse("http://shop.test/"))
QUESTION = DelayQuestion("test", lambda s: f"wait {s}", lambda s: f"wayt {s}")


class Target:
    """Waits when told to; `noise` seconds at random on top; every wait `times` over."""

    def __init__(self, noise: float = 0.0, times: float = 1.0, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._noise, self._times = noise, times
        self.asked: list[str] = []

    async def __call__(self, value: str) -> Exchange:
        self.asked.append(value)
        waits = float(value.split()[1]) * self._times if value.startswith("wait") else 0.0
        elapsed = 0.03 + waits + self._chance.uniform(0, self._noise)
        return Exchange(REQUEST, HttpResponse(200, elapsed=elapsed))


def examine(target: Target, usual: float = 0.05, seed: int = 1) -> Delay | None:
    found: Delay | None = run(delayed(DirectProbe(seed=seed), target, QUESTION, usual))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_a_delay_that_is_obeyed_is_seen_through_noise(seed: int) -> None:
    target = Target(noise=0.3, seed=seed)
    found = examine(target, usual=0.3, seed=seed)
    assert found is not None
    assert found.slope == pytest.approx(1.0, abs=0.15)
    assert len(target.asked) <= REQUESTS
    assert found.late.response.elapsed > 3 > found.prompt.response.elapsed
    assert "3 s: 3." in found.told("it")


def test_the_order_of_the_delays_is_not_always_the_same() -> None:
    orders = set()
    for seed in range(12):
        target = Target()
        examine(target, seed=seed)
        orders.add(tuple(target.asked))
    assert len(orders) > 3


def test_a_target_that_is_not_late_costs_one_request() -> None:
    target = Target(times=0.0)
    assert examine(target) is None
    assert len(target.asked) == 1


@pytest.mark.parametrize("times", [0.5, 1.5, 3.0])
def test_another_slope_is_no_proof(times: float) -> None:
    assert examine(Target(times=times)) is None


def test_a_slow_page_is_left_alone() -> None:
    target = Target()
    assert examine(target, usual=1.5) is None
    assert target.asked == []


def test_nonsense_that_waits_too_is_no_proof() -> None:
    class Obedient(Target):
        async def __call__(self, value: str) -> Exchange:
            return await super().__call__(value.replace("wayt", "wait"))

    assert examine(Obedient()) is None


def test_no_answer_in_time_is_no_measurement() -> None:
    async def silent(value: str) -> Exchange:
        raise TransportError(TransportReason.TIMEOUT)

    assert run(delayed(DirectProbe(), silent, QUESTION, 0.05)) is None


def test_line() -> None:
    slope, stray = line([(0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0)])
    assert (slope, stray) == (pytest.approx(1.0), pytest.approx(0.0))
    assert line([(0, 0.0), (1, 2.0), (2, 0.0), (3, 2.0)])[1] > 0.5


def test_second_statements_only_where_the_first_reads() -> None:
    reading = [q.ask(2) for q in delay_questions("7", reading=True)]
    writing = [q.ask(2) for q in delay_questions("7", reading=False)]
    assert not any("--" in text for text in writing)
    assert len(reading) == len(writing) + 3
    for question in delay_questions("7", reading=True):
        assert len(question.ask(2)) == len(question.nonsense(2))
        assert question.ask(2) != question.nonsense(2)
