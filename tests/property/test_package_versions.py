"""The orders of package versions against those who define them: `packaging` for PEP 440, dpkg where it is installed."""

import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from cyberai.domain.known.packages import debian, python, rpm, semantic
from cyberai.domain.known.versions import compare, leaves_open, split_update

numbers = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda n: ".".join(map(str, n)))
before = st.sampled_from(["", "", "a1", "b2", "rc1", ".a1", "-beta", "_rc.3", "alpha1", "pre2", "c1"])
after = st.sampled_from(["", "", ".post1", "-1", ".r2", "post", "-2"])
dev = st.sampled_from(["", "", ".dev1", "dev", ".dev0", "-dev3"])
local = st.sampled_from(["", "", "+abc", "+1", "+1.2", "+ubuntu.1"])
epoch = st.sampled_from(["", "", "0!", "1!"])
pep440 = st.tuples(epoch, numbers, before, after, dev, local).map("".join)
upstream = st.text("0123.~+ab", max_size=5).map(lambda t: f"1{t}")
revision = st.sampled_from(["", "-1", "-2+deb12u3", "-0ubuntu0.1", "-1~bpo12+1", "-1build2", "-1.1", "-~1"])
package = st.tuples(st.sampled_from(["", "", "0:", "1:"]), upstream, revision).map("".join)
anything = st.text(max_size=30)


@settings(max_examples=300, deadline=None)
@given(pep440, pep440)
def test_python(one: str, other: str) -> None:
    mine, its = Version(one), Version(other)
    assert python(one, other) == (mine > its) - (mine < its)


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="dpkg is no part of this system")
@settings(max_examples=40, deadline=None)
@given(package, package)
def test_debian(one: str, other: str) -> None:
    sign = {-1: "lt", 0: "eq", 1: "gt"}[debian(one, other)]
    assert subprocess.run(["dpkg", "--compare-versions", one, sign, other], check=False).returncode == 0


@settings(max_examples=300, deadline=None)
@given(st.lists(anything, min_size=3, max_size=3))
@example(["A", "0", ""])
@example(["1.a", "1.0", "1"])
def test_any_text_has_its_place(texts: list[str]) -> None:
    """An order: of two texts each is before the other or neither, and what is before is before what comes behind."""
    for order in (compare, debian, rpm, semantic, python):
        one, other, third = texts
        assert (order(one, one), (order(one, other) > 0) - (order(one, other) < 0)) == (
            0, -((order(other, one) > 0) - (order(other, one) < 0)),
        )  # fmt: skip
        if order(one, other) <= 0 and order(other, third) <= 0:
            assert order(one, third) <= 0
    for text in texts:
        base, update = split_update(text)
        assert text.startswith(base)
        assert text.endswith(update)
        leaves_open(text, texts[0])
