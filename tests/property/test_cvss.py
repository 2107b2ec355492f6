"""CVSS scores against the `cvss` library as oracle."""

import pytest
from cvss import CVSS3, CVSS4
from cvss.exceptions import CVSSError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cyberai.domain.cvss import base_score, cvss_version
from cyberai.domain.cvss4 import METRICS as METRICS4
from cyberai.domain.cvss4_table import TENTHS

METRICS = {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "HLN", "I": "HLN", "A": "HLN"}
BASE4 = list(METRICS4)[:11]
OPTIONAL4 = list(METRICS4)[11:]


@settings(max_examples=200, deadline=None)
@given(st.tuples(*(st.sampled_from(values) for values in METRICS.values())), st.sampled_from(("3.0", "3.1")))
def test_every_vector_scores_as_the_library_says(choice: tuple[str, ...], version: str) -> None:
    vector = f"CVSS:{version}/" + "/".join(
        f"{name}:{value}" for name, value in zip(METRICS, choice, strict=True)
    )
    assert base_score(vector) == float(CVSS3(vector).scores()[0])


def vectors4(further: bool) -> st.SearchStrategy[str]:
    """Valid vectors of 4.0, in any order of their metrics; `further` with threat, environment and supplement."""
    base = [st.sampled_from([f"{name}:{value}" for value in METRICS4[name]]) for name in BASE4]
    rest = [
        st.sampled_from(["", *(f"{name}:{value}" for value in METRICS4[name])])
        for name in OPTIONAL4
        if further
    ]
    fields = st.tuples(*base, *rest).map(lambda chosen: [field for field in chosen if field])
    return fields.flatmap(st.permutations).map(lambda chosen: "/".join(["CVSS:4.0", *chosen]))


@settings(max_examples=200, deadline=None)
@given(st.one_of(vectors4(further=False), vectors4(further=True)))
@example("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N")
@example("CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N/E:U")
def test_every_vector_of_4_0_scores_as_the_library_says(vector: str) -> None:
    assert base_score(vector) == CVSS4(vector).scores()[0]
    assert cvss_version(vector) == "4.0"


def test_the_whole_table_of_macrovectors_is_there() -> None:
    assert len(TENTHS) == 270
    assert (TENTHS["000000"], TENTHS["212221"], TENTHS["002001"]) == (100, 1, 92)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(vectors4(further=True), st.just("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N")).flatmap(
        lambda vector: st.tuples(
            st.just(vector),
            st.integers(0, len(vector)),
            st.integers(0, 4),
            st.text("/:XNALPHSCV410. ", max_size=4),
        )
    )
)
def test_what_the_library_refuses_is_refused(case: tuple[str, int, int, str]) -> None:
    vector, start, cut, put = case
    broken = vector[:start] + put + vector[start + cut :]
    library = CVSS4 if broken.startswith("CVSS:4") else CVSS3
    try:
        expected = float(library(broken).scores()[0])
    except CVSSError:
        with pytest.raises(ValueError, match=r"CVSS|missing|unknown|twice"):
            base_score(broken)
    else:
        try:
            assert base_score(broken) == expected
        except ValueError:
            # Threat and environment of 3.1 are valid there; only its base metrics are scored here.
            assert broken.startswith("CVSS:3")
