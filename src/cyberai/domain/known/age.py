"""How old imported data is."""

from datetime import date

STALE = 30
"""Days after which data about flaws is called old: NVD and OSV change every day."""
STALE_SCORES = 14
"""The same for EPSS and KEV."""


def days_old(day: str, today: str) -> int:
    """Days from one day to the other (`YYYY-MM-DD`); 0 where it lies ahead or is none."""
    try:
        return max(0, (date.fromisoformat(today[:10]) - date.fromisoformat(day[:10])).days)
    except ValueError:
        return 0


def age_in_words(days: int) -> str:
    """`today`, `1 day old`, `12 days old`."""
    return "of today" if days == 0 else f"{days:,} day{'' if days == 1 else 's'} old"
