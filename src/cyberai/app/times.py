"""Times as the API writes them: RFC 3339, UTC, `Z`."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC without saying so, for the speed of writing it


def rfc3339(microseconds: int) -> str:
    """Whole seconds, rounded down: `2024-01-20T10:00:00Z`."""
    # isoformat takes a tenth of strftime's time, and a list page writes two hundred times.
    return (_NAIVE + timedelta(seconds=microseconds // 1_000_000)).isoformat() + "Z"


def rfc3339_millis(microseconds: int) -> str:
    """Milliseconds, for events: `2024-01-20T10:00:00.123Z`."""
    return (_NAIVE + timedelta(milliseconds=microseconds // 1000)).isoformat(timespec="milliseconds") + "Z"


def parse_time(text: str) -> int:
    """UTC microseconds of an RFC 3339 time (an offset or `Z` is required); raise ValueError with a reason."""
    reason = f"{text!r} is no time; write RFC 3339 such as 2024-01-20T10:00:00Z"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(reason) from error
    if moment.tzinfo is None or "T" not in text.upper():
        raise ValueError(reason)
    return (moment - _EPOCH) // timedelta(microseconds=1)
