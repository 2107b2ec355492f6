"""Every command injection flaw runs three unlike commands; its twin and the traps run none."""

from urllib.parse import quote

import pytest

from cyberai.lab.site import Site

from .client import flaws_of, get, send, stable

CHECK = "web.command-injection"
UNQUOTED = ("x; expr 1234 + 4321", "x | echo $((1234+4321))", "$(expr 1234 + 4321)", "x\nexpr 1234 + 4321",
            "`expr 1234 + 4321`", "x && :\n printf '%d' 5555", "x || echo 55\"\"55")  # fmt: skip
WINDOWS = (
    "127.0.0.1 & set /a 1234+4321",
    "x | set /a 5554+1",
    "x || echo 55^55",
    '127.0.0.1 && set /a "1111*5"',
)
EXPLOITS: dict[str, tuple[str, ...]] = {
    "/tools/ping host": UNQUOTED,
    "/tools/lookup domain": ('"; expr 1234 + 4321; "', "$(expr 1234 + 4321)", '" | echo $((1234+4321)) #', "`expr 1234 + 4321`"),
    "/tools/label label": ("'; expr 1234 + 4321; '", "'$(expr 1234 + 4321)'", "' | echo $((1234+4321)) #"),
    "/tools/trace server": WINDOWS,
    "/tools/order order": ('" & set /a 1234+4321 & "', '" | set /a 5554+1 & rem "', '" && echo 55^55 & echo "'),
    "/tools/reach branch": ("$(expr 1234 + 4321)", "x\nexpr 1234 + 4321", "`echo $((1234+4321))`"),
    "/tools/thumbnail width": ("1; expr 1234 + 4321; #", "$((1234+4321))", "1\nexpr 1234 + 4321\n", "1 | echo $(expr 1234 + 4321) #"),
    "/api/print printer": ("x; expr 1234 + 4321 #", "$(expr 1234 + 4321)", "`echo 55''55`"),
    "/tools/find tool": ("x;echo${IFS}55''55", "x$(echo${IFS}$((1234+4321)))", "x|expr${IFS}1234${IFS}+${IFS}4321"),
    "/tools/queue queue": ("x; expr 1234 + 4321 #", "$(expr 1234 + 4321)", "`echo 55''55`"),
}  # fmt: skip
BLIND = (("{} && true", "{} && false"), ("{}; test 7 -lt 8", "{}; test 7 -gt 8"), ("{} | cat", "{} | cat /nothing"),
         ("$(echo {})", "$(echo nowhere)"))  # fmt: skip
BLIND_PLACE = "/tools/check line"
# Nothing is shown: what can be told is the time.
SLEEPS: dict[str, tuple[str, ...]] = {
    "/tools/backup till": ("'; sleep {}; '", "' | sleep {} #", "'$(sleep {})'"),
    "/tools/drawer drawer": ("x;sleep${IFS}{}", "x$(sleep${IFS}{})", "x|sleep${IFS}{}"),
    "/tools/visit Referer": ("'; sleep {}; '", "' | sleep {} #", "'$(sleep {})'"),
    "/tools/mark till1": ("x; sleep {} #", "$(sleep {})", "x | sleep {}"),
    "/api/archive day": ("x | sleep {}", "$(sleep {})", "x\nsleep {}"),
}
FLAWS = flaws_of(CHECK)


def test_every_flaw_has_three_exploits() -> None:
    assert set(EXPLOITS) | {BLIND_PLACE} | set(SLEEPS) == set(FLAWS)
    assert all(len(exploits) >= 3 for exploits in EXPLOITS.values())


@pytest.mark.parametrize("place", sorted(EXPLOITS))
def test_each_exploit_runs_on_the_vulnerable_twin_only(place: str) -> None:
    vulnerable, fixed = Site(), Site(fixed=True)
    for exploit in EXPLOITS[place]:
        assert "5555" in send(vulnerable, FLAWS[place], exploit).text.replace(exploit, ""), exploit
    for exploits in EXPLOITS.values():
        for exploit in exploits:
            answer = send(fixed, FLAWS[place], exploit)
            assert "5555" not in answer.text.replace("printf '%d' 5555", "").replace(
                "&#x27;%d&#x27; 5555", ""
            ), exploit


def test_the_blind_place_tells_success_from_failure_and_waits() -> None:
    vulnerable, fixed, flaw = Site(), Site(fixed=True), FLAWS[BLIND_PLACE]
    usual = stable(send(vulnerable, flaw, "127.0.0.1"))
    for same, other in BLIND:
        same, other = same.replace("{}", "127.0.0.1"), other.replace("{}", "127.0.0.1")
        assert stable(send(vulnerable, flaw, same)) == usual, same
        assert stable(send(vulnerable, flaw, other)) != usual, other
        assert stable(send(fixed, flaw, same)) == stable(send(fixed, flaw, other))
    for seconds in (1, 3):
        assert send(vulnerable, flaw, f"127.0.0.1; sleep {seconds}; #").delay == seconds
    assert send(vulnerable, flaw, "127.0.0.1; sleep 9000; sleep 9; #").delay == 10
    assert send(fixed, flaw, "127.0.0.1; sleep 3; #").delay == 0


@pytest.mark.parametrize("place", sorted(SLEEPS))
def test_a_place_that_shows_nothing_waits_on_the_vulnerable_twin_only(place: str) -> None:
    vulnerable, fixed, flaw = Site(), Site(fixed=True), FLAWS[place]
    usual = stable(send(vulnerable, flaw, "till1"))
    for pattern in SLEEPS[place]:
        for seconds in (1, 3):
            value = pattern.replace("{}", str(seconds))
            answer = send(vulnerable, flaw, value)
            assert stable(answer) == usual
            assert answer.delay == seconds, value
            assert send(fixed, flaw, value).delay == 0


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("place", ["/tools/host name", "/tools/print-label words", "/tools/total sum"])
def test_traps_run_nothing(place: str, fixed: bool) -> None:
    site = Site(fixed=fixed)
    path, parameter = place.split()
    for exploits in EXPLOITS.values():
        for exploit in exploits:
            if "5555" not in exploit:
                assert "5555" not in get(site, f"{path}?{parameter}={quote(exploit, safe='')}").text, exploit


def test_the_till_multiplies() -> None:
    assert "Total: 114" in get(Site(fixed=True), "/tools/total?sum=3*38").text
