"""The log of a scan: what happened to it, in order, for people. Times are UTC microseconds."""

from enum import StrEnum

from msgspec import Struct


class LogKind(StrEnum):
    """What an entry is about."""

    STATE = "state"
    """The scan was made, started, paused, resumed or ended."""
    PHASE = "phase"
    """The scan entered another phase."""
    ADAPTATION = "adaptation"
    """The scan changed its pace because of how the target answers."""
    ERROR = "error"
    """Something could not be done; `text` names the stage and the reason, `detail` the last case."""
    LOGIN = "login"
    """The scan logged in at its target, or lost the session."""
    TAKE_OVER = "take_over"
    """A worker ended in the middle, and another went on."""


class LogEntry(Struct, frozen=True, kw_only=True):
    """One entry. What happens again and again is one entry with its number of `times`: `at` is the first time,
    `last_at` the last, `detail` belongs to the last. `ordinal` orders the entries of a scan, oldest first."""

    ordinal: int
    at: int
    kind: LogKind
    text: str
    detail: str = ""
    times: int = 1
    last_at: int = 0
