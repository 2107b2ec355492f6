"""The oracle's oracle: a real browser, shown what we make claims about, does what we claim."""

from collections.abc import Iterable

import pytest

from cyberai.checkkit import HttpEvidence
from cyberai.domain.http import HttpResponse
from cyberai.lab.page import Flaw
from support.browser_facts import FACTS, ITSELF, NOTHING
from support.chromium import PROGRAM, chromium
from support.scan_in_process import Finished

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")


def answer(kind: str, body: str, *headers: tuple[str, str]) -> HttpResponse:
    return HttpResponse(200, (("Content-Type", kind), *headers), body.encode())


def unlike(facts: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The facts of which the browser shows something else."""
    with chromium() as browser:
        return [
            (kind, body, seen)
            for kind, body, seen in facts
            if browser.calls(answer(kind, body), "tok", clicks=seen != ITSELF) is (seen == NOTHING)
        ]


def test_a_browser_does_what_some_of_the_facts_say() -> None:
    assert unlike(FACTS[::6]) == []


@pytest.mark.long
def test_a_browser_does_what_all_facts_say() -> None:
    assert unlike(FACTS) == []


@pytest.mark.long
def test_a_browser_runs_every_script_found_on_the_practice_site(
    vulnerable_scan: tuple[Finished, tuple[Flaw, ...]],
) -> None:
    quiet = []
    with chromium() as browser:
        for check, hit in vulnerable_scan[0].hits:
            evidence = hit.evidence[0]
            if check.meta.id != "web.reflected-xss" or hit.proof.held_back:
                continue
            assert isinstance(evidence, HttpEvidence)
            name = evidence.note.partition(" calls ")[2].partition("(")[0]
            if not browser.calls(evidence.exchange.response, name, clicks="visitor" in evidence.note):
                quiet.append((str(hit.url), hit.detail))
    assert quiet == []


def test_a_browser_obeys_the_policy_as_we_read_it() -> None:
    name = "Content-Security-Policy"
    with chromium() as browser:
        for policy, runs in (
            ("script-src 'self'", False),
            ("script-src 'unsafe-inline'", True),
            ("script-src 'unsafe-inline' 'nonce-abc'", False),
            ("default-src 'none'; script-src-attr 'unsafe-inline'", True),
            ("sandbox", False),
        ):
            shown = answer("text/html", "<svg onload=tok()></svg>", (name, policy))
            assert browser.calls(shown, "tok") is runs, policy
        foreign = "<script src=https://tok.example/></script>"
        assert browser.calls(answer("text/html", foreign, (name, "script-src https:")), "tok")
        assert not browser.calls(answer("text/html", foreign, (name, "script-src 'self'")), "tok")
