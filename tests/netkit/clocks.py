"""A real clock and a simulated one."""

import asyncio
import time


class SystemClock:
    """The machine's time."""

    monotonic = staticmethod(time.monotonic)

    def now(self) -> int:
        return time.time_ns() // 1000

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SimulatedClock:
    """Time that passes only by sleeping; `lateness` is added to every sleep, as real timers do."""

    def __init__(self, lateness: float = 0.0) -> None:
        self.time = 1000.0
        self.lateness = lateness

    def monotonic(self) -> float:
        return self.time

    def now(self) -> int:
        return int(self.time * 1e6)

    async def sleep(self, seconds: float) -> None:
        self.time += seconds + self.lateness
        await asyncio.sleep(0)
