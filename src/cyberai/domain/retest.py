"""A retest: the proof of one vulnerability, repeated on demand, and what that says of it. Times are UTC microseconds."""

from enum import StrEnum

from msgspec import Struct, structs

from cyberai.domain.history import Actor
from cyberai.domain.http import Exchange
from cyberai.domain.ids import VulnerabilityId, WorkspaceId
from cyberai.domain.replay import ReplayResult
from cyberai.domain.vulnerability import Vulnerability
from cyberai.domain.vulnerability_moves import Looked, looked_at


class RetestStatus(StrEnum):
    """Life of a retest."""

    RUNNING = "running"
    """Ordered: a worker takes it, or has."""
    COMPLETED = "completed"
    FAILED = "failed"
    """It could not be done; `why` says what stood in the way."""


class RetestResult(StrEnum):
    """What a retest found, in the words of the detection that it gives."""

    FIXED_CONFIRMED = "fixed_confirmed"
    PRESENT = "present"
    INCONCLUSIVE = "inconclusive"


RESULTS = {
    ReplayResult.FIXED: RetestResult.FIXED_CONFIRMED,
    ReplayResult.PRESENT: RetestResult.PRESENT,
    ReplayResult.INCONCLUSIVE: RetestResult.INCONCLUSIVE,
}
_LOOKED = {
    RetestResult.FIXED_CONFIRMED: Looked.CLEAN,
    RetestResult.PRESENT: Looked.FOUND,
    RetestResult.INCONCLUSIVE: Looked.PARTLY,
}
CLOSED = "A retest repeated its proof and found nothing"
"""The `status_reason` of what a retest closes."""


class RetestStep(Struct, frozen=True, kw_only=True):
    """One request (`attack` or `control`): the exchange when the flaw was found, and the one now, if it was answered.
    `before_shows` and `now_shows`: whether the answer holds what proves the flaw."""

    step: str
    before: Exchange
    now: Exchange | None
    before_shows: bool
    now_shows: bool


class Retest(Struct, frozen=True, kw_only=True):
    """The latest retest of a vulnerability; `by` ordered it."""

    vulnerability_id: VulnerabilityId
    workspace: WorkspaceId
    status: RetestStatus
    created_at: int
    by: Actor
    completed_at: int | None = None
    result: RetestResult | None = None
    why: str = ""
    match: str = ""
    steps: tuple[RetestStep, ...] = ()

    def replace(self, **changes: object) -> "Retest":
        """A copy with these fields changed."""
        return structs.replace(self, **changes)


def retested(row: Vulnerability, result: RetestResult, at: int) -> Vulnerability:
    """The vulnerability after a retest, by the rules for scans; the same object when that says nothing new."""
    judged = looked_at(row, _LOOKED[result], at)
    if result is RetestResult.PRESENT:
        return judged.replace(last_seen=max(row.last_seen, at), updated_at=at)
    return judged.replace(status_reason=CLOSED) if judged.status is not row.status else judged
