"""Which state of a scan allows what: the rules behind pause, resume, retry and purge."""

from enum import StrEnum

from cyberai.domain.errors import Conflict
from cyberai.domain.scan import ScanStatus


class Move(StrEnum):
    """What people can do with a scan."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"
    PURGE = "purge"


_AFTER_THE_END = (Move.RETRY, Move.PURGE)
_POSSIBLE: dict[ScanStatus, tuple[Move, ...]] = {
    ScanStatus.QUEUED: (Move.PAUSE, Move.CANCEL),
    ScanStatus.RUNNING: (Move.PAUSE, Move.CANCEL),
    ScanStatus.PAUSING: (Move.PAUSE, Move.RESUME, Move.CANCEL),
    ScanStatus.PAUSED: (Move.PAUSE, Move.RESUME, Move.CANCEL),
    ScanStatus.CANCELLING: (Move.CANCEL,),
    ScanStatus.COMPLETED: _AFTER_THE_END,
    ScanStatus.FAILED: _AFTER_THE_END,
    ScanStatus.CANCELLED: (Move.CANCEL, *_AFTER_THE_END),
}
"""Pausing what is paused and cancelling what is cancelled change nothing and are no error."""


def require_move(status: ScanStatus, move: Move) -> None:
    """Raise Conflict, with what is possible, when a scan in this state cannot do that."""
    possible = _POSSIBLE[status]
    if move in possible:
        return
    names = [other.value for other in possible]
    raise Conflict(
        f"A scan that is {status.value} cannot do this: {move.value}",
        field="id",
        reason=f"A scan that is {status.value} can do one of: {', '.join(names)}",
        extra={"status": status.value, "allowed": names},
    )
