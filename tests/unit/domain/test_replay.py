"""What a repeated proof says: present only by the rules of the proof, fixed only when the rest is as it was."""

import pytest
from msgspec.structs import replace

from cyberai.domain.finding import HttpEvidence
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.domain.replay import ReplayResult, judge, shows

REQUEST = HttpRequest("GET", Url.parse("http://a.example/?q=x"))
PRESENT, FIXED, INCONCLUSIVE = ReplayResult.PRESENT, ReplayResult.FIXED, ReplayResult.INCONCLUSIVE


def answer(body: str = "", status: int = 200, elapsed: float = 0.01, **headers: str) -> Exchange:
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange(REQUEST, HttpResponse(status, fields, body.encode(), elapsed))


SHOWN, SILENT = answer("<svg/onload=kbzmqrtv()>"), answer("<p>hello</p>")
ENCODED = answer("&lt;svg/onload=kbzmqrtv()&gt;")
EVIDENCE = HttpEvidence(SHOWN, SILENT, "<svg/onload=kbzmqrtv()>")


@pytest.mark.parametrize(
    ("attacks", "control", "result"),
    [
        ((SHOWN, SHOWN), SILENT, PRESENT),
        ((ENCODED, ENCODED), SILENT, FIXED),
        ((answer(status=400), answer(status=400)), SILENT, FIXED),
        ((SHOWN, SHOWN), SHOWN, INCONCLUSIVE),
        ((SHOWN, ENCODED), SILENT, INCONCLUSIVE),
        ((ENCODED, ENCODED), answer(status=404), INCONCLUSIVE),
        ((answer(status=302), answer(status=302)), answer(status=302), INCONCLUSIVE),
        ((answer(status=403), answer(status=403)), SILENT, INCONCLUSIVE),
        ((answer(status=429), ENCODED), SILENT, INCONCLUSIVE),
        ((SHOWN, SHOWN), None, INCONCLUSIVE),
    ],
)
def test_attack_and_control_decide_together(
    attacks: tuple[Exchange, ...], control: Exchange | None, result: ReplayResult
) -> None:
    assert judge(EVIDENCE, attacks, control).result is result


def test_a_status_that_was_there_before_is_no_refusal() -> None:
    evidence = replace(EVIDENCE, exchange=answer("<svg/onload=kbzmqrtv()>", status=403))
    assert judge(evidence, (answer(status=403),) * 2, SILENT).result is FIXED


def test_what_stands_in_a_header_counts() -> None:
    evidence = HttpEvidence(
        answer(status=302, Location="http://kbzmqrtv.example/"), SILENT, "kbzmqrtv.example"
    )
    assert shows(evidence, evidence.exchange.response)
    moved = answer(status=302, Location="http://kbzmqrtv.example/")
    assert judge(evidence, (moved, moved), SILENT).result is PRESENT


@pytest.mark.parametrize(
    ("late", "control", "result"),
    [
        ((4.1, 4.0), 0.02, PRESENT),
        ((0.02, 0.03), 0.02, FIXED),
        ((4.1, 0.02), 0.02, INCONCLUSIVE),
        ((4.1, 4.0), 3.9, INCONCLUSIVE),
        ((2.5, 2.6), 0.02, INCONCLUSIVE),
    ],
)
def test_a_delay_is_told_by_its_time(late: tuple[float, ...], control: float, result: ReplayResult) -> None:
    evidence = HttpEvidence(answer(elapsed=4.0), SILENT)
    attacks = tuple(answer(elapsed=seconds) for seconds in late)
    assert judge(evidence, attacks, answer(elapsed=control)).result is result


def test_evidence_without_anything_to_look_for_says_nothing() -> None:
    assert judge(HttpEvidence(SILENT, SILENT), (SILENT, SILENT), SILENT).result is INCONCLUSIVE


@pytest.mark.parametrize(
    ("pages", "result"),
    [
        ((SHOWN, SHOWN), PRESENT),
        ((ENCODED, ENCODED), FIXED),
        ((SILENT, SILENT), INCONCLUSIVE),
        ((answer(status=302), answer(status=302)), INCONCLUSIVE),
    ],
)
def test_what_is_kept_is_mended_only_when_it_arrives_and_is_harmless(
    pages: tuple[Exchange, ...], result: ReplayResult
) -> None:
    stored = replace(EVIDENCE, delivered=HttpRequest("POST", REQUEST.url))
    assert judge(stored, pages, None).result is result


def test_a_forged_request_without_effect_may_just_lack_its_session() -> None:
    forged = HttpEvidence(
        answer("<p>kbzmqrtvwxyz</p>"),
        SILENT,
        "kbzmqrtvwxyz",
        delivered=HttpRequest("POST", REQUEST.url),
        exact=True,
    )
    shown = answer("<p>kbzmqrtvwxyz</p>")
    assert judge(forged, (shown, shown), None).result is PRESENT
    assert judge(forged, (SILENT, SILENT), None).result is INCONCLUSIVE
