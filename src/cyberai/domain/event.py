"""Events: everything that happens, in one order per workspace. Times are UTC microseconds."""

from enum import StrEnum

from msgspec import Raw, Struct

from cyberai.domain.ids import EventId, ScanId, WorkspaceId


class EventType(StrEnum):
    """The closed list of types on the stream."""

    SCAN_CREATED = "scan.created"
    """A scan was accepted."""
    SCAN_STARTED = "scan.started"
    """A worker began with the scan."""
    SCAN_PROGRESS = "scan.progress"
    """The scan moved on: at most once a second, left out when the reader is slow."""
    SCAN_PHASE_CHANGED = "scan.phase_changed"
    """The scan entered another phase, named in `phase`."""
    SCAN_PAUSED = "scan.paused"
    """The scan stopped at a point from which it can go on."""
    SCAN_RESUMED = "scan.resumed"
    """The scan goes on after a pause. A take-over from a lost worker is in its log and counted in `resumed_count`."""
    SCAN_COMPLETED = "scan.completed"
    """The scan came to its end; `verdict` says what it is worth."""
    SCAN_FAILED = "scan.failed"
    """The scan ended early; `status_reason` says why. What it found stays."""
    SCAN_CANCELLED = "scan.cancelled"
    """The scan was cancelled. What it found stays."""
    VULNERABILITY_FOUND = "vulnerability.found"
    """A vulnerability was seen: once per vulnerability and scan."""
    VULNERABILITY_UPDATED = "vulnerability.updated"
    """A person or a rule changed the vulnerability."""
    VULNERABILITY_FIXED = "vulnerability.fixed"
    """A later scan ran the same check there and the vulnerability is gone."""
    VULNERABILITY_REGRESSED = "vulnerability.regressed"
    """A vulnerability that counted as fixed was seen again."""
    REPORT_COMPLETED = "report.completed"
    """A report is ready for download."""
    REPORT_FAILED = "report.failed"
    """A report could not be made."""


class NewEvent(Struct, frozen=True):
    """An event before it has its number: `data` is the resource as the API shows it, encoded."""

    id: EventId
    type: EventType
    at: int
    data: Raw
    scan_id: ScanId | None = None


class Event(Struct, frozen=True):
    """An event as stored: `seq` has no holes within its workspace and follows commit order."""

    seq: int
    workspace: WorkspaceId
    id: EventId
    type: EventType
    at: int
    data: Raw
    scan_id: ScanId | None = None
