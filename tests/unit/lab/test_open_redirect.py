"""Every open redirect leads a browser to a foreign host in three unlike ways; its twin and the traps never do."""

from urllib.parse import quote

import pytest

from cyberai.lab.site import Site

from .browser import destination
from .client import flaws_of, get, send

CHECK = "web.open-redirect"
EVIL = "evil.example"
ANY = (
    "https://evil.example/",
    "//evil.example",
    "HTTP://evil.example",
    "/\\evil.example",
    "https:evil.example",
)
EXPLOITS: dict[str, tuple[str, ...]] = {
    "/go url": ANY,
    "/leave to": ANY,
    "/wait then": ANY,
    "/login/return next": ANY,
    "/out target": ("//evil.example", "///evil.example/x", "/\\evil.example", "//x@evil.example"),
    "/way path": ("/\\evil.example", "/\\/evil.example", "/\\\\evil.example/x", "/\t/evil.example")[:3],
    "/language back": ("http://127.0.0.1.evil.example/", "http://127.0.0.1@evil.example/", "https://127.0.0.1:x@evil.example/"),
    "/currency origin": ("https://evil.example/127.0.0.1", "//evil.example/?127.0.0.1", "https://127.0.0.1.evil.example",
                         "https://127.0.0.1@evil.example"),
    "/login/then after": ("https://evil.example/contact", "//evil.example/?contact", "https://evil.example#basket"),
    "/map place": ("//evil.example", "HTTPS://evil.example", "https:evil.example", "\\\\evil.example"),
    "/newsletter/done return_to": ANY,
    "/exit/ 1": ("https://evil.example/", "HTTP://evil.example", "https:evil.example", "https:\\\\evil.example"),
}  # fmt: skip
TRAPS = (
    "/partner site",
    "/account next",
    "/jump section",
    "/contact/desk desk",
    "/return url",
    "/asked url",
    "/noted url",
)
FLAWS = flaws_of(CHECK)


def test_every_flaw_has_three_exploits() -> None:
    assert set(EXPLOITS) == set(FLAWS)
    assert all(len(exploits) >= 3 for exploits in EXPLOITS.values())


@pytest.mark.parametrize("place", sorted(FLAWS))
def test_each_exploit_leads_away_on_the_vulnerable_twin_only(place: str) -> None:
    vulnerable, fixed = Site(), Site(fixed=True)
    for exploit in EXPLOITS[place]:
        assert destination(send(vulnerable, FLAWS[place], exploit)).endswith(EVIL), exploit
    for exploits in EXPLOITS.values():
        for exploit in exploits:
            assert destination(send(fixed, FLAWS[place], exploit)) in ("", "127.0.0.1"), exploit


@pytest.mark.parametrize("place", sorted(FLAWS))
def test_the_usual_way_stays_on_the_site(place: str) -> None:
    usual = "contact" if place == "/exit/ 1" else "/contact"
    for site in (Site(), Site(fixed=True)):
        assert destination(send(site, FLAWS[place], usual)) == "127.0.0.1"


def test_the_checks_hold_against_what_they_do_check() -> None:
    site = Site()
    for place, held in (("/out target", "https://evil.example"), ("/way path", "//evil.example"),
                        ("/language back", "https://evil.example"), ("/currency origin", "https://evil.example"),
                        ("/login/then after", "https://evil.example"), ("/map place", "https://evil.example")):  # fmt: skip
        assert destination(send(site, FLAWS[place], held)) == ""


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("trap", TRAPS)
def test_traps_lead_nowhere(trap: str, fixed: bool) -> None:
    site = Site(fixed=fixed)
    path, parameter = trap.split()
    for exploits in EXPLOITS.values():
        for exploit in exploits:
            answer = get(site, f"{path}?{parameter}={quote(exploit, safe='')}")
            assert destination(answer) in ("", "127.0.0.1"), exploit
