"""Claims about what a browser runs, against what a browser was seen to run."""

import pytest

from cyberai.checkkit import HttpResponse
from cyberai.checkkit.events import Trigger
from cyberai.checkkit.execution import execution
from support.browser_facts import CAUTIOUS, FACTS, HTML, ITSELF, SVG, VISITOR, XHTML

TRIGGERS = {ITSELF: Trigger.ITSELF, VISITOR: Trigger.VISITOR}


def claimed(kind: str, body: str) -> Trigger | None:
    runs = execution(HttpResponse(200, (("Content-Type", kind),), body.encode()), "tok")
    return None if runs is None else runs.trigger


@pytest.mark.parametrize(("kind", "body", "seen"), FACTS)
def test_the_claim_is_what_the_browser_did(kind: str, body: str, seen: str) -> None:
    assert claimed(kind, body) is TRIGGERS.get(seen)


@pytest.mark.parametrize(("kind", "body"), CAUTIOUS)
def test_what_is_not_sure_is_not_claimed(kind: str, body: str) -> None:
    assert claimed(kind, body) is None


def test_an_access_key_is_less_than_a_click() -> None:
    assert claimed(HTML, '<input type=hidden accesskey=x onclick="tok()">') is Trigger.ACCESS_KEY
    assert claimed(HTML, '<input type=hidden onclick="tok()">') is None


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE a [<!ENTITY b 'tok()'>]><script xmlns='http://www.w3.org/1999/xhtml'>&b;</script>",
        "<a>" * 600 + "<script xmlns='http://www.w3.org/1999/xhtml'>tok()</script>" + "</a>" * 600,
        "<a><script xmlns='http://www.w3.org/1999/xhtml'>tok()</script>",
        "",
    ],
)
def test_hostile_xml_is_no_page(body: str) -> None:
    assert claimed(XHTML, body) is None
    assert claimed(SVG, body) is None
