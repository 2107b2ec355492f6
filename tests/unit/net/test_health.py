"""When requests to a dead endpoint stop, how it is probed, and how it comes back."""

import asyncio

import pytest

from cyberai.net.health import FAILURES, PROBE_SECONDS, PROBES, TargetHealth
from cyberai.ports.network import TransportError, TransportReason
from netkit.clocks import SimulatedClock


def failing(clock: SimulatedClock, failures: int = FAILURES) -> TargetHealth:
    health = TargetHealth(clock)
    for _ in range(failures):
        health.failed()
    return health


def test_one_failure_less_than_the_limit_changes_nothing() -> None:
    clock = SimulatedClock()
    health = failing(clock, FAILURES - 1)
    asyncio.run(health.admit())
    assert clock.time == 1000.0


def test_an_answer_starts_the_count_anew() -> None:
    clock = SimulatedClock()
    health = failing(clock, FAILURES - 1)
    health.answered()
    assert not health.failing
    health.failed()
    asyncio.run(health.admit())
    assert clock.time == 1000.0


def test_probes_go_alone_and_spaced_then_the_stop_is_final() -> None:
    async def scenario() -> None:
        clock = SimulatedClock()
        health = failing(clock)
        for number in range(PROBES):
            await health.admit()
            assert clock.time >= 1000.0 + PROBE_SECONDS * (number + 1)
            health.failed()
        before = clock.time
        for _ in range(5):
            with pytest.raises(TransportError) as caught:
                await health.admit()
            assert caught.value.reason is TransportReason.STOPPED
        assert clock.time == before

    asyncio.run(scenario())


def test_an_answered_probe_lets_the_waiting_go_on() -> None:
    async def scenario() -> None:
        clock = SimulatedClock()
        health = failing(clock)
        admitted: list[int] = []

        async def client(number: int) -> None:
            await health.admit()
            admitted.append(number)

        waiting = [asyncio.create_task(client(number)) for number in range(5)]
        for _ in range(1000):
            if admitted:
                break
            await asyncio.sleep(0)
        assert len(admitted) == 1  # the probe alone
        health.answered()
        await asyncio.gather(*waiting)
        assert sorted(admitted) == list(range(5))

    asyncio.run(scenario())


def test_a_probe_that_never_reports_back_does_not_hold_the_others_for_ever() -> None:
    async def scenario() -> None:
        clock = SimulatedClock()
        health = failing(clock)
        for _ in range(PROBES):
            await health.admit()
        with pytest.raises(TransportError):
            await health.admit()

    asyncio.run(scenario())
