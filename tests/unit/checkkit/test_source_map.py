"""Source maps from hostile servers."""

import pytest

from cyberai.checkkit.source_map import read_map


@pytest.mark.parametrize(
    "body", [b'{"version":"\xff"}', b'{"version":"\xff<form action="', b"{", b"[" * 100_000]
)
def test_what_is_no_map_is_none(body: bytes) -> None:
    assert read_map(body) is None
