"""What is kept of the life of vulnerabilities: their histories, their places, the ends of acceptances."""

from typing import Protocol

from cyberai.domain.history import Entry, Place
from cyberai.domain.ids import VulnerabilityId
from cyberai.domain.vulnerability import Vulnerability


class LifeTx(Protocol):
    """Of the vulnerabilities of this workspace. `VulnerabilityTx.record` and `.update` write it, in the transaction of
    the change itself; here it is read."""

    def history(
        self, vulnerability_id: VulnerabilityId, before: int | None, limit: int, *, comments: bool = False
    ) -> list[Entry]:
        """Changes with a smaller ordinal (None: all), newest first; with `comments` only those."""
        ...

    def places(self, vulnerability_id: VulnerabilityId) -> list[Place]:
        """The places of a vulnerability that are kept, the newest first."""
        ...

    def due(self, at: int, limit: int) -> list[Vulnerability]:
        """Vulnerabilities whose review (domain.vulnerability_moves) is due by then, the most urgent first."""
        ...
