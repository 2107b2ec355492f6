"""Whose impact a report tells: the check's, or that of the one flaw."""

import pytest

from cyberai.reports.page.findings import _told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("What.\n\nWhere.\n\nHarm.", ("What.\n\nWhere.\n\n", "Harm.")),
        ("What.\n\nWhere.\n\nOther harm, of this flaw", ("What.\n\nWhere.", "Other harm, of this flaw")),
        ("One line.", ("One line.", "Harm.")),
    ],
)
def test_the_impact_of_the_flaw_goes_before_that_of_the_check(text: str, told: tuple[str, str]) -> None:
    assert _told(text, "Harm.") == told


def test_no_impact_is_known_of_a_check_that_is_gone() -> None:
    assert _told("What.\n\nHarm.", "") == ("What.\n\nHarm.", "")
