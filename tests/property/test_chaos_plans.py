"""Plans of faults: whatever is written, it is a plan that can be carried out, or refused with a reason."""

from hypothesis import given
from hypothesis import strategies as st

from cyberai.api.chaos.plan import PARAMETERS
from fuzz import chaos_plan

WORDS = st.sampled_from([*PARAMETERS, "503", "429", "999", "", "times", "share"])
NAMES = st.sampled_from(
    sorted({name for names in PARAMETERS.values() for name in names} | {"times", "reset", "skew"})
)
VALUES = st.sampled_from(
    ["1", "-1", "+2", "all", "date+3", "0.5", "data.0.id", "n.m", "%7B%22a%22%3A1%7D", "x", "", "99999999"]
)
FAULTS = st.builds(
    lambda word, pairs: ";".join([word, *(f"{name}={value}" for name, value in pairs)]),
    WORDS,
    st.lists(st.tuples(NAMES, VALUES), max_size=3),
)


@given(st.binary(max_size=300) | st.lists(FAULTS, max_size=4).map(lambda faults: ",".join(faults).encode()))
def test_the_fuzz_entry(data: bytes) -> None:
    chaos_plan.fuzz_one(data)
