"""The proof of a real finding of a simulated site: raw messages, commands, and why it is believed."""

from pathlib import Path

import pytest

from cyberai.app.evidence_view import raw_request, raw_response
from cyberai.app.proof_view import explain_vulnerability, vulnerability_evidence
from cyberai.app.vulnerabilities import get_vulnerability
from cyberai.domain.errors import NotFound
from cyberai.domain.http import HttpRequest, HttpResponse, Url
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from unit.app.test_rescans import FILES, XSS, Shop, Story, play
from unit.app.test_retesting import finding


def test_what_proves_it_and_why_it_is_believed(tmp_path: Path) -> None:
    async def story(story: Story) -> None:
        await story.scan()
        id = await finding(story, XSS)
        row = await get_vulnerability(story.app, WS, id)
        shown = await vulnerability_evidence(story.app, WS, id)
        assert (shown.tier, shown.confidence, shown.scan_id) == (row.tier, row.confidence, row.scan_id)
        (piece, *_) = shown.evidence
        assert piece.raw is not None
        assert piece.curl.startswith("curl ")
        assert piece.raw.request.startswith("GET /search?q=")
        assert "Host: 127.0.0.1:9" in piece.raw.request
        assert piece.evidence.match in piece.raw.response
        assert piece.raw.control_response is not None
        assert piece.evidence.match not in piece.raw.control_response
        why = await explain_vulnerability(story.app, WS, id)
        assert sum(term.points for term in why.terms) == why.confidence == row.confidence
        assert (why.oracle, why.tier, why.counts_in_risk) == ("structure", "confirmed", True)
        assert why.match == piece.evidence.match
        assert [control.status for control in why.controls] == [200]
        assert why.false_if
        seen = await explain_vulnerability(story.app, WS, await finding(story, FILES))
        assert seen.oracle is not None
        assert sum(term.points for term in seen.terms) == seen.confidence

    play(tmp_path, Shop(), story)


def test_evidence_that_is_gone_leaves_the_words(tmp_path: Path) -> None:
    async def story(story: Story) -> None:
        await story.scan(XSS)
        id = await finding(story, XSS)
        await story.app.store.write(WS, lambda tx: tx.retention.drop_evidence(id))  # type: ignore[arg-type]
        assert (await vulnerability_evidence(story.app, WS, id)).evidence == []
        why = await explain_vulnerability(story.app, WS, id)
        assert (why.controls, why.match, bool(why.terms)) == ([], "", True)
        for look in (vulnerability_evidence, explain_vulnerability):
            with pytest.raises(NotFound):
                await look(story.app, WS, "vuln_unknown")

    play(tmp_path, Shop(), story)


def test_raw_messages_hold_no_secret_and_nothing_that_drives_a_terminal() -> None:
    headers = (
        ("Authorization", "Bearer sesame-sesame"),
        ("Cookie", "sid=0123456789abcdef; lang=en"),
        ("X-Odd", "a\x1b[31m\u202eb"),
    )
    request = HttpRequest("POST", Url.parse("http://a.example/x?y=1"), headers, b"k=v\x00\x1b[0m\xff")
    text = raw_request(request)
    assert text.splitlines()[:3] == ["POST /x?y=1 HTTP/1.1", "Host: a.example", "Authorization: Bearer ***"]
    assert "sesame" not in text
    assert "0123456789abcdef" not in text
    assert text.partition("\n\n")[2].startswith("k=v")
    assert not {"\x1b", "\u202e", "\x00"} & set(text)
    long = HttpResponse(200, (("Set-Cookie", "sid=0123456789abcdef; HttpOnly"),), b"x" * 100_000, reason="OK")
    shown = raw_response(long)
    assert shown.startswith("HTTP/1.1 200 OK\nSet-Cookie: sid=***; HttpOnly\n\nx")
    assert len(shown) < 70_000
