"""Values in words for people: names of enumerations, times, sizes."""

from datetime import UTC, datetime

from cyberai.app.times import parse_time
from cyberai.reports.page.scans import duration as duration
from cyberai.reports.plain_text import utc

_HUMAN = {
    "api": "API",
    "dns_failed": "name not found",
    "blocked_by_waf": "blocked by a firewall",
    "cancelled_by_user": "cancelled by a user",
    "internal": "fault of the scanner",
}
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
_KIB = 1024


def human(value: str) -> str:
    """`accepted_risk` as `accepted risk`; the first letter is the template's matter."""
    return _HUMAN.get(value, value.replace("_", " "))


def number(value: float) -> str:
    """`1,234`."""
    return f"{value:,}"


def when(text: str) -> str:
    """An RFC 3339 time as `20 January 2024, 10:00 UTC`."""
    return utc(parse_time(text))


def day(text: str) -> str:
    """An RFC 3339 time as `2024-01-20`."""
    return datetime.fromtimestamp(parse_time(text) // 1_000_000, UTC).date().isoformat()


def ago(text: str, now: int) -> str:
    """`3 minutes ago`, `just now`, and the day once it is a week ago. `now` in UTC microseconds."""
    seconds = (now - parse_time(text)) // 1_000_000
    for length, unit in _UNITS:
        count = seconds // length
        if unit == "day" and count > 7:
            return f"on {day(text)}"
        if count >= 1:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def rough(seconds: float) -> str:
    """Seconds that are only estimated: `12 s`, `3 min`, `2 h 5 min`."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    return f"{round(whole / 60)} min" if whole < 3_600 else f"{whole // 3_600} h {whole % 3_600 // 60} min"


def size(count: int) -> str:
    """Bytes as `812 B`, `4.2 KiB`, `1.3 MiB`."""
    if count < _KIB:
        return f"{count} B"
    kib = count / _KIB
    return f"{kib:.1f} KiB" if kib < _KIB else f"{kib / _KIB:.1f} MiB"
