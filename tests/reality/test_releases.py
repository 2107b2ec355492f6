"""Old releases with a public flaw are found out, and the first mended ones are not accused.

The table is tests/reality/cases.toml; what it says of today is held here, in both directions: a flaw that is found
again after it was written down as missed asks for a new line. The releases come from the registries, so this runs
with `make e2e` and by `make reality`, never with `make test`.
"""

import pytest

from benchmarks.reality import attempt
from support.old_releases import Case, cases

pytestmark = [pytest.mark.reality, pytest.mark.long]


def test_the_table_is_wide_enough() -> None:
    rows = cases()
    assert len(rows) >= 12
    assert len({case.kind for case in rows}) >= 5
    assert len({case.name for case in rows}) == len(rows)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_found_on_the_old_release_and_silent_on_the_mended_one(case: Case) -> None:
    outcome = attempt(case)
    if outcome.unavailable:
        pytest.skip(outcome.unavailable)
    assert not outcome.false, outcome.fixed
    assert outcome.found is case.now, outcome.old
