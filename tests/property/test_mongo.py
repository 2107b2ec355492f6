"""BSON: what is written is read again, and no bytes do more than raise ValueError."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberai.checkkit.mongo import MAX_DEPTH, command, decode, encode, query, read_message, reply

SETTINGS = settings(deadline=None)
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
PLAIN = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), TEXT)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=6)


@SETTINGS
@given(DOCUMENTS)
def test_documents_come_back(document: dict) -> None:
    assert decode(encode(document)) == document


@SETTINGS
@given(DOCUMENTS, st.integers(0, 2**31 - 1))
def test_messages_come_back(document: dict, number: int) -> None:
    assert read_message(command(number, document)) == (number, 0, document)
    assert read_message(query(number, document)) == (number, 0, document)
    assert read_message(reply(number, 7, document)) == (number, 7, document)


@SETTINGS
@given(st.binary(max_size=300))
def test_hostile_bytes_are_refused_or_read(data: bytes) -> None:
    for read in (decode, read_message):
        with suppress(ValueError):
            read(data)


@SETTINGS
@given(DOCUMENTS, st.data())
def test_a_damaged_message_is_refused_or_read(document: dict, data: st.DataObject) -> None:
    raw = bytearray(command(1, document))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        read_message(bytes(raw[: data.draw(st.integers(0, len(raw)))]))


def test_depth_and_number_of_elements_are_limited() -> None:
    deep: dict = {}
    for _ in range(MAX_DEPTH + 1):
        deep = {"a": deep}
    with pytest.raises(ValueError, match="deeply"):
        decode(encode(deep))
    with pytest.raises(ValueError, match="many"):
        decode(encode({str(i): 1 for i in range(20_001)}))
