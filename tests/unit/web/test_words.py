"""Values in words."""

import pytest

from cyberai.app.times import parse_time
from cyberai.web import words

NOW = parse_time("2024-01-20T10:00:00Z")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2024-01-20T10:00:00Z", "just now"),
        ("2024-01-20T10:00:30Z", "just now"),
        ("2024-01-20T09:59:01Z", "just now"),
        ("2024-01-20T09:59:00Z", "1 minute ago"),
        ("2024-01-20T09:01:00Z", "59 minutes ago"),
        ("2024-01-20T09:00:00Z", "1 hour ago"),
        ("2024-01-19T10:00:01Z", "23 hours ago"),
        ("2024-01-19T10:00:00Z", "1 day ago"),
        ("2024-01-13T10:00:00Z", "7 days ago"),
        ("2024-01-12T10:00:00Z", "on 2024-01-12"),
    ],
)
def test_ago(text: str, shown: str) -> None:
    assert words.ago(text, NOW) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "1 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3_599, "60 min"),
        (3_600, "1 h 0 min"),
        (7_500, "2 h 5 min"),
    ],
)
def test_rough(seconds: float, shown: str) -> None:
    assert words.rough(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5 * 1024 * 1024, "5.0 MiB")]
)
def test_size(count: int, shown: str) -> None:
    assert words.size(count) == shown


def test_human() -> None:
    assert words.human("accepted_risk") == "accepted risk"
    assert words.human("dns_failed") == "name not found"
