"""The customer's page as the tests read it: its lines, its code blocks, and which line each test answers."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

PAGE = Path(__file__).with_name("page.md")
HOST = "https://api.cyberai.com"
PLACEHOLDER = "YOUR_API_KEY"

T = TypeVar("T", bound=Callable[..., Any])
answered: dict[str, list[str]] = {}
"""Line of the page -> the tests that answer it."""


def line(*texts: str) -> Callable[[T], T]:
    """Marks a test as the answer to these lines, each exactly as it stands on the page (without indentation)."""

    def mark(test: T) -> T:
        for text in texts:
            answered.setdefault(text.strip(), []).append(test.__name__)
        return test

    return mark


@cache
def lines() -> tuple[str, ...]:
    """Every line that says something."""
    return tuple(text.strip() for text in PAGE.read_text().splitlines() if text.strip())


@cache
def block(heading: str) -> str:
    """The code block below a heading."""
    text = PAGE.read_text().split(f"\n## {heading}\n", 1)[1]
    return text.split("```", 2)[1].partition("\n")[2]


def example(heading: str) -> Any:
    """The JSON below a heading."""
    return json.loads(block(heading))
