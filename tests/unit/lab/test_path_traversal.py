"""Every path traversal flaw gives away two files in three unlike ways; its twin and the traps give none."""

from urllib.parse import quote

import pytest

from cyberai.lab.site import Site

from .client import flaws_of, get, send

CHECK = "web.path-traversal"
ACCOUNTS, HOSTS, INI = "root:x:0:0:", "127.0.0.1\tlocalhost", "[fonts]"
DESCRIPTOR = "&lt;web-app version="
DOTS = (("../../../etc/passwd", ACCOUNTS), ("../../../../../../../../etc/hosts", HOSTS), ("./.././../../etc//passwd", ACCOUNTS),
        ("../../shop/../../etc/passwd", ACCOUNTS))  # fmt: skip
ABSOLUTE = (("/etc/passwd", ACCOUNTS), ("/etc/hosts", HOSTS), ("//etc/./passwd", ACCOUNTS))
EXPLOITS: dict[str, tuple[tuple[str, str], ...]] = {
    "/guides file": (*DOTS, *ABSOLUTE),
    "/guides/read guide": DOTS,
    "/info page": tuple((path + "\0", mark) for path, mark in DOTS),
    "/guides/text text": tuple((path + "\0.txt", mark) for path, mark in DOTS),
    "/guides/clean doc": (("....//....//....//etc/passwd", ACCOUNTS), ("..././..././..././etc/hosts", HOSTS),
                          ("....//....//....//....//....//etc/passwd", ACCOUNTS)),
    "/guides/fetch path": (("%2e%2e/%2e%2e/%2e%2e/etc/passwd", ACCOUNTS), (".%2e%2f.%2e%2f.%2e%2fetc%2fhosts", HOSTS),
                           ("%2E%2E%2F%2E%2E%2F%2E%2E%2Fetc%2Fpasswd", ACCOUNTS)),
    "/guides/open name": ABSOLUTE,
    "/papers paper": (("guides/../../../etc/passwd", ACCOUNTS), ("guides/../../../../../../etc/hosts", HOSTS),
                      ("guides/./../.././../etc/passwd", ACCOUNTS)),
    "/archive invoice": (("..\\..\\windows\\win.ini", INI), ("..\\..\\..\\..\\WINDOWS\\WIN.INI", INI), ("C:\\windows\\system.ini", "[386Enh]"),
                         ("..\\..\\windows\\system32\\drivers\\etc\\hosts", "sample HOSTS file")),
    "/guides/order sheet": DOTS,
    "/sheets/ 1": DOTS,
    "/skin.css skin": (*DOTS, *ABSOLUTE),
    "/chapters page": (("php://filter/convert.base64-encode/resource=about", "PGgyPkFib3V0IHVz"),
                          ("php://filter/read=string.toupper/resource=returns", "<H2>RETURNS"),
                          ("PHP://FILTER/string.rot13|string.toupper/resource=delivery", "<U2>QRYVIREL")),
    "/texts text": (("../../WEB-INF/web.xml", DESCRIPTOR), (".././../WEB-INF/web.xml", DESCRIPTOR),
                    ("../texts/../../WEB-INF//web.xml", DESCRIPTOR)),
    "/guides/lent file": tuple((path, "in the drawer") for path, _ in DOTS),
}  # fmt: skip
FLAWS = flaws_of(CHECK)
MARKS = (ACCOUNTS, HOSTS, INI, "[386Enh]", "sample HOSTS")


def test_every_flaw_has_three_exploits() -> None:
    assert set(EXPLOITS) == set(FLAWS)
    assert all(len(exploits) >= 3 for exploits in EXPLOITS.values())


@pytest.mark.parametrize("place", sorted(FLAWS))
def test_each_exploit_reads_on_the_vulnerable_twin_only(place: str) -> None:
    vulnerable, fixed = Site(), Site(fixed=True)
    for exploit, mark in EXPLOITS[place]:
        assert mark in send(vulnerable, FLAWS[place], exploit).text, exploit
        assert mark not in send(fixed, FLAWS[place], exploit).text, exploit
    for exploits in EXPLOITS.values():
        for exploit, _ in exploits:
            answer = send(fixed, FLAWS[place], exploit)
            assert not any(mark in answer.text for mark in MARKS), exploit


@pytest.mark.parametrize("place", sorted(FLAWS))
def test_the_usual_file_opens_on_both_twins_and_a_missing_one_does_not(place: str) -> None:
    usual = {"/info page": "delivery", "/guides/open name": "ropes.txt", "/papers paper": "guides/knots.txt",
             "/archive invoice": "invoice-2019.txt", "/skin.css skin": "dark.css", "/chapters page": "about"}.get(place, "ropes.txt")  # fmt: skip
    for site in (Site(), Site(fixed=True)):
        assert send(site, FLAWS[place], usual).status == 200
        missing = send(site, FLAWS[place], "../../../etc/nothing-here")
        assert not any(mark in missing.text for mark in MARKS)


def test_the_filters_hold_against_what_they_do_filter() -> None:
    site = Site()
    for place in ("/guides/clean doc", "/guides/fetch path", "/guides/open name", "/archive invoice"):
        assert ACCOUNTS not in send(site, FLAWS[place], "../../../etc/passwd").text
    assert ACCOUNTS not in send(site, FLAWS["/info page"], "../../../etc/passwd").text


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("place", ["/drawer file", "/drawer/list name", "/drawer/order file"])
def test_traps_read_nothing(place: str, fixed: bool) -> None:
    site = Site(fixed=fixed)
    path, parameter = place.split()
    for exploits in EXPLOITS.values():
        for exploit, _ in exploits:
            text = get(site, f"{path}?{parameter}={quote(exploit, safe='')}").text
            assert not any(mark in text for mark in MARKS), exploit


def test_the_article_quotes_account_lines_whatever_is_asked() -> None:
    site = Site(fixed=True)
    for chapter in ("1", "../../etc/passwd"):
        assert ACCOUNTS in get(site, f"/drawer/accounts?chapter={chapter}").text
