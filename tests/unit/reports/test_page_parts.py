"""Parts of the page: what of a message is in sight, and which address a finding is told by."""

import pytest

from cyberai.app.evidence_view import evidence_resource
from cyberai.domain.finding import ServiceEvidence
from cyberai.reports.page.exchange import Message, _pane
from cyberai.reports.page.findings import without_segment

MATCH = "You have an error in your SQL syntax"


@pytest.mark.parametrize(
    "before",
    ["<p>some words of the page</p>\n" * 8, "<p>some words of the page</p>" * 60, ("x" * 900 + "\n") * 5],
    ids=["lines", "one long line", "long lines"],
)
def test_the_proof_stands_near_the_top_of_its_pane(before: str) -> None:
    headers = tuple((f"X-Header-{n}", "v" * 900) for n in range(9))
    message = Message(start_line="HTTP/1.1 500 Oops", headers=headers, body=before + MATCH + " near" * 50)
    segments = _pane("Response", message, MATCH).segments
    marked = next(index for index, segment in enumerate(segments) if segment.marked)
    ahead = "".join(segment.text for segment in segments[:marked])
    # 46 characters fit on a line of a pane beside another, and about 20 lines into its height.
    lines = sum(1 + len(line) // 46 for line in ahead.split("\n"))
    head = ahead.partition("\n\n")[0]
    assert len(head) < 6 * 100
    assert len(ahead) - len(head) < 300
    assert lines <= 22
    assert segments[marked].text == MATCH


@pytest.mark.parametrize(
    ("url", "parameter", "shown"),
    [
        ("http://a/brand/quayline%27%20AND", "path:1", "http://a/brand/\u2026"),
        ("http://a/brand/x/../../etc", "path:1", "http://a/brand/\u2026"),
        ("http://a/brand/7", "query:id", "http://a/brand/7"),
        ("http://a/brand/7", "path:9", "http://a/brand/7"),
        ("http://a/brand/7", "path", "http://a/brand/7"),
        ("http://a/brand/7", "path:\u00b2", "http://a/brand/7"),
    ],
)
def test_a_payload_in_the_path_is_no_part_of_the_address(url: str, parameter: str, shown: str) -> None:
    assert without_segment(url, parameter) == shown


def test_bytes_of_a_protocol_stand_as_escapes() -> None:
    sent, received = b"\x3f\x00\x00\x00isMaster\r\n", b"\xff\x01version\x027.0\xc3\xa9\n"
    shown = evidence_resource(
        ServiceEvidence(
            host="a", port=27017, sent=sent, received=received, match="version", command="x", note=""
        )
    )
    assert shown.sent == "?\\x00\\x00\\x00isMaster \n"
    assert shown.received == "\\xff\\x01version\\x027.0\u00e9\n"
