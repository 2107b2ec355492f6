"""The system's chance and identities, the only users of the kernel's random numbers."""

import os
import secrets

from cyberai.domain.ids import make_id
from cyberai.ports.runtime import Clock

_AT_ONCE = 128
_CONSONANTS = "bcdfghjklmnpqrstvwxz"


class SystemRng:
    """ports.runtime.Rng on the kernel's generator."""

    def bits(self, count: int) -> int:
        """An unpredictable integer of at most `count` bits."""
        return secrets.randbits(count)

    def below(self, limit: int) -> int:
        """A uniform integer in [0, limit)."""
        return secrets.randbelow(limit)

    def letters(self, count: int) -> str:
        """Lower-case consonants: no word of any language by chance."""
        return "".join(_CONSONANTS[secrets.randbelow(20)] for _ in range(count))


class SystemIds:
    """ports.runtime.IdSource: time-ordered ids that never go back within a process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._chance = memoryview(b"").cast("Q")
        self._drawn = 0

    def new(self, prefix: str) -> str:
        """A fresh id."""
        # Several ids of one millisecond still sort in the order they were made.
        self._last = max(self._last + 1, (self._clock.now() // 1000) << 16)
        return make_id(prefix, self._last >> 16, ((self._last & 0xFFFF) << 64) | self._draw())

    def _draw(self) -> int:
        """64 bits. They are fetched many at a time: each call of the kernel lets go of the interpreter's lock, and a
        request that makes three ids would wait three times behind the thread that writes."""
        if self._drawn == len(self._chance):
            self._chance, self._drawn = memoryview(os.urandom(8 * _AT_ONCE)).cast("Q"), 0
        self._drawn += 1
        return int(self._chance[self._drawn - 1])
