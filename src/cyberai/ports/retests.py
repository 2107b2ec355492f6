"""Retests of vulnerabilities: of each the latest."""

from typing import Protocol

from cyberai.domain.ids import VulnerabilityId
from cyberai.domain.retest import Retest


class RetestTx(Protocol):
    """Retests of this workspace (claims cross workspaces)."""

    def put(self, retest: Retest) -> None:
        """Store the latest retest of its vulnerability, which must be there; one that runs may be claimed."""
        ...

    def get(self, vulnerability_id: VulnerabilityId) -> Retest | None:
        """The latest retest, or None."""
        ...

    def claim(self, worker: str, now: int, until: int) -> Retest | None:
        """Take the longest waiting retest of any workspace, or one whose lease has expired."""
        ...
