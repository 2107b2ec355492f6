"""Waiting for the end of a scan or a report, as flows that emit each state on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cyberai_sdk._calls import Calls
from cyberai_sdk._event_values import scan_in
from cyberai_sdk._events import EventStream
from cyberai_sdk._operations import GET_REPORT, GET_SCAN
from cyberai_sdk._requests import Arguments
from cyberai_sdk._wire import Emit, Flow, Sleep, Surroundings, until
from cyberai_sdk.errors import (
    ConnectionFailed,
    CyberAIError,
    NotFound,
    Unauthorized,
    WaitTimedOut,
)
from cyberai_sdk.models import Event, Report, ReportStatus, Scan, ScanStatus

T = TypeVar("T")
POLL_SECONDS = 2.0
"""Between two looks where there is no event stream: 30 of a standard key's 100 requests a minute."""
FIRST_POLL_SECONDS = 0.25
STREAM_SECONDS = 20.0
"""The stream is used only while more time than this is left, and so long a silence ends it: the time is kept."""
SCAN_ENDS = (ScanStatus.COMPLETED, ScanStatus.FAILED, ScanStatus.CANCELLED)
REPORT_ENDS = (ReportStatus.COMPLETED, ReportStatus.FAILED)
_MOST_FAILURES = 8
"""Looks in a row without an answer, after which waiting ends with the error."""


class _NoStream(CyberAIError):
    """Too little time is left for the stream."""


class Deadline:
    """Seconds left of a time; endless where it is None."""

    def __init__(self, around: Surroundings, timeout: float | None) -> None:
        self._around = around
        self._at = None if timeout is None else around.monotonic() + timeout

    def left(self) -> float:
        """Seconds, below 0 when it has passed."""
        return float("inf") if self._at is None else self._at - self._around.monotonic()


def wait_for_scan(calls: Calls, scan_id: str, timeout: float | None, live: bool = True) -> Flow[Scan]:
    """The scan once it has ended; emits every state. Over the event stream where that is there and `live` is set,
    else by looking every 2 seconds."""
    deadline = Deadline(calls.around, timeout)

    def look() -> Flow[Scan]:
        return calls.value(GET_SCAN, Scan, Arguments(scan_id))

    if live and deadline.left() > STREAM_SECONDS:
        try:
            ended = yield from _over_stream(calls, scan_id, look, deadline)
            if ended is not None:
                return ended
        except (Unauthorized, NotFound):
            raise
        except CyberAIError:
            pass  # a proxy that lets no stream through, a key that may not read events: look instead
    return (yield from poll(look, lambda scan: scan.status in SCAN_ENDS, deadline, f"Scan {scan_id}"))


def wait_for_report(calls: Calls, report_id: str, timeout: float | None) -> Flow[Report]:
    """The report once it is made or has failed; emits every state."""

    def look() -> Flow[Report]:
        return calls.value(GET_REPORT, Report, Arguments(report_id))

    deadline = Deadline(calls.around, timeout)
    return (
        yield from poll(look, lambda report: report.status in REPORT_ENDS, deadline, f"Report {report_id}")
    )


def _over_stream(
    calls: Calls, scan_id: str, look: Callable[[], Flow[Scan]], deadline: Deadline
) -> Flow[Scan | None]:
    stream = EventStream(calls, None, STREAM_SECONDS)
    after = yield from stream.newest()
    first: Scan = yield from look()
    yield Emit(first)
    if first.status in SCAN_ENDS:
        return first

    def check_time() -> None:
        if deadline.left() <= STREAM_SECONDS:
            raise _NoStream("too little time is left")

    def take(event: Event) -> Flow[Scan | None]:
        if event.type == "resync":
            scan: Scan | None = yield from look()
        else:
            scan = scan_in(event)
        if scan is None or scan.id != scan_id:
            return None
        yield Emit(scan)
        return scan if scan.status in SCAN_ENDS else None

    return (yield from until(stream.follow(after), take, check_time))


def poll(look: Callable[[], Flow[T]], is_end: Callable[[T], bool], deadline: Deadline, what: str) -> Flow[T]:
    """Look until the end; emits what has changed. Raise WaitTimedOut."""
    before: T | None = None
    pause, failures = FIRST_POLL_SECONDS, 0
    while True:
        try:
            value = yield from look()
        except ConnectionFailed:
            failures += 1
            if failures >= _MOST_FAILURES or deadline.left() <= 0:
                raise
        else:
            failures = 0
            if value != before:
                before = value
                yield Emit(value)
            if is_end(value):
                return value
        left = deadline.left()
        if left <= 0:
            raise WaitTimedOut(f"{what} had not ended when the time to wait was over")
        yield Sleep(min(pause, left))
        pause = min(POLL_SECONDS, pause * 2)
