"""Every parameter and body member of the document has a row."""

from inventory import BODIES, ENDLESS, MEMBERS, operations, without_a_row


def test_everything_in_the_document_has_its_row() -> None:
    assert without_a_row() == []


def test_no_row_is_left_over() -> None:
    known = {operation.id for operation in operations()}
    assert known >= set(MEMBERS) | set(BODIES) | ENDLESS
