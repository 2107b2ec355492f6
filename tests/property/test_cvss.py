"""CVSS base scores against the `cvss` library as oracle."""

from cvss import CVSS3
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberai.domain.cvss import base_score

METRICS = {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "HLN", "I": "HLN", "A": "HLN"}


@settings(max_examples=600, deadline=None)
@given(st.tuples(*(st.sampled_from(values) for values in METRICS.values())))
def test_every_vector_scores_as_the_library_says(choice: tuple[str, ...]) -> None:
    vector = "CVSS:3.1/" + "/".join(f"{name}:{value}" for name, value in zip(METRICS, choice, strict=True))
    assert base_score(vector) == float(CVSS3(vector).scores()[0])
