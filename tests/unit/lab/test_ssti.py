"""Every template injection flaw computes in three unlike ways; its twin and the traps compute nothing."""

from urllib.parse import quote

import pytest

from cyberai.lab.site import Site

from .client import flaws_of, get, send, stable

CHECK = "web.ssti"
# Exploits with what must appear; the expected text is never part of the exploit.
JINJA = (("{{1234*3}}", "3702"), ("{{ 'ab'.upper() * 2 }}", "ABAB"), ("{% if 5>4 %}{{ 61*71 }}{% endif %}", "4331"),
         ("{{ [41, 43]|sum }}", "84"), ("{% for i in range(3) %}{{ i }}-{% endfor %}", "0-1-2-"))  # fmt: skip
EXPLOITS: dict[str, tuple[tuple[str, str], ...]] = {
    "/cards/greeting name": JINJA,
    "/cards/quiet to": JINJA,
    "/cards/field field": (("name }}{{ 1234*3", "3702"), ("name ~ 61*71", "4331"), ("name.upper()", "ROBIN"),
                           ("town|upper", "SEAHAM")),
    "/cards/dollar badge": (("${61*71}", "4,331"), ("${'ab'?upper_case}", "AB"), ("${21+21}", "42"), ("${'a'+'b'+'c'}", "abc")),
    "/cards/percent sign": (("<%= 61*71 %>", "4331"), ("<%= 'ab'*3 %>", "ababab"), ("<%= 'ab'.upcase %>", "AB"),
                            ("<%= 85/2 %>", "42")),
    "/cards/hash plate": (("#{61*71}", "4331"), ("#{'ab'*3}", "ababab"), ("#{'harbour'.reverse}", "ruobrah")),
    "/cards/card words": (("{{61*71}}", "4331"), ("{{ '61'*71 }}", "4331"), ("{{ 'a'~'b' }}", "ab"), ("{{ 'ab'|upper }}", "AB")),
    "/cards/brace tag": (("{61*71}", "4331"), ("{(60+1)*71}", "4331"), ("{'61'*71}", "4331")),
    "/cards/bean note": (("${61*71}", "4331"), ("#{61*71}", "4331"), ("${'a'+'b'}", "ab"), ("${5 > 4 ? 84/2 : 1}", "42")),
    "/cards/verse verse": (("{${print('x'.(61*71))}}", "x4331"), ("${print(61*71)}", "4331"), ("{${print('4'.'3'.'3'.'1')}}", "4331")),
    "/api/card text": JINJA,
    "/cards/closing closing": JINJA,
    "/cards/named/ 2": JINJA,
}  # fmt: skip
# Where the result is not shown: pairs of (still that page, another page).
BLIND: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "/cards/letter letter": ("Ahoy", (("Ahoy {{ 1/1 }}", "Ahoy {{ 1/0 }}"), ("{{ 7 }}", "{{ 7 "), ("{% if 1 %}{% endif %}", "{% if 1 %}"))),
    "/cards/length verse": ("{{ 'abc' }}", (("{{ 'a'~'b'~'c' }}", "{{ 'a'~'b' }}"), ("{{ 37*3 }}", "{{ 37*30 }}"), ("abc", "{{ 1/0 }}"))),
}  # fmt: skip
FLAWS = flaws_of(CHECK)


def test_every_flaw_has_three_exploits() -> None:
    assert set(EXPLOITS) | set(BLIND) == set(FLAWS)
    assert all(len(exploits) >= 3 for exploits in EXPLOITS.values())


@pytest.mark.parametrize("place", sorted(EXPLOITS))
def test_each_exploit_computes_on_the_vulnerable_twin_only(place: str) -> None:
    vulnerable, fixed = Site(), Site(fixed=True)
    for exploit, expected in EXPLOITS[place]:
        assert expected in send(vulnerable, FLAWS[place], exploit).text.replace("&#x27;", "'"), exploit
    for exploits in EXPLOITS.values():
        for exploit, expected in exploits:
            answer = send(fixed, FLAWS[place], exploit).text.split("<footer>")[0]
            if expected not in exploit and expected.lower() not in ("robin", "seaham", "ab", "42", "84"):
                assert expected not in answer, exploit


@pytest.mark.parametrize("place", sorted(BLIND))
def test_the_blind_places_move_on_the_vulnerable_twin_only(place: str) -> None:
    vulnerable, fixed, flaw = Site(), Site(fixed=True), FLAWS[place]
    usual = stable(send(vulnerable, flaw, BLIND[place][0]))
    for same, other in BLIND[place][1]:
        assert stable(send(vulnerable, flaw, same)) == usual, same
        assert stable(send(vulnerable, flaw, other)) != usual, other
    if place == "/cards/letter letter":
        for same, other in BLIND[place][1]:
            assert stable(send(fixed, flaw, same)) == stable(send(fixed, flaw, other))
    else:
        assert "takes 11 characters" in send(fixed, flaw, "{{ 'abc' }}").text


def test_errors_name_their_engine_on_the_vulnerable_twin_only() -> None:
    for place, broken, mark in (
        ("/cards/greeting name", "{{ 7 ", "jinja2.exceptions.TemplateSyntaxError"),
        ("/cards/dollar badge", "${7", "FreeMarker"),
        ("/cards/percent sign", "<%= 7", "(erb)"),
        ("/cards/card words", "{{ 7*", "Twig"),
        ("/cards/brace tag", "{7*}", "Smarty"),
        ("/cards/bean note", "${7*}", "javax.el.ELException"),
    ):
        assert mark in send(Site(), FLAWS[place], broken).text
        assert mark not in send(Site(fixed=True), FLAWS[place], broken).text


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("trap", ["/letters/variable name", "/letters/merge text", "/letters/calculator product",
                                  "/letters/client item", "/letters/strict line"])  # fmt: skip
def test_traps_compute_no_template(trap: str, fixed: bool) -> None:
    site = Site(fixed=fixed)
    path, parameter = trap.split()
    for opening, closing in (("{{", "}}"), ("${", "}"), ("#{", "}"), ("<%=", "%>"), ("{", "}"), ("@(", ")")):
        probe = f"{opening}61*71{closing}"
        text = get(site, f"{path}?{parameter}={quote(probe, safe='')}").text
        assert "4331" not in text
        assert "4,331" not in text


def test_the_calculator_multiplies_plain_numbers() -> None:
    assert "is 4331" in get(Site(fixed=True), "/letters/calculator?product=61*71").text
