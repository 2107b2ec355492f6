"""Time, identity and chance, injected so that every run can be repeated."""

from typing import Protocol


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> int:
        """UTC microseconds since 1970."""
        ...

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back: for deadlines and leases within a process."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a simulated clock may return at once."""
        ...


class IdSource(Protocol):
    """The only source of identifiers."""

    def new(self, prefix: str) -> str:
        """A fresh id such as `scan_...` (see domain.ids)."""
        ...


class Rng(Protocol):
    """The only source of chance; cryptographic in production, seeded in tests."""

    def bits(self, count: int) -> int:
        """An unpredictable integer of at most `count` bits."""
        ...

    def below(self, limit: int) -> int:
        """A uniform integer in [0, limit)."""
        ...

    def letters(self, count: int) -> str:
        """Lower-case ASCII letters that avoid English words by having no vowels."""
        ...
