"""Rate and slots under a simulated clock."""

import asyncio
from bisect import bisect_left
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberai.net.limiter import CATCH_UP, RateGate, Slots
from netkit.clocks import SimulatedClock
from netkit.sessions import run


def most_in_one_second(times: list[float]) -> int:
    """The largest number of times in any closed interval of one second."""
    return max((bisect_left(times, t + 1.0 + 1e-12) - i for i, t in enumerate(times)), default=0)


async def take_turns(gate: RateGate, clock: SimulatedClock, pauses: list[float]) -> list[float]:
    """Take a turn after each pause, by the cheap way when it is open; the times at which they were had."""
    times = []
    for pause in pauses:
        clock.time += pause
        if not gate.try_take(clock.monotonic()):
            await gate.turn()
        times.append(clock.monotonic())
    return times


@settings(max_examples=200, deadline=None)
@given(
    rate=st.integers(1, 1000),
    lateness=st.floats(0.0, 0.03),
    pauses=st.lists(st.floats(0.0, 2.0) | st.just(0.0) | st.floats(0.0, 0.01), max_size=300),
)
def test_never_more_than_n_in_any_one_second(rate: int, lateness: float, pauses: list[float]) -> None:
    clock = SimulatedClock(lateness)
    times = asyncio.run(take_turns(RateGate(clock, rate), clock, pauses))
    assert most_in_one_second(times) <= rate


@settings(max_examples=50, deadline=None)
@given(
    rate=st.integers(1, 500),
    events=st.lists(st.sampled_from(["slow", "fast", "throttle", "after"]), max_size=200),
)
def test_adapting_never_exceeds_the_rate_either(rate: int, events: list[str]) -> None:
    async def scenario() -> list[float]:
        clock = SimulatedClock(0.002)
        gate = RateGate(clock, rate)
        times = []
        for event in events:
            await gate.turn()
            times.append(clock.monotonic())
            if event in ("slow", "fast"):
                gate.answered(5.0 if event == "slow" else 0.01)
            else:
                gate.throttled(3.0 if event == "after" else None)
        return times

    assert most_in_one_second(asyncio.run(scenario())) <= rate


@pytest.mark.parametrize("rate", [1, 20, 200])
def test_the_rate_is_reached(rate: int) -> None:
    """A gate that only delayed would pass the property above; with timers 1 ms late it gives 97 % of the rate."""
    clock = SimulatedClock(0.001)
    times = asyncio.run(take_turns(RateGate(clock, rate), clock, [0.0] * (rate * 10)))
    assert len(times) / (times[-1] - times[0]) >= 0.97 * rate


def test_no_burst_after_a_pause() -> None:
    clock = SimulatedClock()
    times = asyncio.run(take_turns(RateGate(clock, 10), clock, [0.0, 60.0, 0.0, 0.0, 0.0]))
    gaps = [b - a for a, b in pairwise(times[1:])]
    assert min(gaps) >= 0.1 - CATCH_UP


def test_turns_are_had_in_the_order_of_asking() -> None:
    async def scenario() -> list[int]:
        clock = SimulatedClock()
        gate = RateGate(clock, 5)
        order: list[int] = []

        async def client(number: int) -> None:
            await gate.turn()
            order.append(number)

        await asyncio.gather(*(client(number) for number in range(20)))
        return order

    assert asyncio.run(scenario()) == list(range(20))


def test_throttling_halves_once_per_second_and_recovers_slowly() -> None:
    clock = SimulatedClock()
    gate = RateGate(clock, 100)
    for _ in range(10):
        gate.throttled()  # all in flight together: one sign
    assert gate.factor == 0.5
    clock.time += 2
    gate.throttled()
    assert gate.factor == 0.25
    for _ in range(100):
        gate.answered(0.01)
    assert gate.factor == 0.25  # no second has passed
    seconds = 0
    while gate.factor < 1.0:
        clock.time += 1.01
        seconds += 1
        gate.answered(0.01)
    assert 5 <= seconds <= 10


def test_the_floor_keeps_a_throttled_scan_moving() -> None:
    clock = SimulatedClock()
    gate = RateGate(clock, 100)
    for _ in range(50):
        clock.time += 2
        gate.throttled()
    assert gate.factor == 0.1


def test_a_sharp_rise_in_latency_slows_down_and_a_small_one_does_not() -> None:
    clock = SimulatedClock()
    gate = RateGate(clock, 100)
    for _ in range(50):
        gate.answered(0.05)
    for _ in range(50):
        clock.time += 0.1
        gate.answered(0.12)
    assert gate.factor == 1.0
    for _ in range(10):
        clock.time += 0.3
        gate.answered(3.0)
    assert gate.factor < 1.0


def test_retry_after_is_obeyed_up_to_five_seconds() -> None:
    clock = SimulatedClock()
    gate = RateGate(clock, 10)
    gate.throttled(3600.0)
    begun = clock.monotonic()
    asyncio.run(take_turns(gate, clock, [0.0]))
    assert 5.0 <= clock.monotonic() - begun < 5.5


def test_a_rate_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        RateGate(SimulatedClock(), 0)


def test_slots_hold_the_limit_and_serve_in_order() -> None:
    async def scenario() -> None:
        slots = Slots(3)
        inside = most = 0
        order: list[int] = []

        async def client(number: int) -> None:
            nonlocal inside, most
            await slots.take()
            inside += 1
            most = max(most, inside)
            order.append(number)
            await asyncio.sleep(0)
            inside -= 1
            slots.give()

        await asyncio.gather(*(client(number) for number in range(50)))
        assert most == 3
        assert order == list(range(50))
        assert all(slots.try_take() for _ in range(3))
        assert not slots.try_take()

    run(scenario())


def test_a_cancelled_waiter_loses_no_slot() -> None:
    async def scenario() -> None:
        slots = Slots(1)
        await slots.take()
        waiting = [asyncio.create_task(slots.take()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        slots.give()  # goes to the second
        waiting[1].cancel()  # in the moment it was handed over
        await asyncio.sleep(0)
        await asyncio.wait_for(waiting[2], 1)
        assert not slots.try_take()
        slots.give()
        assert slots.try_take()

    run(scenario())
