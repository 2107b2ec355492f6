"""How fast and how much at once: the rate of one host, and the requests in flight of one session."""

import asyncio
from collections import deque

from cyberai.net.failure import cancelled
from cyberai.ports.runtime import Clock

WINDOW = 1.02
"""Seconds over which the rate's N turns are spread: 2 % more than one, so that neither the event loop's lateness
nor the network's jitter puts N + 1 requests into one second at the server."""

CATCH_UP = 0.005
"""Seconds by which a turn taken late does not delay the turns after it (timers fire up to some ms late)."""

_FLOOR = 0.1
_THROTTLED_FACTOR = 0.5
_SLOWED_FACTOR = 0.7
_RECOVERY_STEP = 0.1
_RECOVERY_SECONDS = 1.0
_MIN_SECONDS_BETWEEN_CUTS = 1.0
_MAX_PAUSE = 5.0
_SHARP_RISE = 3.0
_SHARP_RISE_SECONDS = 0.25


class RateGate:
    """Turns at evenly spaced times: never more than `per_second` in any one second, and no burst.

    Scheduled times are `WINDOW / N` apart and a turn is taken at most `CATCH_UP` after its scheduled time, else
    the schedule moves; so any N + 1 turns span at least WINDOW - CATCH_UP > 1 second. The rate falls when the
    target slows sharply, throttles or times out, and recovers slowly; it never rises above `per_second`.
    """

    def __init__(self, clock: Clock, per_second: int) -> None:
        if per_second < 1:
            raise ValueError("a rate must be at least 1 request per second")
        self._clock = clock
        self._full_spacing = WINDOW / per_second
        self._spacing = self._full_spacing
        self._factor = 1.0
        self._next = clock.monotonic()
        self._line = asyncio.Lock()
        self.near = Slots(max(per_second, 2))
        """Those who may hold a connection while they wait: about one second's worth. A server gives up on a
        connection that stays silent, so that whoever waits long must not have one yet."""
        self._changed_at = self._next
        self._usual: float | None = None
        self._recent = 0.0

    @property
    def factor(self) -> float:
        """The part of the full rate in force, 0.1 to 1."""
        return self._factor

    def try_take(self, now: float) -> bool:
        """Take a turn at `now` when one is due and nobody waits for one."""
        if now < self._next or self._line.locked():
            return False
        late = now - CATCH_UP
        self._next = (late if late > self._next else self._next) + self._spacing
        return True

    async def turn(self) -> None:
        """Wait for a turn, first come, first served."""
        async with self._line:
            while (wait := self._next - self._clock.monotonic()) > 0:
                await self._clock.sleep(wait)
            now = self._clock.monotonic()
            self._next = max(self._next, now - CATCH_UP) + self._spacing

    def answered(self, elapsed: float) -> None:
        """An answer came after `elapsed` seconds."""
        if self._usual is None:
            self._usual = self._recent = elapsed
        self._recent += 0.25 * (elapsed - self._recent)
        self._usual += 0.02 * (elapsed - self._usual)
        if self._recent > self._usual * _SHARP_RISE and self._recent - self._usual > _SHARP_RISE_SECONDS:
            self._cut(_SLOWED_FACTOR)
        elif self._factor < 1.0:
            self._recover()

    def throttled(self, retry_after: float | None = None) -> None:
        """The target answered 429 or 503, or not at all in time; `retry_after` in seconds if it named one."""
        self._cut(_THROTTLED_FACTOR)
        if retry_after is not None and retry_after > 0:
            self._next = max(self._next, self._clock.monotonic() + min(retry_after, _MAX_PAUSE))

    def _cut(self, factor: float) -> None:
        now = self._clock.monotonic()
        # Requests in flight together fail together: that is one sign, not many.
        if now - self._changed_at < _MIN_SECONDS_BETWEEN_CUTS and self._factor < 1.0:
            return
        self._set(max(self._factor * factor, _FLOOR), now)

    def _recover(self) -> None:
        now = self._clock.monotonic()
        if now - self._changed_at >= _RECOVERY_SECONDS:
            self._set(min(self._factor + _RECOVERY_STEP, 1.0), now)

    def _set(self, factor: float, now: float) -> None:
        self._factor = factor
        self._spacing = self._full_spacing / factor
        self._changed_at = now


class Slots:
    """At most `count` holders at once, first come, first served."""

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError("at least one request must be allowed at once")
        self._free = count
        self._waiting: deque[asyncio.Future[None]] = deque()

    def try_take(self) -> bool:
        """Take a slot if one is free and nobody waits."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    async def take(self) -> None:
        """Wait for a slot."""
        if self.try_take():
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.give()  # it was handed over in the same moment
            raise

    def close(self) -> None:
        """The session ends: who waits gets TransportError(CANCELLED)."""
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(cancelled())

    def give(self) -> None:
        """Return a slot; the longest waiter gets it."""
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(None)
                return
        self._free += 1
