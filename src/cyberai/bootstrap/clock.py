"""The system's clock, the only reader of wall time."""

import asyncio
import time


class SystemClock:
    """ports.runtime.Clock on the machine's clocks."""

    def now(self) -> int:
        """UTC microseconds since 1970."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
