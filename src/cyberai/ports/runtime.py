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


class Sealer(Protocol):
    """Keeps secrets that are stored from whoever reads the store."""

    def seal(self, plain: bytes, purpose: bytes) -> str:
        """Encrypted and authenticated, as text; `purpose` must be the same when it is opened."""
        ...

    def open(self, sealed: str, purpose: bytes) -> bytes:
        """What was sealed; raise ValueError with a reason for people when it cannot be opened."""
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
