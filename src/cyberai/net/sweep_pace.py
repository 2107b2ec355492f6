"""How long a port may stay silent, how many are asked at once and how often: what sweeps learn from the answers."""

from collections.abc import Callable

from cyberai.ports.network import PortState

Probe = tuple[str, int]
"""A judged address and a port."""

States = list[tuple[str, int, PortState]]

_MANY = 8_192
_MOMENT = 0.1

FIRST_TIMEOUT = 1.0
"""Seconds an attempt waits before any round trip is known (RFC 6298 starts at the same)."""

MIN_TIMEOUT = 0.3
MAX_TIMEOUT = 2.0
ATTEMPTS = 2
"""Attempts before silence counts, while no packet is known to have been lost."""

MAX_ATTEMPTS = 6
"""Attempts where answers have come to later attempts only."""


class Told:
    """States found and not yet reported. They go on in batches: waking the reader for each costs more than a probe."""

    def __init__(self, report: Callable[[States], None]) -> None:
        self.found: States = []
        self._report = report
        self._told_at = 0.0

    def pass_on(self, at: float) -> None:
        """Report them when they are many, or when the last ones were reported a moment before `at`."""
        if len(self.found) >= _MANY or at - self._told_at >= _MOMENT:
            self._told_at = at
            self.flush()

    def flush(self) -> None:
        """Report them."""
        if self.found:
            found, self.found = self.found, []
            self._report(found)


class RoundTrip:
    """The smoothed round trip of one address (RFC 6298), and from it the time that an answer may take."""

    __slots__ = ("_smoothed", "_variation")

    def __init__(self) -> None:
        self._smoothed: float | None = None
        self._variation = 0.0

    @property
    def timeout(self) -> float:
        """Seconds after which an attempt counts as silent."""
        if self._smoothed is None:
            return FIRST_TIMEOUT
        return min(max(self._smoothed + 4 * self._variation, MIN_TIMEOUT), MAX_TIMEOUT)

    def measure(self, seconds: float) -> None:
        """An answer to a first attempt took this long: one to a later attempt might answer the one before (Karn)."""
        if self._smoothed is None:
            self._smoothed, self._variation = seconds, seconds / 2
            return
        self._variation += 0.25 * (abs(self._smoothed - seconds) - self._variation)
        self._smoothed += 0.125 * (seconds - self._smoothed)


class Window:
    """Probes in flight at a time: one more for every answer, half where answers show that packets were lost."""

    __slots__ = ("_least", "_most", "attempts", "size")

    def __init__(self, first: int, least: int, most: int) -> None:
        self._least, self._most = min(least, most), most
        self.size = min(first, most)
        self.attempts = ATTEMPTS

    def answered(self, number: int) -> None:
        """An answer to the attempt of this number. To a later one than the first means a packet was lost: slower,
        and two attempts more for all that are silent."""
        if number > 1:
            self.size = max(self.size // 2, self._least)
            self.attempts = max(self.attempts, min(number + 2, MAX_ATTEMPTS))
        else:
            self.grow(1)

    def grow(self, answers: int) -> None:
        """So many answers to first attempts."""
        self.size = min(self.size + answers, self._most)

    def silent(self) -> None:
        """The last attempt stayed silent too: nothing was lost that way, it is a filter's work."""
        self.grow(1)

    def short(self, in_flight: int) -> None:
        """This machine is short of something: half of what is in flight."""
        self.size = max(in_flight // 2, 4)
