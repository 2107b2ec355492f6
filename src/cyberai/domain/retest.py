"""A retest: the proof of one vulnerability, repeated on demand, and what that says of it. Times are UTC microseconds."""

from enum import StrEnum

from msgspec import Struct, structs

from cyberai.domain.absence import Looked, absent
from cyberai.domain.event import EventType
from cyberai.domain.http import Exchange
from cyberai.domain.ids import VulnerabilityId, WorkspaceId
from cyberai.domain.replay import ReplayResult
from cyberai.domain.vulnerability import Detection, Vulnerability, VulnerabilityStatus


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
_LOOKED = {RetestResult.FIXED_CONFIRMED: Looked.CLEAN, RetestResult.INCONCLUSIVE: Looked.PARTLY}
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
    """The latest retest of a vulnerability."""

    vulnerability_id: VulnerabilityId
    workspace: WorkspaceId
    status: RetestStatus
    created_at: int
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
    if result is not RetestResult.PRESENT:
        judged = absent(row, _LOOKED[result], at)
        closed = judged.status is not row.status
        return judged.replace(status_reason=CLOSED) if closed else judged
    if row.status is VulnerabilityStatus.FIXED:
        return row.replace(
            status=VulnerabilityStatus.OPEN,
            status_reason=None,
            detection=Detection.REGRESSED,
            last_seen=max(row.last_seen, at),
            updated_at=at,
        )
    return row.replace(detection=Detection.PRESENT, last_seen=max(row.last_seen, at), updated_at=at)


def event_of(before: Vulnerability, after: Vulnerability) -> EventType:
    """The event that tells of it."""
    if after.status is before.status:
        return EventType.VULNERABILITY_UPDATED
    closed = after.status is VulnerabilityStatus.FIXED
    return EventType.VULNERABILITY_FIXED if closed else EventType.VULNERABILITY_REGRESSED
