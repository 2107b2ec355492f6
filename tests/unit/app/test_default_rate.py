"""The rate that is echoed for a scan which asks for none."""

import pytest

from cyberai.app.default_rate import LOOPBACK_RATE, RATE, default_rate
from cyberai.net import session_state


@pytest.mark.parametrize(
    ("targets", "rate"),
    [
        (("http://127.0.0.1:8000/",), 200),
        (("0x7f.1",), 200),
        (("127.0.0.0/24", "[::1]:80"), 200),
        (("localhost:3000",), 200),
        (("example.com",), 20),
        (("10.0.0.1", "https://example.com/"), 20),
        (("127.0.0.1", "example.com"), None),
        (("no target",), None),
    ],
)
def test_it_is_known_where_all_targets_agree(targets: tuple[str, ...], rate: int | None) -> None:
    assert default_rate(targets) == rate


def test_it_is_the_rate_that_is_kept() -> None:
    assert (RATE, LOOPBACK_RATE) == (session_state.DEFAULT_RATE, session_state.DEFAULT_LOOPBACK_RATE)
