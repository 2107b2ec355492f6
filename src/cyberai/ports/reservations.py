"""Shards kept for a look at many hosts together."""

from collections.abc import Sequence
from typing import Protocol

from cyberai.domain.unit import Lease, Reserved


class ReservationTx(Protocol):
    """Reservations: like leases they end by themselves, but nothing is taken over from them."""

    def reserve(self, lease: Lease, count: int, now: int, until: int) -> list[Reserved]:
        """Keep up to `count` further ready shards of the leased one's scan, whose hosts nobody has looked at yet, from
        being claimed until then. Whoever claims one later takes nothing over: nobody worked on it."""
        ...

    def keep_reserved(self, reserved: Sequence[Reserved], until: int) -> None:
        """Prolong what is still reserved under its fence."""
        ...

    def finish_reserved(self, reserved: Reserved) -> bool:
        """Mark a reserved shard done; False when it is not reserved any more."""
        ...

    def free_reserved(self, reserved: Sequence[Reserved], not_before: int) -> None:
        """Let what is still reserved be claimed again, not before that time."""
        ...
