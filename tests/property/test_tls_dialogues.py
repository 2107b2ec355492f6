"""Handshakes with hostile servers come to an end, and nothing is claimed of them."""

from struct import pack

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fuzz import tls_dialogue

QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
bodies = st.binary(max_size=120) | st.builds(
    lambda kind, body: bytes([kind]) + len(body).to_bytes(3, "big") + body,
    st.sampled_from([2, 4, 11, 12, 14, 20]),
    st.binary(max_size=100),
)
hello = pack("!H", 0x0303) + bytes(33) + b"\x00\x9c\x00"
records = st.builds(
    lambda kind, body: pack("!BHH", kind, 0x0303, len(body)) + body,
    st.sampled_from([20, 21, 22, 23, 24]),
    bodies | st.just(b"\2" + len(hello).to_bytes(3, "big") + hello),
)
said = st.builds(
    lambda first, parts: bytes([first]) + b"".join(parts),
    st.integers(0, 127),
    st.lists(records | st.binary(max_size=60), max_size=6),
)
changed = st.builds(
    lambda places: b"\xff" + b"".join(places), st.lists(st.binary(min_size=3, max_size=3), max_size=3)
)
"""Most of what changes lies in the first part of the handshake: names, certificate, key exchange."""


@settings(max_examples=60, **QUIET)
@given(said | changed)
def test_a_handshake_ends(data: bytes) -> None:
    tls_dialogue.fuzz_one(data)


@pytest.mark.slow
@settings(max_examples=600, **QUIET)
@given(said | changed)
@example(b"\xff\x00\xe2\x01")
def test_nothing_is_claimed(data: bytes) -> None:
    tls_dialogue.judge_one(data)
