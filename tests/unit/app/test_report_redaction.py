"""What a report shows of a target's traffic is as much as was asked for."""

import msgspec
import pytest

from cyberai.app.report_redaction import REMOVED, shown_evidence, shown_row
from cyberai.domain.report import Redaction
from unit.reports import sample

SECRET = "8f14e45fceea167a"
[HTTP] = sample.evidence(0, "/shop?id=7")
[SERVICE] = sample.evidence(1, "")


def text(redaction: Redaction) -> str:
    return msgspec.json.encode(shown_evidence(HTTP, redaction).exchange).decode()


def test_nothing_is_cut_where_that_was_asked_for() -> None:
    assert SECRET in text(Redaction.NONE)


def test_secrets_are_cut_as_in_the_api() -> None:
    assert SECRET not in text(Redaction.SECRETS)
    assert "session=***" in text(Redaction.SECRETS)


def test_commands_hold_no_secrets_but_the_proof_itself() -> None:
    assert SECRET in shown_evidence(HTTP, Redaction.NONE).reproduce
    for place in (None, "query:id", "header:X-Api-Version"):
        command = shown_evidence(HTTP, Redaction.SECRETS, place).reproduce
        assert SECRET not in command
        assert "session=***" in command
    assert SECRET in shown_evidence(HTTP, Redaction.SECRETS, "cookie:session").reproduce


@pytest.mark.parametrize("evidence", [HTTP, SERVICE], ids=["http", "service"])
def test_full_redaction_leaves_no_traffic(evidence: object) -> None:
    shown = shown_evidence(evidence, Redaction.FULL)  # type: ignore[arg-type]
    assert shown.note == REMOVED
    assert (shown.match, shown.reproduce) == ("", "")
    assert (shown.exchange, shown.control, shown.sent, shown.received, shown.facts) == (None,) * 5


def test_full_redaction_leaves_no_query() -> None:
    row = sample.vulnerability(0)
    assert "?" in (row.location.url or "")
    shown = shown_row(row, Redaction.FULL)
    assert shown.location.url == "http://127.0.0.1:8088/shop"
    assert "?" not in shown.affected_component
    assert shown_row(row, Redaction.SECRETS) is row


def test_what_has_no_address_stays() -> None:
    assert shown_row(sample.vulnerability(2), Redaction.FULL).location.url is None
