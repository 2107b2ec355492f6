"""Rate-limit counters: exact across processes and kills."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from cyberai.ports.store import RateDecision
from support.limits import Counters, opened_counters, windows_kept

MINUTE = 60_000_000
NOW = 28_333_333 * MINUTE + 12_345_678
END = (28_333_333 + 1) * 60

T = TypeVar("T")


class Driven:
    """Counters whose calls wait for their end."""

    def __init__(self, counters: Counters, loop: asyncio.AbstractEventLoop) -> None:
        self.counters = counters
        self._loop = loop

    def hit(self, subject: str, limit: int, now: int) -> RateDecision:
        return self.run(self.counters.hit(subject, limit, now))

    def refund(self, subject: str, now: int) -> None:
        self.run(self.counters.refund(subject, now))

    def run(self, work: Awaitable[T]) -> T:
        return self._loop.run_until_complete(work)


@pytest.fixture
def counters(place: str) -> str:
    """Where the counters are."""
    return place if place.startswith("postgresql://") else f"{place}/limits.db"


@pytest.fixture
def limiter(counters: str) -> Iterator[Driven]:
    loop = asyncio.new_event_loop()
    made = Driven(opened_counters(counters), loop)
    yield made
    closing = made.counters.close()
    if closing is not None:
        made.run(closing)
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def test_a_window_allows_its_limit_and_says_what_is_left(limiter: Driven) -> None:
    decisions = [limiter.hit("a", 3, NOW + n) for n in range(5)]
    assert decisions == [
        RateDecision(True, 3, 2, END),
        RateDecision(True, 3, 1, END),
        RateDecision(True, 3, 0, END),
        RateDecision(False, 3, 0, END),
        RateDecision(False, 3, 0, END),
    ]
    assert limiter.hit("b", 3, NOW).remaining == 2


def test_windows_start_at_whole_minutes(limiter: Driven) -> None:
    start = NOW // MINUTE * MINUTE
    assert limiter.hit("a", 1, start).allowed
    assert not limiter.hit("a", 1, start + MINUTE - 1).allowed
    after = limiter.hit("a", 1, start + MINUTE)
    assert after.allowed
    assert after.reset == END + 60


def test_a_refund_gives_one_request_back_even_after_refusals(limiter: Driven) -> None:
    for _ in range(5):
        limiter.hit("a", 2, NOW)
    limiter.refund("a", NOW)
    assert [limiter.hit("a", 2, NOW).allowed for _ in range(2)] == [True, False]
    limiter.refund("nobody", NOW)
    assert limiter.hit("nobody", 5, NOW).remaining == 4


def test_a_limit_of_nothing_allows_nothing(limiter: Driven) -> None:
    assert limiter.hit("a", 0, NOW) == RateDecision(False, 0, 0, END)


def test_old_windows_are_forgotten(limiter: Driven, counters: str) -> None:
    for minute in range(5):
        for subject in range(10):
            limiter.hit(str(subject), 5, NOW + minute * MINUTE)
    assert windows_kept(counters) == 2


_HITS = """
import asyncio, sys, time
from support.limits import opened_counters

async def main():
    limiter = opened_counters(sys.argv[1])
    decisions = [await limiter.hit("a", 1000, int(sys.argv[2])) for _ in range(400)]
    print(sum(d.allowed for d in decisions), flush=True)
    if len(sys.argv) > 3:
        time.sleep(60)
    closing = limiter.close()
    if closing is not None:
        await closing

asyncio.run(main())
"""


def child(place: str, *more: str) -> "subprocess.Popen[str]":
    here = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", _HITS, place, str(NOW), *more],
        env={**os.environ, "PYTHONPATH": f"{here.parent / 'src'}{os.pathsep}{here}"},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_exact_across_processes_and_kill(counters: str) -> None:
    killed = child(counters, "stay")
    assert killed.stdout is not None
    allowed = int(killed.stdout.readline())
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=30)
    assert allowed == 400
    others = [child(counters) for _ in range(4)]
    allowed += sum(int(process.communicate(timeout=60)[0]) for process in others)
    assert allowed == 1000
